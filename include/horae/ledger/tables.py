"""The ledger's tables, as the newest migration leaves them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = "0003"
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

# What follows is derived from the entries, and may be thrown away: see `horae.story.index`.

indexed_jobs = Table(
    "ledger_index_job",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("form", Integer, nullable=False),
    Column("up_to", BigInteger, nullable=False),
    Column("standing", Text, nullable=False),
)
"""One row a chain: how far it was folded, in which form, and how the job stands then."""

indexed_looks = Table(
    "ledger_index_look",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("span", Float(53)),
    Column("load", Float(53)),
    Column("latency", Float(53)),
    Column("latency_max", Float(53)),
    Column("latency_limit", Float(53)),
    Column("lag", Float(53)),
    Column("busy", Float(53)),
    Column("cores", Float(53)),
    Column("observed", Float(53)),
    Column("broken", Float(53)),
    Column("money_per_hour", Float(53)),
    Column("forecast_low", Float(53)),
    Column("forecast_middle", Float(53)),
    Column("forecast_high", Float(53)),
    Index("ledger_index_look_time", "chain", "at_ms"),
)
"""One row a look; times are milliseconds since 1970, so that they can be cut into buckets."""

indexed_decisions = Table(
    "ledger_index_decision",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("execute", Boolean, nullable=False),
    Column("capacity", Float(53)),
    Column("capacity_low", Float(53)),
    Column("run", Text),
    Index("ledger_index_decision_time", "chain", "at_ms"),
    Index("ledger_index_decision_run", "run"),
)
"""One row a decision."""

indexed_events = Table(
    "ledger_index_event",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),
    Column("told", Text, nullable=False),
    Index("ledger_index_event_time", "chain", "at_ms"),
)
"""One row an event; a number may begin several of different kinds."""
