"""The ledger's tables, as the newest migration leaves them."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

SCHEMA_VERSION = "0002"
"""Newest migration that this code knows."""

VERSION_TABLE = "ledger_schema_version"
"""Not Alembic's default name, so that the ledger may share a database with Airflow."""

metadata = MetaData()

entries = Table(
    "ledger_entry",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("identity", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("references", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("chain", "identity", name="ledger_entry_identity"),
    Index("ledger_entry_kind", "chain", "kind", "number"),
)
"""Insert-only: triggers refuse every other statement. The primary key orders a chain."""

heads = Table(
    "ledger_head",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("last_hash", Text, nullable=False),
)
"""One row a chain; locked while an entry is appended."""

leases = Table(
    "ledger_lease",
    metadata,
    Column("job", Text, primary_key=True),
    Column("token", BigInteger, nullable=False),
    Column("holder", Text),
    Column("action_id", Text),
    Column("expires_at", Text),
)
"""One row a job that was ever acted on: its last token and last lease; NULL where given back."""
