"""Tables of the index: derived from the entries, so nothing refuses to change them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

LOOK_FIGURES = (
    "span",
    "load",
    "latency",
    "latency_max",
    "latency_limit",
    "lag",
    "busy",
    "cores",
    "observed",
    "broken",
    "money_per_hour",
    "forecast_low",
    "forecast_middle",
    "forecast_high",
)


def upgrade() -> None:
    op.create_table(
        "ledger_index_job",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("form", sa.Integer, nullable=False),
        sa.Column("up_to", sa.BigInteger, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
    )
    op.create_table(
        "ledger_index_look",
        *_place(),
        *(sa.Column(name, sa.Float(53)) for name in LOOK_FIGURES),
    )
    op.create_table(
        "ledger_index_decision",
        *_place(),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("execute", sa.Boolean, nullable=False),
        sa.Column("capacity", sa.Float(53)),
        sa.Column("capacity_low", sa.Float(53)),
        sa.Column("run", sa.Text),
    )
    op.create_table(
        "ledger_index_event",
        *_place(),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("until_ms", sa.BigInteger),
        sa.Column("told", sa.Text, nullable=False),
    )
    for table in ("look", "decision", "event"):
        op.create_index(f"ledger_index_{table}_time", f"ledger_index_{table}", ["chain", "at_ms"])
    op.create_index("ledger_index_decision_run", "ledger_index_decision", ["run"])


def _place() -> tuple[sa.Column[str], sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
