"""Opens a ledger by its URL."""

from pathlib import Path

from horae.errors import Unavailable
from horae.ledger.database import Database
from horae.ledger.schema import migrate, schema_version
from horae.ledger.sql import SqlLedger


def open_ledger(url: str, *, create: bool = True) -> SqlLedger:
    """The ledger that a URL names, with the newest schema.

    Repeating is safe, also from several processes at once.

    Args:
        url: SQLAlchemy URL of SQLite (a file) or PostgreSQL.
        create: Make a ledger where there is none, and the folder of its file.

    Raises:
        LedgerError: The URL is no such URL, or the ledger is newer than this code.
        Unavailable: It cannot be reached, or there is none and it was not to be created.
    """
    database = Database(url)
    if not create:
        _require_ledger(database)
    elif database.file is not None:
        _make_folder(database, database.file.parent)
    migrate(database)
    return SqlLedger(database)


def _require_ledger(database: Database) -> None:
    missing = database.file is not None and not database.file.exists()
    if not missing:
        with database.reading() as connection:
            missing = schema_version(connection) is None
    if missing:
        raise Unavailable(
            f"{database.shown}: there is no ledger yet; let a cycle run first, or name another "
            "with HORAE_LEDGER"
        )


def _make_folder(database: Database, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"{database.shown}: its folder cannot be made ({error.strerror}); "
            "make it, or name another ledger with HORAE_LEDGER"
        ) from error
