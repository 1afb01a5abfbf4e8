"""An action that has not ended, as a person sees it, goes on with it, or takes it over."""

from dataclasses import dataclass
from datetime import datetime

from horae.control.act import act, order_of, outcome_entry
from horae.control.acting import Acting, no_longer_holds, why_halted
from horae.control.history import History
from horae.control.holding import held_lease
from horae.control.journal import steps_taken
from horae.domain.action import Outcome, OutcomeResult, Rescale
from horae.domain.decision import Decision
from horae.engines.deadlines import deadlines
from horae.engines.journal import Taken
from horae.engines.record import Record, record_of
from horae.engines.rescaling import look_once, unrecorded_start
from horae.engines.shown import Shown
from horae.engines.transitions import (
    ROUNDS_BACK,
    End,
    Planned,
    is_touched,
    next_step,
)
from horae.errors import ExternalError, LeaseTaken, NotReady, Refused
from horae.ledger.leases import Lease
from horae.ledger.records import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """What is known of an action.

    Attributes:
        job: The job's name.
        decision: What it carries out.
        began_at: When it began; None: not yet.
        outcome: How it ended; None: it has not.
        taken: Its steps, with a start of its own that was found and is not recorded.
        lease: Who acts on the job; None: nobody.
        shown: What the engine shows; None: it does not answer.
        silence: What it says instead; empty where it answers.
        planned: What comes next; None where the engine does not answer, or it has ended.
        touched: Whether the job may have been touched; None: not known.
        seconds_left: The longest that it may still take in one go.
    """

    job: str
    decision: Decision
    began_at: datetime | None
    outcome: Outcome | None
    taken: tuple[Taken, ...]
    lease: Lease | None
    shown: Shown | None
    silence: str
    planned: Planned | End | None
    touched: bool | None
    seconds_left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """How an action stands now; see `UnderWay`."""

    record: Record
    shown: Shown | None = None
    silence: str = ""
    planned: Planned | End | None = None
    touched: bool | None = None


def under_way(parts: Acting, action_id: str | None = None) -> UnderWay | None:
    """An action of a job, by its id or the one that has not ended; None: there is none.

    Nothing is changed, neither in the ledger nor in the engine.

    Raises:
        Refused: The id is not that of a decision that orders anything.
        LedgerError, Unavailable: The ledger cannot be read.
    """
    name = parts.spec.name
    history = History(parts.ledger, name)
    action_id = action_id or history.action_in_flight()
    if action_id is None:
        return None
    decision, order = order_of(parts.spec, action_id, history.decision(action_id))
    record = record_of(steps_taken(parts.ledger, name, action_id), order.lost)
    intention = parts.ledger.find(name, f"{EntryKind.INTENTION}:{action_id}")
    outcome = history.outcome(action_id)
    now = _Now(record=record) if outcome else _now(parts, decision, order, record)
    rounds_left = (1 + ROUNDS_BACK - record.round) / (1 + ROUNDS_BACK)
    worst = deadlines(order, parts.spec.engine.step_timeout_seconds).worst_case
    return UnderWay(
        job=name,
        decision=decision,
        began_at=intention.time if intention else None,
        outcome=outcome,
        taken=now.record.taken,
        lease=parts.ledger.lease_of(name, now=parts.clock.now()),
        shown=now.shown,
        silence=now.silence,
        planned=now.planned,
        touched=now.touched,
        seconds_left=0.0 if outcome else rounds_left * worst,
    )


def resume(parts: Acting, action_id: str | None, *, person: str) -> Outcome:
    """Go on with an action, by its id or the one that has not ended.

    Raises:
        NotReady: There is none.
        HoraeError: As `act` does.
    """
    action_id = action_id or History(parts.ledger, parts.spec.name).action_in_flight()
    if action_id is None:
        raise NotReady(f"no action of job {parts.spec.name} is under way")
    return act(parts, action_id, actor=person)


def abandon(
    parts: Acting, action_id: str, *, person: str, reason: str, force: bool = False
) -> Outcome:
    """End an action in the ledger, and only there: from here on the job is that person's.

    Repeating it gives the outcome again.

    Args:
        parts: What it needs; the engine is only looked at.
        action_id: Which.
        person: Who takes it over.
        reason: In that person's words.
        force: Take the lease also from a process that lives: it notices before its next step.

    Raises:
        Refused: The action has not begun.
        LeaseTaken: A live process acts on the job, and `force` is false.
    """
    seen = under_way(parts, action_id)
    if seen is None or seen.began_at is None:
        raise Refused(f"action {action_id} of job {parts.spec.name} has not begun")
    if seen.outcome is not None:
        return seen.outcome
    if seen.lease is not None and not force:
        raise LeaseTaken(
            f"{seen.lease.holder} acts on job {seen.job} for action {seen.lease.action_id} until "
            f"{seen.lease.expires_at:%Y-%m-%d %H:%M:%S} UTC at least; wait for it, or take the "
            "lease from it with --force"
        )
    if seen.lease is not None:
        parts.ledger.release_lease(seen.lease)
    with held_lease(
        parts.ledger,
        seen.job,
        action_id,
        parts.lease,
        parts.clock,
        silence_seconds=parts.lease.seconds,
    ) as lease:
        outcome = _taken_over(parts, seen, person, reason)
        parts.ledger.append(outcome_entry(parts.lineage, outcome, person), lease=lease())
    return outcome


def _taken_over(parts: Acting, seen: UnderWay, person: str, reason: str) -> Outcome:
    _, order = order_of(parts.spec, seen.decision.id, seen.decision)
    untouched = seen.touched is False or not seen.taken
    now = parts.clock.now()
    said = seen.shown.job.detail if seen.shown else seen.silence
    left = "" if untouched else _state_left(seen.taken)
    return Outcome(
        job=seen.job,
        action_id=seen.decision.id,
        result=OutcomeResult.ABANDONED if untouched else OutcomeResult.FAILED,
        path=order.path,
        origin=order.origin,
        target=order.target,
        reached=seen.shown.job.configuration if seen.shown else None,
        outage_seconds=None,
        started_at=seen.began_at or now,
        ended_at=now,
        sentence=f"{person} took it over: {reason}. The engine showed: {said}.{left}",
    )


def _state_left(taken: tuple[Taken, ...]) -> str:
    """Where the newest state lies that the steps tell of, in a sentence; empty: they tell none."""
    kept = record_of(taken).newest_snapshot
    if kept is None or kept.location is None:
        return ""
    return f" Its newest state recorded here is in {kept.location}."


def _now(parts: Acting, decision: Decision, order: Rescale, record: Record) -> _Now:
    """What whoever goes on would find and do first; nothing is recorded."""
    try:
        shown = look_once(parts.engine, order, record)
        found = unrecorded_start(order, record, shown, parts.clock.now())
        record = record.with_(found) if found else record
        touched = is_touched(order, record, shown)
        halted = None if touched else _obstacle(parts, decision, order, record)
    except ExternalError as error:
        return _Now(record=record, silence=str(error))
    planned = next_step(order, record, shown, halted)
    return _Now(record=record, shown=shown, planned=planned, touched=touched)


def _obstacle(parts: Acting, decision: Decision, order: Rescale, record: Record) -> str | None:
    """Why an action that has not touched the job would be given up; None: it would not."""
    history = History(parts.ledger, parts.spec.name)
    gone = no_longer_holds(parts, history, decision, order, record.taken)
    return gone or why_halted(parts)
