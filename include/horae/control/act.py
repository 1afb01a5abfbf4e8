"""Carry a Rescale decision out: the intention is recorded before, and the outcome after."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from horae.control.entries import HORAE, draft, to_body
from horae.control.history import History
from horae.control.journal import LedgerJournal
from horae.control.kill_switch import Halted
from horae.domain.action import Outcome, OutcomeResult, Rescale
from horae.domain.clock import Clock
from horae.domain.decision import Decision, Verb
from horae.engines.engine import Engine
from horae.engines.rescaling import rescale
from horae.errors import HoraeError, Refused, Unavailable
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.settings.job_spec import JobSpec

RECORDING_TRIES = 12
RECORDING_PAUSE_SECONDS = 10.0
"""Two minutes: a database that is restarted or fails over is back by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What acting needs."""

    spec: JobSpec
    engine: Engine
    ledger: Ledger
    clock: Clock
    halted: Halted
    lineage: dict[str, str]


def act(parts: Acting, decision_id: str, *, actor: str = HORAE) -> Outcome:
    """Carry out a decision; a decision that was carried out gives its outcome again.

    Returns:
        What happened. `ABANDONED` where the decision no longer held: nothing was touched.

    Raises:
        Refused: There is no such decision, or it orders nothing.
        HoraeError: Whether it still holds could not be found out: nothing was touched, and that is
            recorded before this is raised.
    """
    history = History(parts.ledger, parts.spec.name)
    ended = history.outcome(decision_id)
    if ended is not None:
        return ended
    decision, order = _order(parts, decision_id, history.decision(decision_id))
    _intend(parts, decision, actor)
    started = parts.clock.now()
    try:
        obstacle = _no_longer_holds(parts, history, decision, order)
    except HoraeError as error:
        outcome = _unfinished(parts, order, OutcomeResult.ABANDONED, started, str(error))
        _record(parts, outcome, actor)
        raise
    if obstacle is None:
        outcome = _carry_out(parts, order)
    else:
        outcome = _unfinished(parts, order, OutcomeResult.ABANDONED, started, obstacle)
    _record(parts, outcome, actor)
    return outcome


def _order(parts: Acting, decision_id: str, decision: Decision | None) -> tuple[Decision, Rescale]:
    if decision is None:
        raise Refused(f"decision {decision_id!r} is not in the ledger; nothing was done")
    if decision.verb is not Verb.RESCALE or not decision.execute:
        raise Refused(
            f"decision {decision_id} is to {decision.verb} and is not to be executed "
            f"({decision.sentence}); nothing was done"
        )
    if decision.proposal is None or decision.origin is None:
        raise Refused(f"decision {decision_id} names no target or origin; nothing was done")
    order = Rescale(
        job=parts.spec.engine_job_name,
        action_id=decision_id,
        origin=decision.origin,
        target=decision.proposal.target,
        path=decision.proposal.path,
        lag_limit_records=float(decision.evidence.get("lag_limit_records") or 0),
    )
    return decision, order


def _intend(parts: Acting, decision: Decision, actor: str) -> None:
    parts.ledger.append(
        draft(
            EntryKind.INTENTION,
            job=parts.spec.name,
            key=decision.id,
            at=parts.clock.now(),
            body={"action_id": decision.id, "sentence": decision.sentence},
            references=parts.lineage | {"decision": decision.id},
            actor=actor,
        )
    )


def _no_longer_holds(
    parts: Acting, history: History, decision: Decision, order: Rescale
) -> str | None:
    """Why the decision must not be carried out any more, asked after the intention is recorded.

    The ledger orders the intentions of two rivals, so that at most one finds itself the first.
    """
    now = parts.clock.now()
    first = history.action_in_flight(now)
    if first not in (decision.id, None):  # None: our own intention is from long ago, see below
        return f"action {first} of the same job has not ended"
    reason = parts.halted()
    if reason is not None:
        return f"the kill switch is thrown: {reason}"
    age = now - decision.decided_at
    allowed = timedelta(seconds=parts.spec.time.stale_seconds)
    if age > allowed:
        return f"the decision is {age} old, and at most {allowed} is allowed"
    shown = parts.engine.describe(order.job)
    if shown.configuration != order.origin:
        return f"the job now shows {shown.configuration or shown.detail}, not {order.origin}"
    return None


def _carry_out(parts: Acting, order: Rescale) -> Outcome:
    journal = LedgerJournal(
        ledger=parts.ledger,
        clock=parts.clock,
        job=parts.spec.name,
        action_id=order.action_id,
        references=parts.lineage,
        halted=parts.halted,
    )
    outcome = rescale(
        parts.engine,
        order,
        journal=journal,
        clock=parts.clock,
        timeout_seconds=parts.spec.engine.step_timeout_seconds,
    )
    return replace(outcome, job=parts.spec.name)


def _unfinished(
    parts: Acting, order: Rescale, result: OutcomeResult, started: datetime, sentence: str
) -> Outcome:
    return Outcome(
        job=parts.spec.name,
        action_id=order.action_id,
        result=result,
        path=order.path,
        origin=order.origin,
        target=order.target,
        reached=None,
        outage_seconds=None,
        started_at=started,
        ended_at=parts.clock.now(),
        sentence=sentence,
    )


def _record(parts: Acting, outcome: Outcome, actor: str) -> None:
    """Record an outcome; what was done must not be forgotten because the ledger was restarted."""
    entry = draft(
        EntryKind.OUTCOME,
        job=parts.spec.name,
        key=outcome.action_id,
        at=outcome.ended_at,
        body=to_body(outcome),
        references=parts.lineage | {"decision": outcome.action_id},
        actor=actor,
    )
    patiently = Retrying(
        retry=retry_if_exception_type(Unavailable),
        stop=stop_after_attempt(RECORDING_TRIES),
        wait=wait_fixed(RECORDING_PAUSE_SECONDS),
        sleep=parts.clock.wait,
        reraise=True,
    )
    patiently(parts.ledger.append, entry)
