from pathlib import Path

import pytest
from window_builder import a_frame, a_window

from horae.errors import Unavailable, UnexpectedReply
from horae.metrics.file_window_store import FileWindowStore, from_parquet


@pytest.fixture
def store(tmp_path: Path) -> FileWindowStore:
    """An empty store in a folder that is not there yet."""
    return FileWindowStore((tmp_path / "windows").as_uri())


def _file(tmp_path: Path, window_id: str) -> Path:
    job, content_hash = window_id.split("@")
    return tmp_path / "windows" / job / f"{content_hash}.parquet"


def test_same_content_is_the_same_id_and_one_file(store: FileWindowStore, tmp_path: Path) -> None:
    """Storing an equal window again changes nothing; another value is another id."""
    first = store.put(a_window(a_frame(2, restarts_total=[0, 1])))
    assert store.put(a_window(a_frame(2, restarts_total=[0, 1]))) == first
    assert store.put(a_window(a_frame(2, restarts_total=[0, 2]))) != first
    assert len(list((tmp_path / "windows" / "ysb").iterdir())) == 2


def test_altered_file_is_noticed(store: FileWindowStore, tmp_path: Path) -> None:
    """One byte changed on the disk: reading it names the file and both hashes."""
    window_id = store.put(a_window(a_frame(2)))
    file = _file(tmp_path, window_id)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(UnexpectedReply, match=r"altered: its content has the hash"):
        store.get(window_id)


def test_other_content_is_no_window() -> None:
    """Bytes that are no Parquet file are named as such."""
    with pytest.raises(UnexpectedReply, match="not the Parquet file of a window"):
        from_parquet(b"horae")


def test_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """A file stands where the folder should be: the reason and the address are told."""
    (tmp_path / "windows").write_text("in the way")
    store = FileWindowStore((tmp_path / "windows").as_uri())
    with pytest.raises(Unavailable, match="could not store window ysb@"):
        store.put(a_window(a_frame(1)))
