"""What comes next in an action: a pure function of what was recorded and what the engine shows.

On the way there (round 0):

    in place:    recheck, prepare (upwards), checkpoint, resize, verify, tidy
    savepoint:   recheck, prepare, stop, provide, start, verify, tidy
    checkpoint:  recheck, prepare, checkpoint, secure, provide, start, verify, tidy
    restart:     recheck, secure, provide, start, verify, tidy

Where the TaskManagers stay the same, nothing is provided while the job is stopped.

A stop that failed or took too long is followed by `secure` where the order allows it, and so is
one of which nobody knows the end. Until the job is touched, any failure and the kill switch leave
it as it was. After that a failure begins the next round, which leads back to the configuration it
came from, from the newest state: in place where the job still runs and was only resized, and
otherwise by stop (or secure), provide, start, verify. What the engine shows wins over what was
assumed: a job that somebody else changed, ended or started meanwhile is left to them.

A step that was begun and not ended is begun again; every step may be repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from horae.domain.action import OutcomeResult, Rescale, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.engines.journal import Step, StepState
from horae.engines.record import Record
from horae.engines.shown import Shown, doubled_by_us, fate, lives, may_end_yet, other_hand

ROUNDS_BACK = 3
"""Tries to go back before a person is called: a third one still helps where a cluster is coming
back piece by piece, and a fourth never did."""

PAUSE_SECONDS = 15.0
"""Before the second way back, and twice that before the third: what was not to be had a moment
ago, a folder or a slot, is no more to be had at once."""

_MOVED = (Step.PROVIDE, Step.START, Step.VERIFY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A step to take.

    Attributes:
        step: Which.
        round: See `Taken.round`.
        must_go_on: A ledger that is away does not hold this step back, for the job may be down.
        because: Why the action is given up with this step; None: it is not.
    """

    step: Step
    round: int
    must_go_on: bool
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The action is over.

    Attributes:
        result: How it ended.
        sentence: Why, for people.
    """

    result: OutcomeResult
    sentence: str


def next_step(order: Rescale, record: Record, shown: Shown, halted: str | None) -> Planned | End:
    """The next step, or the end.

    Args:
        order: What is wanted.
        record: The steps so far.
        shown: What the engine shows.
        halted: Why the job must not be touched, as by the kill switch; None: it may.
    """
    over = _verified(order, record, shown) or _taken_over(order, record, shown)
    if over is not None:
        return over
    if not is_touched(order, record, shown):
        return _untouched(order, record, shown, halted)
    plan = _plan(order, record, shown)
    failed = _failed(record, plan) or _vanished(record, shown)
    if failed is not None:
        return _further_round(order, record, shown, failed)
    return _go_on(_first_not_done(record, plan), record.round, record, shown)


def is_touched(order: Rescale, record: Record, shown: Shown) -> bool:
    """Whether the action has changed anything about the job, as far as can be known.

    A stop or an end that was set out for and whose end nobody knows, or was not waited for, may
    yet take effect; one that failed and left the job alive has changed nothing.
    """
    if any(record.last(step) is not None for step in (Step.RESIZE, Step.START)):
        return True
    if may_end_yet(record):
        return True
    set_out = record.last(Step.STOP) is not None or record.last(Step.SECURE) is not None
    return set_out and (order.path is RescalePath.RESTART or not lives(record, shown))


def falls_back(order: Rescale, record: Record) -> bool:
    """Whether the newest checkpoint may do where a savepoint fails: wanted, and possible here."""
    recheck = record.last(Step.RECHECK, 0)
    return (
        order.may_use_checkpoint and recheck is not None and bool(recheck.facts.get("checkpoint"))
    )


def configuration_of(order: Rescale, round_: int) -> Configuration:
    """Where a round leads to."""
    return order.target if round_ == 0 else order.origin


def _verified(order: Rescale, record: Record, shown: Shown) -> Planned | End | None:
    """Tidy up and end, once the job was seen to run as wanted."""
    round_ = record.round
    if not record.is_done(Step.VERIFY, round_):
        return None
    if _is_to_tidy(record, round_):
        return Planned(step=Step.TIDY, round=round_, must_go_on=True)
    where, since = configuration_of(order, round_), ""
    if not lives(record, shown):
        since = f" Since then {_shown_as(record, shown)}."
    if round_ == 0:
        return End(result=OutcomeResult.DONE, sentence=f"The job runs in {where}.{since}")
    return End(
        result=OutcomeResult.ROLLED_BACK,
        sentence=f"The job runs again in {where}, for {_failures(record)}.{since}",
    )


def _taken_over(order: Rescale, record: Record, shown: Shown) -> End | None:
    """The end where somebody else has changed, ended or started the job since it was looked at."""
    if not record.is_done(Step.RECHECK, 0):
        return None
    reason = other_hand(order, record, shown)
    if reason is None:
        return None
    touched = is_touched(order, record, shown)
    result = OutcomeResult.OVERTAKEN if touched else OutcomeResult.ABANDONED
    kept = record.newest_snapshot
    state = f" Its state at the last stop is in {kept.location}." if kept else ""
    return End(result=result, sentence=f"The job was left to whoever changed it: {reason}.{state}")


def _untouched(order: Rescale, record: Record, shown: Shown, halted: str | None) -> Planned | End:
    """On the way to the point where the job is touched."""
    plan = _plan(order, record, shown)
    failed = _failed(record, plan)
    tidied = record.last(Step.TIDY)
    given_up = tidied.facts.get("because") if tidied is not None else None
    reason = given_up or (failed and _failures(record)) or _obstacle(order, record, shown, halted)
    if reason is None:
        return Planned(step=_first_not_done(record, plan), round=0, must_go_on=False)
    added = record.last(Step.PREPARE) is not None and _is_to_tidy(record, 0)
    if added and lives(record, shown):
        # The kill switch shall not keep TaskManagers that were added for nothing.
        return Planned(step=Step.TIDY, round=0, must_go_on=True, because=reason)
    return End(result=OutcomeResult.ABANDONED, sentence=f"The job was left as it is: {reason}.")


def _is_to_tidy(record: Record, round_: int) -> bool:
    tidied = record.last(Step.TIDY, round_)
    return tidied is None or tidied.state is StepState.OPEN


def _obstacle(order: Rescale, record: Record, shown: Shown, halted: str | None) -> str | None:
    if halted is not None:
        return halted
    looked = record.is_done(Step.RECHECK, 0) and order.path is not RescalePath.RESTART
    return _shown_as(record, shown) if looked and not lives(record, shown) else None


def _plan(order: Rescale, record: Record, shown: Shown) -> Sequence[Step]:
    """The steps of the present round, without the tidying."""
    round_ = record.round
    if record.is_done(Step.START, round_):
        return (Step.VERIFY,)  # also where what came before it was never recorded
    if round_ == 0:
        return _plan_there(order, record, shown)
    if record.last(Step.RESIZE, round_) is not None:
        return (Step.RESIZE, Step.VERIFY)
    return (*_state(record, shown), *_MOVED)


def _plan_there(order: Rescale, record: Record, shown: Shown) -> Sequence[Step]:
    if order.path is RescalePath.IN_PLACE:
        grows = order.target.task_managers > order.origin.task_managers
        ahead = (Step.PREPARE,) if grows else ()
        return (Step.RECHECK, *ahead, Step.CHECKPOINT, Step.RESIZE, Step.VERIFY)
    if order.path is RescalePath.RESTART:
        return (Step.RECHECK, Step.SECURE, *_MOVED)
    if order.path is RescalePath.CHECKPOINT:
        before = (Step.RECHECK, Step.PREPARE, Step.CHECKPOINT, Step.SECURE)
        return (*before, *_moved_there(order, record))
    state = _state_by_stop(order, record, shown)
    return (Step.RECHECK, Step.PREPARE, *state, *_moved_there(order, record))


def _moved_there(order: Rescale, record: Record) -> Sequence[Step]:
    """Without a look at TaskManagers that stand ready and stay: the job is down meanwhile."""
    prepared = record.last(Step.PREPARE, 0)
    ready = prepared is not None and bool(prepared.facts.get("ready"))
    origin, target = order.origin, order.target
    same = (origin.shape, origin.task_managers) == (target.shape, target.task_managers)
    return (Step.START, Step.VERIFY) if ready and same else _MOVED


def _state_by_stop(order: Rescale, record: Record, shown: Shown) -> Sequence[Step]:
    kept = record.has_failed(Step.STOP, 0) and lives(record, shown)
    return (Step.STOP,) if kept and not falls_back(order, record) else _state(record, shown)


def _state(record: Record, shown: Shown) -> Sequence[Step]:
    """Stop, or where that failed or left no word, secure."""
    stop = record.last(Step.STOP, record.round)
    if record.last(Step.SECURE, record.round) is not None:
        return (Step.SECURE,)
    if stop is None or stop.state is StepState.DONE:
        return (Step.STOP,)
    joins = stop.state is StepState.OPEN and lives(record, shown)
    return (Step.STOP,) if joins else (Step.SECURE,)


def _failed(record: Record, plan: Sequence[Step]) -> str | None:
    """The first step of the plan that failed in this round, in words."""
    for step in plan:
        last = record.last(step, record.round)
        if last is not None and last.state is StepState.FAILED:
            return f"step {step} failed: {last.detail}"
    return None


def _vanished(record: Record, shown: Shown) -> str | None:
    """Whether what was started or resized in this round has ended, or is not alone.

    Only once the start is known to be done: one whose reply was lost may yet appear.
    """
    if doubled_by_us(shown):
        return shown.job.detail
    resized = record.last(Step.RESIZE, record.round) is not None
    begun = resized or record.is_done(Step.START, record.round)
    return _shown_as(record, shown) if begun and not lives(record, shown) else None


def _further_round(order: Rescale, record: Record, shown: Shown, failed: str) -> Planned | End:
    if record.round >= ROUNDS_BACK or _is_back_all_the_same(order, record, shown):
        return End(result=OutcomeResult.FAILED, sentence=_call(record, shown, failed))
    return _go_on(_first_back(order, record, shown), record.round + 1, record, shown)


def _go_on(step: Step, round_: int, record: Record, shown: Shown) -> Planned:
    """A step of an action that has touched the job.

    To end an incarnation that lives is the one thing that waits for the ledger: unrecorded, it
    would look to another process like somebody else's doing, and the job would be left to them.
    """
    ends_a_living = step in (Step.STOP, Step.SECURE) and lives(record, shown)
    return Planned(step=step, round=round_, must_go_on=not ends_a_living)


def _is_back_all_the_same(order: Rescale, record: Record, shown: Shown) -> bool:
    """Whether the job runs where it came from, only not as well as it should.

    It is left running then, for another restart would help it no more.
    """
    running = shown.job.presence is JobPresence.RUNNING and shown.job.job_id == record.current
    return record.round > 0 and running and shown.job.configuration == order.origin


def _first_back(order: Rescale, record: Record, shown: Shown) -> Step:
    """How the next way back begins; a fresh savepoint is only tried the first time."""
    first = record.round == 0
    resized = order.path is RescalePath.IN_PLACE and record.last(Step.START) is None
    if first and resized and lives(record, shown):
        return Step.RESIZE
    running = shown.job.presence is JobPresence.RUNNING and shown.job.job_id == record.current
    return Step.STOP if first and running else Step.SECURE


def _call(record: Record, shown: Shown, failed: str) -> str:
    """What a person needs to know who has to go on from here."""
    kept = record.newest_snapshot
    state = f" Its newest state known here is in {kept.location}." if kept else ""
    return (
        f"{_failures(record) or failed}. Going back was tried {record.round} times; the engine "
        "shows: "
        f"{shown.job.detail}.{state} A person is needed."
    )


def _failures(record: Record) -> str:
    told = (f"step {one.step} failed: {one.detail}" for one in record.failures())
    return "; ".join(dict.fromkeys(told)) or "the job was lost on the way"


def _shown_as(record: Record, shown: Shown) -> str:
    return f"the engine shows job {record.current} as {fate(record, shown)}: {shown.job.detail}"


def _first_not_done(record: Record, plan: Sequence[Step]) -> Step:
    return next(step for step in plan if not record.is_done(step, record.round))
