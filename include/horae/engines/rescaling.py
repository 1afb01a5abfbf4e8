"""A rescale from its first step to its last, or from wherever another process left it.

What comes next is decided in `transitions`, and how it is done in `move`. Going on where another
process stopped needs nothing but the steps that were recorded and a look at the engine.
"""

from collections.abc import Sequence
from datetime import datetime

from horae.domain.action import Outcome, Rescale, RescalePath
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import Fate
from horae.engines.deadlines import deadlines
from horae.engines.engine import Engine
from horae.engines.grip import Grip, own_job_ids
from horae.engines.journal import Journal, Step, StepState, Taken
from horae.engines.move import Move
from horae.engines.persistence import persistently
from horae.engines.record import Record, record_of
from horae.engines.scribe import Scribe
from horae.engines.shown import Shown, lives
from horae.engines.transitions import (
    PAUSE_SECONDS,
    End,
    Planned,
    configuration_of,
    falls_back,
    is_touched,
    next_step,
)
from horae.errors import (
    ActionError,
    ExternalError,
    HoraeError,
    LeaseLost,
    Refused,
    Unavailable,
)


def rescale(
    engine: Engine,
    order: Rescale,
    *,
    journal: Journal,
    clock: Clock,
    timeout_seconds: float = 300,
    taken: Sequence[Taken] = (),
    started_at: datetime | None = None,
) -> Outcome:
    """Carry an order out, verify it, and go back if it does not hold.

    Args:
        engine: Where the job runs.
        order: What is wanted.
        journal: Records each step; holds the kill switch.
        clock: Dates the outcome and waits.
        timeout_seconds: Longest wait for one step; see `deadlines`.
        taken: The steps that were recorded before, where the action is resumed.
        started_at: When the action began; None: now.

    Returns:
        What happened; failures of the engine are outcomes, not errors.

    Raises:
        ExternalError: The engine, or before the job was touched the ledger, was away for too
            long. The action has not ended: calling again with the recorded steps goes on.
        LedgerError: Nothing more can, or with `LeaseLost` may, be recorded; as before.
    """
    limits = deadlines(order, timeout_seconds)
    grip = Grip(engine=engine, order=order, clock=clock, deadlines=limits, journal=journal)
    move = Move(grip=grip, resumed=bool(taken))
    scribe = Scribe(journal, clock)
    record = record_of(taken, order.lost)
    began = started_at or clock.now()
    rested = 1
    while True:
        shown = look(grip, record)
        record = _with_what_was_found(grip, record, shown, scribe)
        halted = None if is_touched(order, record, shown) else journal.halted()
        planned = next_step(order, record, shown, halted)
        if isinstance(planned, End):
            scribe.finish()
            return _outcome(grip, record, planned, shown, began, scribe.unwritten)
        if planned.round > max(rested, record.round):
            clock.wait(PAUSE_SECONDS * (planned.round - 1))
            rested = planned.round  # and looks again
            continue
        record = _taken(move, record, planned, scribe)


def look(grip: Grip, record: Record) -> Shown:
    """What the engine shows, asked for again and again while it does not tell.

    Raises:
        ExternalError: It did not tell for longer than a step may take.
    """
    return persistently(
        lambda: look_once(grip.engine, grip.order, record),
        grip.clock,
        grip.deadlines.step,
        over=ExternalError,
    )


def look_once(engine: Engine, order: Rescale, record: Record) -> Shown:
    """What the engine shows of the job and of all that the action may have started.

    Raises:
        ExternalError: It does not tell.
    """
    ids = dict.fromkeys([*record.incarnations, *own_job_ids(order)])
    return Shown(
        job=engine.describe(order.job),
        fates={one: engine.fate(order.job, job_id=one) for one in ids},
    )


def unrecorded_start(order: Rescale, record: Record, shown: Shown, now: datetime) -> Taken | None:
    """A start that was not recorded since the ledger was away; None: there is none."""
    found, ours = shown.job.job_id, own_job_ids(order)
    if found is None or shown.fates.get(found) is not Fate.ALIVE:
        return None
    if found in record.incarnations or found not in ours:
        return None
    return Taken(
        number=record.next_number,
        step=Step.START,
        round=ours.index(found),
        state=StepState.DONE,
        at=now,
        detail=f"found to have started {found}, which was not recorded",
        facts={"job_id": found},
    )


def _with_what_was_found(grip: Grip, record: Record, shown: Shown, scribe: Scribe) -> Record:
    """The record, with a start that it does not tell of since the ledger was away."""
    started = unrecorded_start(grip.order, record, shown, grip.clock.now())
    if started is None:
        return record
    scribe.write(started, must_go_on=True)
    return record.with_(started)


def _taken(move: Move, record: Record, planned: Planned, scribe: Scribe) -> Record:
    """Record the intention, do it, record the result."""
    told = move.intention(planned.step, planned.round, record)
    begun = Taken(
        number=record.next_number,
        step=planned.step,
        round=planned.round,
        state=StepState.OPEN,
        at=move.grip.clock.now(),
        detail=told.detail,
        facts={**told.facts, **({"because": planned.because} if planned.because else {})},
    )
    scribe.write(begun, must_go_on=planned.must_go_on)
    record = record.with_(begun)
    ended = _carried_out(move, record, begun)
    # What was done is done; a ledger that is away holds up what comes next, where it may.
    scribe.write(ended, must_go_on=True)
    return record.with_(ended)


def _carried_out(move: Move, record: Record, begun: Taken) -> Taken:
    try:
        done = move.carry_out(begun, record)
    except LeaseLost:
        raise
    except HoraeError as error:
        if isinstance(error, Unavailable):
            _leave_open_if_unknown(move, record, begun, error)
        facts: dict[str, object] = {
            "refused": isinstance(error, Refused),
            "pending": isinstance(error, Unavailable),  # it may yet take effect
        }
        if isinstance(error, ActionError):
            facts |= error.facts
        if begun.step is Step.TIDY:
            facts["remark"] = f"TaskManagers may be left over: {error}."
        return begun.ended(StepState.FAILED, move.grip.clock.now(), str(error), facts)
    return begun.ended(StepState.DONE, move.grip.clock.now(), done.detail, done.facts)


def _leave_open_if_unknown(move: Move, record: Record, begun: Taken, error: Unavailable) -> None:
    """Raise where nobody can know how a step ended: it is open, and may be resumed.

    An engine that answers other questions has refused this one in its way. But a stop that is
    still under way would stop the job after all, so that it must not count as failed where
    nothing else ends the job.
    """
    look(move.grip, record)
    if begun.step is Step.STOP and begun.round == 0 and not falls_back(move.order, record):
        raise error


def _outcome(
    grip: Grip, record: Record, end: End, shown: Shown, began: datetime, unwritten: int
) -> Outcome:
    order = grip.order
    sentences = [end.sentence, *record.remarks()]
    if unwritten:
        sentences.append(f"The ledger was away for {unwritten} entries of this action.")
    return Outcome(
        job=order.job,
        action_id=order.action_id,
        result=end.result,
        path=_path(order, record),
        origin=order.origin,
        target=order.target,
        reached=_reached(order, record, shown),
        outage_seconds=record.outage_seconds,
        started_at=began,
        ended_at=grip.clock.now(),
        sentence=" ".join(sentences),
        overtaken_by=shown.job.job_id if shown.job.job_id not in shown.fates else None,
    )


def _reached(order: Rescale, record: Record, shown: Shown) -> Configuration | None:
    """What the job runs in; of one that was verified and lives, also while tasks restart."""
    if shown.job.configuration is None and lives(record, shown):
        verified = record.is_done(Step.VERIFY, record.round)
        return configuration_of(order, record.round) if verified else None
    return shown.job.configuration


def _path(order: Rescale, record: Record) -> RescalePath:
    """The way that was taken there."""
    fell_back = order.path is RescalePath.SAVEPOINT and record.is_done(Step.SECURE, 0)
    return RescalePath.CHECKPOINT if fell_back else order.path
