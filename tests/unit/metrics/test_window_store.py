import os
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from window_builder import NOON, a_frame, a_window, of_vertices

from horae.errors import Unavailable, UnexpectedReply
from horae.metrics.window_store import WindowStore, from_parquet, to_parquet


@pytest.fixture
def store(tmp_path: Path) -> WindowStore:
    """An empty store in a folder that is not there yet."""
    return WindowStore((tmp_path / "windows").as_uri())


def _file(tmp_path: Path, window_id: str) -> Path:
    job, content_hash = window_id.split("@")
    return tmp_path / "windows" / job / f"{content_hash}.parquet"


def test_window_comes_back_as_it_was(store: WindowStore) -> None:
    """Frame, gaps, index and everything beside the frame survive."""
    window = a_window(a_frame(3, load_records_per_second=[1.5, float("nan"), 3.0]))
    back = store.get(store.put(window))
    pd.testing.assert_frame_equal(back.frame, window.frame)
    for name in ("job", "job_id", "version", "configuration", "grid_seconds", "collected_at"):
        assert getattr(back, name) == getattr(window, name)


def test_vertices_come_back_as_they_were(store: WindowStore) -> None:
    """Both levels of the columns, values and gaps survive; no vertices stay none."""
    frame = a_frame(2)
    vertices = of_vertices(frame, v__busy_ratio=[0.5, float("nan")], w__parallelism=[2, 3])
    back = store.get(store.put(a_window(frame, vertices=vertices)))
    assert back.vertices is not None
    pd.testing.assert_frame_equal(back.vertices, vertices)
    assert store.get(store.put(a_window(frame))).vertices is None


def test_window_of_a_job_that_was_down_comes_back() -> None:
    """What is None stays None."""
    window = a_window(a_frame(1))
    down = type(window)(
        job="ysb",
        job_id=None,
        version=None,
        configuration=None,
        grid_seconds=10,
        frame=window.frame,
        collected_at=NOON,
    )
    back = from_parquet(to_parquet(down))
    assert (back.job_id, back.version, back.configuration) == (None, None, None)


def test_same_content_is_the_same_id_and_one_file(store: WindowStore, tmp_path: Path) -> None:
    """Storing an equal window again changes nothing; another value is another id."""
    first = store.put(a_window(a_frame(2, restarts_total=[0, 1])))
    assert store.put(a_window(a_frame(2, restarts_total=[0, 1]))) == first
    assert store.put(a_window(a_frame(2, restarts_total=[0, 2]))) != first
    assert len(list((tmp_path / "windows" / "ysb").iterdir())) == 2


def test_altered_file_is_noticed(store: WindowStore, tmp_path: Path) -> None:
    """One byte changed on the disk: reading it names the file and both hashes."""
    window_id = store.put(a_window(a_frame(2)))
    file = _file(tmp_path, window_id)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(UnexpectedReply, match=r"altered: its content has the hash"):
        store.get(window_id)


def test_expired_window_is_unavailable(store: WindowStore) -> None:
    """An id whose file is gone says that it has expired, or that the address is another."""
    with pytest.raises(Unavailable, match="it has expired"):
        store.get(f"ysb@{'0' * 64}")


@pytest.mark.parametrize("window_id", ["ysb", "../x@" + "0" * 64, "ysb@" + "0" * 63, "a/b@c"])
def test_id_that_is_none_is_refused(store: WindowStore, window_id: str) -> None:
    """An id never leads out of the store's folder."""
    with pytest.raises(UnexpectedReply, match="is no id of a window"):
        store.get(window_id)


def test_other_content_is_no_window() -> None:
    """Bytes that are no Parquet file are named as such."""
    with pytest.raises(UnexpectedReply, match="not the Parquet file of a window"):
        from_parquet(b"horae")


def test_old_windows_expire_but_for_those_to_keep(store: WindowStore, tmp_path: Path) -> None:
    """Of three old windows and a new one, one old one is kept by name, and two go."""
    ids = [store.put(a_window(a_frame(1, restarts_total=[n]), job="tsw")) for n in range(4)]
    for window_id in ids[:3]:
        old = (NOON - timedelta(days=2)).timestamp()
        os.utime(_file(tmp_path, window_id), (old, old))
    gone = store.expire("tsw", NOON - timedelta(days=1), keep=ids[:1])
    assert gone == tuple(sorted(ids[1:3]))
    assert store.expire("tsw", NOON - timedelta(days=1), keep=ids[:1]) == ()
    assert store.get(ids[0]).job == store.get(ids[3]).job == "tsw"


def test_empty_store_has_nothing_to_expire(store: WindowStore) -> None:
    """Cleaning a store that was never written to is no error."""
    assert store.expire("checkout", NOON) == ()


def test_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """A file stands where the folder should be: the reason and the address are told."""
    (tmp_path / "windows").write_text("in the way")
    store = WindowStore((tmp_path / "windows").as_uri())
    with pytest.raises(Unavailable, match="could not store window ysb@"):
        store.put(a_window(a_frame(1)))
