from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import pytest
from recorded_flink import GOLDEN, RUNNING, STOPPED, RecordedFlink, StateFolders

from horae.engines.flink_storage import FlinkStorage, snapshot_at
from horae.errors import Refused, Unavailable
from horae.settings.job_spec import EngineSettings, SqlProgram


@pytest.fixture
def flink() -> RecordedFlink:
    """A recorded Flink."""
    return RecordedFlink()


@pytest.fixture
def folders(flink: RecordedFlink, tmp_path: Path) -> StateFolders:
    """Its folders, empty."""
    return StateFolders(flink, tmp_path)


def _storage(flink: RecordedFlink, **settings: Any) -> FlinkStorage:
    return FlinkStorage.read(flink.client, EngineSettings(**settings))


@pytest.mark.parametrize(("kind", "checkpoint_id"), [("checkpoint", 9), ("savepoint", 6)])
def test_the_id_stands_in_the_file(tmp_path: Path, kind: str, checkpoint_id: int) -> None:
    """Real files of Flink 2.3.0: checkpoint 9, and a savepoint that was checkpoint 6."""
    content = (GOLDEN / f"{kind}_metadata_2_3_0.bin").read_bytes()
    (tmp_path / "_metadata").write_bytes(content)
    found = snapshot_at(f"file://{tmp_path}")
    assert found is not None
    assert (found.checkpoint_id, found.location) == (checkpoint_id, f"file:{tmp_path}")
    age = datetime.now(UTC) - found.completed_at
    assert abs(age.total_seconds()) < 60


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes.fromhex("4960672d 00000006 00000000 000000"),  # a byte short of an id
        bytes.fromhex("4960672e 00000006 00000000 00000009"),  # another magic number
        bytes.fromhex("4960672d 00000001 00000000 00000009"),  # a version without an id
    ],
)
def test_what_is_no_whole_header_is_no_snapshot(tmp_path: Path, content: bytes) -> None:
    """A file that is being written, and a foreign one."""
    (tmp_path / "_metadata").write_bytes(content)
    assert snapshot_at(f"file://{tmp_path}") is None


def test_the_newest_checkpoint_is_the_greatest_number(
    flink: RecordedFlink, folders: StateFolders
) -> None:
    """10 is more than 9, although "9" is more than "10"; 11 is not complete yet."""
    for number in (9, 10):
        folders.checkpoint(RUNNING, number)
    (folders.checkpoints / RUNNING / "chk-11").mkdir()
    (folders.checkpoints / RUNNING / "shared").mkdir()
    newest = _storage(flink).newest_checkpoint(RUNNING)
    assert newest is not None
    assert (newest.checkpoint_id, newest.stopped) == (10, False)
    assert _storage(flink).newest_checkpoint(STOPPED) is None


def test_savepoints_are_found_by_the_beginning_of_the_id(
    flink: RecordedFlink, folders: StateFolders
) -> None:
    """Those of an id that begins otherwise are not its own; a half one is none."""
    folders.savepoint(STOPPED, 3)
    location = folders.savepoint(RUNNING, 8)
    (folders.savepoints / f"savepoint-{RUNNING[:6]}-half").mkdir()
    found = _storage(flink).savepoints_of(RUNNING)
    assert [(one.location, one.checkpoint_id, one.stopped) for one in found] == [
        (location, 8, True)
    ]


def test_without_a_folder_there_are_no_savepoints(
    flink: RecordedFlink, folders: StateFolders
) -> None:
    """Nor are they missed: the checkpoints' folder is enough."""
    folders.named({"state.checkpoints.dir": f"file://{folders.checkpoints}/"})
    storage = _storage(flink)
    assert (storage.savepoints_of(RUNNING), storage.why_not()) == ((), None)
    assert storage.checkpoints == f"file://{folders.checkpoints}"


def test_a_jobs_own_folders_come_before_the_clusters(
    flink: RecordedFlink, folders: StateFolders, tmp_path: Path
) -> None:
    """The program's options, and the spec's savepoint folder."""
    own = {"execution.checkpointing.dir": "s3://own"}
    program = SqlProgram(kind="sql", script=tmp_path / "x.sql", options=own)
    storage = _storage(flink, program=program, savepoint_folder="s3://saved/")
    assert (storage.checkpoints, storage.savepoints) == ("s3://own", "s3://saved")


@pytest.mark.usefixtures("folders")
def test_a_readable_storage_needs_no_reason(flink: RecordedFlink) -> None:
    """Both folders are there."""
    assert _storage(flink).why_not() is None


def test_a_folder_for_savepoints_comes_with_the_first(
    flink: RecordedFlink, folders: StateFolders, tmp_path: Path
) -> None:
    """It may be missing where what it lies in is there; the checkpoints' may not."""
    folders.savepoints.rmdir()
    assert _storage(flink).why_not() is None
    folders.named(
        {
            "state.checkpoints.dir": str(folders.checkpoints),
            "state.savepoints.dir": str(tmp_path / "a" / "b"),
        }
    )
    assert "is not seen from here" in str(_storage(flink).why_not())
    folders.checkpoints.rmdir()
    assert f"{folders.checkpoints} is not seen from here" in str(_storage(flink).why_not())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {
            "execution.checkpointing.dir": "file:///x",
            "execution.checkpointing.create-subdir": "false",
        },
    ],
)
def test_checkpoints_need_a_folder_a_job(
    flink: RecordedFlink, folders: StateFolders, options: dict[str, str]
) -> None:
    """Without a folder, or with all jobs in one, nobody can tell whose a checkpoint is."""
    folders.named(options)
    assert "execution.checkpointing.dir" in str(_storage(flink).why_not())


def test_a_missing_driver_is_told(flink: RecordedFlink, folders: StateFolders) -> None:
    """S3 by Presto's name is S3; without a driver for a scheme, what to install is said."""
    folders.named({"execution.checkpointing.dir": "nowhere://states"})
    assert "Protocol not known: nowhere" in str(_storage(flink).why_not())
    folders.named({"execution.checkpointing.dir": "s3p://states"})
    assert "fsspec driver" in str(_storage(flink).why_not())
    assert "Protocol not known" not in str(_storage(flink).why_not())


class _Broken:
    """A file system that raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def invalidate_cache(self) -> None:
        """Nothing is remembered."""

    def cat_file(self, path: str, start: int, end: int) -> bytes:
        """Raise."""
        raise self._error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError("slow"), Unavailable),
        (PermissionError("no"), Refused),
        (RuntimeError(), Refused),
    ],
)
def test_a_drivers_errors_become_ours(
    monkeypatch: pytest.MonkeyPatch, error: Exception, expected: type[Exception]
) -> None:
    """Whether another try may help is kept apart from whether it is allowed."""
    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda url: (_Broken(error), url))
    with pytest.raises(expected, match="x://y"):
        snapshot_at("x://y")
    assert FlinkStorage(checkpoints="x://", savepoints=None).holds("x://y") is None


def test_what_lies_elsewhere_is_not_known_to_be_missing(
    flink: RecordedFlink, folders: StateFolders, tmp_path: Path
) -> None:
    """True where it is seen, False where it is missing in our folders, None elsewhere."""
    storage = _storage(flink)
    location = folders.savepoint(RUNNING, 8)
    assert storage.holds(location) is True
    assert storage.holds(f"{location}0") is False
    assert storage.holds(f"file:{tmp_path}/elsewhere") is None
