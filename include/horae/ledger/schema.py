"""Brings a database to the schema that this code knows, and refuses one that is newer."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table, text

from horae.errors import LedgerError
from horae.ledger.database import Database
from horae.ledger.tables import SCHEMA_VERSION, VERSION_TABLE

ADVISORY_LOCK = 0x686F726165
"""Key of the lock under which PostgreSQL is migrated: `horae` in ASCII."""


def schema_version(connection: Connection) -> str | None:
    """Newest migration that the database has had; None: it holds no ledger."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))


def migrate(database: Database) -> None:
    """Bring the database to the schema of this code, in one transaction.

    Repeating is safe, also from several processes at once.

    Raises:
        LedgerError: The database is newer than the code.
        Unavailable: It cannot be reached.
    """
    with database.reading() as connection:
        version = schema_version(connection)
    if version == SCHEMA_VERSION:
        return
    _require_known(version, database)
    if database.dialect == "sqlite":
        _keep_readers_and_writer_apart(database)
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        _upgrade(connection)


def _require_known(version: str | None, database: Database) -> None:
    # Versions are numbered in order, so text tells which is newer.
    if version is not None and version > SCHEMA_VERSION:
        raise LedgerError(
            f"{database.shown}: the ledger has schema {version}, this Horae knows {SCHEMA_VERSION}"
            " at most; install the version of Horae that wrote it, or a newer one"
        )


def _keep_readers_and_writer_apart(database: Database) -> None:
    """Write-ahead logging, so that a long `verify` never holds up an append; stays in the file."""
    with database.outside_transactions() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def _upgrade(connection: Connection) -> None:
    # Alembic takes a tenth of a second to import, and is needed once in a ledger's life.
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, SCHEMA_VERSION)
