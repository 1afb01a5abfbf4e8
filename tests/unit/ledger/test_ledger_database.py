import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from horae.errors import LedgerBroken, LedgerError, Unavailable
from horae.ledger.database import Database

SECRET = "s3cret-w0rd"  # noqa: S105


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        f"mysql://horae:{SECRET}@host/db",
        f"postgresql://horae:{SECRET}@host:port/db",
        f"postgresql//horae:{SECRET}@host/db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_other_urls_are_refused_without_their_password(url: str) -> None:
    """The message says which URLs there are."""
    with pytest.raises(LedgerError, match="expected sqlite:///FOLDER") as caught:
        Database(url)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://horae:{SECRET}@/db?host=/nonexistent",
        f"postgresql://horae@/db?host=/nonexistent&password={SECRET}",
        f"postgresql+psycopg://horae:{SECRET}@/db?host=/nonexistent&sslrootcert={SECRET}",
    ],
)
def test_server_that_is_down_is_unavailable(url: str) -> None:
    """The message names the server and what to do, never the password or the options."""
    database = Database(url)
    with pytest.raises(Unavailable, match="check that the database runs") as caught:
        database.reading().__enter__()
    shown = f"{caught.value} {caught.value.__cause__}"
    assert SECRET not in shown
    assert "horae" in shown


def test_file_that_is_no_database_is_broken(tmp_path: Path) -> None:
    """A damaged file is no outage: trying again does not help."""
    file = tmp_path / "ledger.db"
    file.write_bytes(b"not a database " * 100)
    with (
        pytest.raises(LedgerBroken, match="from a backup"),
        Database(f"sqlite:///{file}").reading() as connection,
    ):
        connection.execute(text("SELECT * FROM sqlite_master"))


def test_table_that_is_missing_is_refused(tmp_path: Path) -> None:
    """What the database says no to is no outage either."""
    with (
        pytest.raises(LedgerError, match="no such table: ledger_entry"),
        Database(f"sqlite:///{tmp_path / 'empty.db'}").reading() as connection,
    ):
        connection.execute(text("SELECT * FROM ledger_entry"))


def test_file_that_another_process_holds_is_unavailable(tmp_path: Path) -> None:
    """A writer that does not come to an end is reported, not waited for for ever."""
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        held = Database(f"sqlite:///{file}", wait_seconds=0.05).writing()
        with pytest.raises(Unavailable, match="locked"):
            held.__enter__()
