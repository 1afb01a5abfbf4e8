"""What the demo reads back: from the ledger and from Airflow, never from its own hopes."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from horae.control.entries import from_body
from horae.control.history import History, PastAction
from horae.demo.airflow_client import AirflowClient
from horae.demo.promises import Promise
from horae.demo.scenario import Scenario
from horae.demo.watch import Glance
from horae.domain.action import OutcomeResult
from horae.domain.decision import Decision
from horae.ledger.audit import audit
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.local.account import Account


def decisions(ledger: Ledger, job: str, *, since: datetime) -> Sequence[Decision]:
    """Every decision about a job from a time on, oldest first."""
    return [
        from_body(Decision, entry.body)
        for entry in ledger.read(job, kinds=[EntryKind.DECISION])
        if entry.time >= since
    ]


def newest_decision(ledger: Ledger, job: str) -> Decision | None:
    """The newest decision about a job; None before the first."""
    for entry in ledger.read(job, kinds=[EntryKind.DECISION], limit=1, newest_first=True):
        return from_body(Decision, entry.body)
    return None


def actions(ledger: Ledger, job: str, *, since: datetime) -> Sequence[PastAction]:
    """Every action on a job that began at a time or later and ended, oldest first."""
    past = reversed(History(ledger, job).past_actions())
    return tuple(action for action in past if action.outcome.started_at >= since)


def nobody_else_acted(ledger: Ledger, job: str, *, since: datetime) -> Promise:
    """No change was noticed that Horae had not made."""
    changes = ledger.read(job, kinds=[EntryKind.EXTERNAL_CHANGE])
    told = [str(entry.body["sentence"]) for entry in changes if entry.time >= since]
    return Promise(
        name="nobody else changed the job", held=not told, sentence="; ".join(told) or "none"
    )


def triggered_by_optimise(client: AirflowClient) -> Sequence[str]:
    """Decision ids of the runs of `rescale` that an operator triggered, as Airflow tells."""
    return [
        str(run["conf"]["decision"])
        for run in client.runs("rescale")
        if run["run_type"] == "operator_triggered" and "decision" in run["conf"]
    ]


def ledger_verifies(ledger: Ledger) -> Promise:
    """Every hash chain holds."""
    reports = audit(ledger)
    breaks = [found.sentence for report in reports for found in report.breaks]
    entries = sum(report.head.count for report in reports if report.head is not None)
    return Promise(
        name="the ledger verifies",
        held=entries > 0 and not breaks,
        sentence="; ".join(breaks) or f"{entries} entries",
    )


def account_balances(account: Account) -> Promise:
    """Every record was counted once."""
    return Promise(
        name="the exactly-once account balances",
        held=account.views > 0 and account.balances,
        sentence=f"{account.views} views, {account.lost} lost, {account.doubled} doubled",
    )


def reactions(
    glances: Sequence[Glance], done: Sequence[PastAction], scenario: Scenario
) -> Sequence[float]:
    """Seconds from the offered load passing the capacity to the end of the next growth.

    Where Horae was there first the load never passes the capacity, and nothing is listed.

    Args:
        glances: Looks at the job, oldest first.
        done: Actions, oldest first.
        scenario: Tells what a slot really carries.
    """
    slot = 1000 / scenario.service_time_ms
    crossings = [
        (look.at, after.at)
        for look, after in pairwise(glances)
        if not _overloaded(look, slot) and _overloaded(after, slot)
    ]
    growths = [
        action
        for action in done
        if action.outcome.result is OutcomeResult.DONE
        and action.outcome.target.parallelism > action.outcome.origin.parallelism
    ]
    found = [_next_growth(at, growths) for _, at in crossings]
    return [seconds for seconds in found if seconds is not None]


def _overloaded(look: Glance, slot: float) -> bool:
    if look.configuration is None or look.load is None:
        return False
    return look.load > look.configuration.parallelism * slot


def _next_growth(at: datetime, growths: Sequence[PastAction]) -> float | None:
    ends = [action.outcome.ended_at for action in growths if action.outcome.ended_at >= at]
    return (min(ends) - at).total_seconds() if ends else None
