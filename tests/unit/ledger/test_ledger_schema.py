from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from horae.errors import LedgerError
from horae.ledger import migrations
from horae.ledger.database import Database
from horae.ledger.opening import open_ledger
from horae.ledger.schema import migrate, schema_version
from horae.ledger.tables import SCHEMA_VERSION, VERSION_TABLE, metadata


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """An empty one."""
    return Database(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_newest_migration_is_the_version_of_the_code() -> None:
    """Nobody adds a migration and forgets the constant that spares importing Alembic."""
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == SCHEMA_VERSION


def test_migrations_make_the_tables_of_the_code(database: Database) -> None:
    """A migrated database and the tables in code do not differ."""
    migrate(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    """The second time there is nothing to do."""
    migrate(database)
    migrate(database)
    with database.reading() as connection:
        assert schema_version(connection) == SCHEMA_VERSION


def test_newer_ledger_is_refused(database: Database) -> None:
    """Old code does not write into a ledger that it does not understand."""
    migrate(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE ledger_schema_version SET version_num = '0999'"))
    with pytest.raises(LedgerError, match="has schema 0999, this Horae knows 0003 at most"):
        open_ledger(f"sqlite:///{database.file}")
