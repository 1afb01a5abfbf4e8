import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_drafts import a_draft

from horae.errors import Unavailable
from horae.ledger.opening import open_ledger


def test_opening_makes_file_and_folder(tmp_path: Path) -> None:
    """A first cycle needs no preparation, and a second one finds what the first wrote."""
    url = f"sqlite:///{tmp_path / 'new' / 'ledger.db'}"
    entry = open_ledger(url).append(a_draft())
    assert open_ledger(url).get("ysb:1") == entry


def test_reader_makes_nothing(tmp_path: Path) -> None:
    """A ledger that is only to be read is not made; the message says what to do."""
    file = tmp_path / "ledger.db"
    with pytest.raises(Unavailable, match=r"no ledger yet; .* HORAE_LEDGER"):
        open_ledger(f"sqlite:///{file}", create=False)
    assert not file.exists()


def test_database_of_others_holds_no_ledger(tmp_path: Path) -> None:
    """A reader leaves a database without a ledger as it is."""
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    before = file.read_bytes()
    with pytest.raises(Unavailable, match="no ledger yet"):
        open_ledger(f"sqlite:///{file}", create=False)
    assert file.read_bytes() == before


def test_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """A file where the folder should be is named."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(Unavailable, match="its folder cannot be made"):
        open_ledger(f"sqlite:///{tmp_path / 'taken' / 'ledger.db'}")
