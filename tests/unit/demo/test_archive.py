"""An earlier ledger is put aside, never overwritten."""

from pathlib import Path

from control_builders import NOON
from horae.demo.archive import archive_ledger


def test_the_ledger_and_all_that_belongs_to_it_is_moved(tmp_path: Path) -> None:
    """Its write-ahead log and its kept heads too; nothing else."""
    names = ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger-heads.json"]
    for name in [*names, "other.db"]:
        (tmp_path / name).write_text(name)
    folder = archive_ledger(tmp_path, NOON)
    assert folder == tmp_path / "archive" / "20260302-120000"
    assert sorted(file.name for file in folder.iterdir()) == sorted(names)
    assert (folder / "ledger.db").read_text() == "ledger.db"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["other.db"]


def test_nothing_to_move(tmp_path: Path) -> None:
    """No empty folder is made."""
    assert archive_ledger(tmp_path, NOON) is None
    assert list(tmp_path.iterdir()) == []
