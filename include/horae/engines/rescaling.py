"""The ordered steps of a rescale, the same for every engine.

In place:  recheck, provide (only upwards), checkpoint, resize, verify, tidy.
Savepoint: recheck, provide (as far as there is room), stop, provide, start, verify, tidy.

Until the job is touched (resize, stop) any failure and the kill switch leave it as it was. After
that a failure leads back to the configuration it came from, from the newest state (`rollback`).
"""

from horae.domain.action import Outcome, OutcomeResult, Rescale, RescalePath
from horae.domain.clock import Clock
from horae.domain.job import JobPresence
from horae.engines.engine import Engine, Snapshot
from horae.engines.journal import Journal, Steps
from horae.engines.move import Move
from horae.errors import HoraeError, StepFailed


def rescale(
    engine: Engine,
    order: Rescale,
    *,
    journal: Journal,
    clock: Clock,
    timeout_seconds: float = 300,
) -> Outcome:
    """Carry an order out, verify it, and go back if it does not hold.

    Trigger and job ids derive from the action's id, so that the engine recognises a repeated step.

    Args:
        engine: Where the job runs.
        order: What is wanted.
        journal: Records each step; holds the kill switch.
        clock: Dates the outcome and waits.
        timeout_seconds: Longest wait for the job to run as wanted.

    Returns:
        What happened; failures of the engine and of the ledger are outcomes, not errors.
    """
    move = Move(
        engine=engine, order=order, steps=Steps(journal), clock=clock, timeout=timeout_seconds
    )
    started_at = clock.now()
    result, sentence = _carried_out(move)
    return Outcome(
        job=order.job,
        action_id=order.action_id,
        result=result,
        path=order.path,
        origin=order.origin,
        target=order.target,
        reached=move.reached(),
        outage_seconds=move.outage_seconds,
        started_at=started_at,
        ended_at=clock.now(),
        sentence=" ".join([sentence, *move.remarks, *_unrecorded(move.steps)]),
    )


def _carried_out(move: Move) -> tuple[OutcomeResult, str]:
    """Go there, or back; how that ended, and a sentence about it."""
    target = move.order.target
    try:
        _go(move)
    except StepFailed as failure:
        if _is_untouched(move):
            return _left_alone(move, failure)
        return _gone_back(move, failure)
    move.tidy(target)
    return OutcomeResult.DONE, f"The job runs in {target}{_interruption(move)}."


def _go(move: Move) -> None:
    move.recheck()
    if move.order.path is RescalePath.IN_PLACE:
        _go_in_place(move)
    else:
        _go_by_savepoint(move)


def _go_in_place(move: Move) -> None:
    order = move.order
    if order.target.parallelism > order.origin.parallelism:
        move.provide_ahead(needed=True)
    move.checkpoint()
    move.resize(order.target)
    move.verify(order.target, "verify")


def _go_by_savepoint(move: Move) -> None:
    target = move.order.target
    move.provide_ahead(needed=False)
    snapshot = move.stop("stop")
    move.provide(target)
    move.start(target, snapshot, "job")
    move.verify(target, "verify")


def _is_untouched(move: Move) -> bool:
    """Whether the job goes on as before: no step has touched it, or stopping it failed."""
    if not move.steps.committed:
        return True
    if move.order.path is RescalePath.IN_PLACE or move.stopped is not None:
        return False
    try:
        shown = move.engine.describe(move.order.job)
    except HoraeError:
        return False
    alive = shown.presence in (JobPresence.RUNNING, JobPresence.STARTING)
    return alive and shown.job_id == move.job_id


def _left_alone(move: Move, failure: StepFailed) -> tuple[OutcomeResult, str]:
    if move.provided:
        # The kill switch shall not keep TaskManagers that were added for nothing.
        move.steps.committed = True
        move.tidy(move.order.origin)
    return OutcomeResult.ABANDONED, f"The job was left as it is: {failure}."


def _gone_back(move: Move, failure: StepFailed) -> tuple[OutcomeResult, str]:
    origin = move.order.origin
    try:
        if move.order.path is RescalePath.IN_PLACE:
            move.resize(origin)
        elif move.stopped is not None:
            snapshot = _newest_state(move, move.stopped)
            move.provide(origin)
            move.start(origin, snapshot, "rollback job")
        else:
            return OutcomeResult.FAILED, f"{failure}. The job does not run: a person is needed."
        move.verify(origin, "rollback verify")
    except StepFailed as second:
        return OutcomeResult.FAILED, (
            f"{failure}. Going back failed too: {second}. A person is needed."
        )
    move.tidy(origin)
    return OutcomeResult.ROLLED_BACK, (
        f"The job runs again in {origin}{_interruption(move)}, for {failure}."
    )


def _newest_state(move: Move, original: Snapshot) -> Snapshot:
    """The state to go back with.

    The original snapshot only if the new incarnation has completed nothing: what it has completed
    is committed in the sinks, and would be there twice after a start from before it.
    """
    try:
        shown = move.engine.describe(move.order.job)
        if shown.presence is JobPresence.RUNNING and shown.job_id == move.job_id:
            return move.stop("rollback stop")
    except HoraeError as error:
        move.remarks.append(f"No fresh savepoint could be taken: {error}.")
    return move.secure() or original


def _interruption(move: Move) -> str:
    if move.outage_seconds is None:
        return ""
    return f" after an interruption of {move.outage_seconds:.1f} s"


def _unrecorded(steps: Steps) -> list[str]:
    if not steps.unrecorded:
        return []
    return [f"The ledger was away for {len(steps.unrecorded)} entries of this action."]
