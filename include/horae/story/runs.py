"""What a run of Airflow decided."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select

from horae.ledger.ledger import Ledger
from horae.ledger.records import entry_id
from horae.ledger.tables import entries, indexed_decisions
from horae.story.decision.reading import truth, words
from horae.story.fleet import AT_ONCE
from horae.story.index.keeping import catch_up, database_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDecision:
    """A decision that a run made.

    Attributes:
        job: The job's name.
        number: Number of the decision's entry in the job's chain.
        entry: Id of that entry.
        decision: The decision's id.
        at: When it was decided.
        verb: `hold` or `rescale`.
        reason: Code of the reason.
        sentence: For people.
        execute: Whether it was to be carried out.
        approval: Whether a person was to be asked first.
    """

    job: str
    number: int
    entry: str
    decision: str
    at: datetime
    verb: str
    reason: str
    sentence: str
    execute: bool
    approval: bool


def decisions_of_run(ledger: Ledger, run: str, *, limit: int = 2_000) -> tuple[RunDecision, ...]:
    """Decisions that were made by a run, by job.

    Args:
        ledger: The ledger.
        run: The run as entries refer to it: `optimise/<run id>` or `rescale/<run id>`.
        limit: At most so many.

    Raises:
        LedgerError: The ledger is in memory, or cannot be read.
        Unavailable: It cannot be reached.
    """
    catch_up(ledger, most=AT_ONCE)
    table = indexed_decisions
    same = (entries.c.chain == table.c.chain) & (entries.c.number == table.c.number)
    wanted = select(table, entries.c.body).join(entries, same).where(table.c.run == run)
    in_order = wanted.order_by(table.c.chain, table.c.number).limit(limit)
    with database_of(ledger).reading() as connection:
        return tuple(map(_decision, connection.execute(in_order)))


def _decision(row: Row[Any]) -> RunDecision:
    body = json.loads(row.body)
    return RunDecision(
        job=row.chain,
        number=row.number,
        entry=entry_id(row.chain, row.number),
        decision=row.decision,
        at=datetime.fromtimestamp(row.at_ms / 1_000, UTC),
        verb=row.verb,
        reason=row.reason,
        sentence=words(body, "sentence"),
        execute=bool(row.execute),
        approval=truth(body, "approval") is True,
    )
