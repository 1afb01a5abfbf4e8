"""Leases, and triggers that keep their tokens from ever going back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

REMOVED = "a lease of the ledger is given back, never removed"
LOWERED = "a token of the ledger never goes back"


def upgrade() -> None:
    op.create_table(
        "ledger_lease",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("action_id", sa.Text),
        sa.Column("expires_at", sa.Text),
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_in_postgresql()
    else:
        _refuse_in_sqlite()


def _refuse_in_sqlite() -> None:
    for trigger, when, words in (
        ("refuses_delete BEFORE DELETE ON ledger_lease", "TRUE", REMOVED),
        ("refuses_update BEFORE UPDATE ON ledger_lease", "NEW.token < OLD.token", LOWERED),
    ):
        op.execute(
            f"CREATE TRIGGER ledger_lease_{trigger} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def _refuse_in_postgresql() -> None:
    for trigger, when, words in (
        ("refuses_delete BEFORE DELETE", "EACH ROW", REMOVED),
        ("refuses_update BEFORE UPDATE", "EACH ROW WHEN (NEW.token < OLD.token)", LOWERED),
        ("refuses_truncate BEFORE TRUNCATE", "EACH STATEMENT", REMOVED),
    ):
        op.execute(
            f"CREATE TRIGGER ledger_lease_{trigger} ON ledger_lease FOR {when} "
            f"EXECUTE FUNCTION ledger_refuse('{words}')"
        )
