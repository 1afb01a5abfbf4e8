"""Runs migrations on the connection, and in the transaction, that `schema.upgrade` opened."""

from alembic import context

from horae.ledger.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
