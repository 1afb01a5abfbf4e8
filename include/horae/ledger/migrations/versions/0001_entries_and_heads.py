"""Entries and heads, and triggers that refuse to change them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSALS = {
    ("ledger_entry", "UPDATE"): "an entry of the ledger is never changed",
    ("ledger_entry", "DELETE"): "an entry of the ledger is never removed",
    ("ledger_head", "DELETE"): "a head of the ledger is never removed",
}
"""Statement on table -> what the database says to it."""


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("references", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("chain", "identity", name="ledger_entry_identity"),
    )
    op.create_index("ledger_entry_kind", "ledger_entry", ["chain", "kind", "number"])
    op.create_table(
        "ledger_head",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("last_hash", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_in_postgresql()
    else:
        _refuse_in_sqlite()


def _refuse_in_sqlite() -> None:
    for (table, statement), words in REFUSALS.items():
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{statement.lower()} BEFORE {statement} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def _refuse_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$"
    )
    for (table, statement), words in REFUSALS.items():
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{statement.lower()} BEFORE {statement} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION ledger_refuse('{words}')"
        )
    for table in ("ledger_entry", "ledger_head"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('the ledger is never emptied')"
        )
