"""What Airflow calls when a task has ended: whoever wants to know is told.

Imports stand inside the functions: DAG files name them, and are parsed often. Whatever goes wrong
here is logged and left, for the task has ended by then.
"""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

Context = Mapping[str, Any]

_LONGEST = 2_000
"""Characters of a sentence: some receivers refuse a long message altogether."""

log = logging.getLogger(__name__)


def _left_alone(callback: Callable[[Context], None]) -> Callable[[Context], None]:
    """The callback, whose faults are logged and no more."""

    @wraps(callback)
    def called(context: Context) -> None:
        try:
            callback(context)
        except Exception:  # telling must not turn a task that has ended into a failed one
            log.exception("nobody could be told by %s", callback.__name__)

    return called


@_left_alone
def action_ended(context: Context) -> None:
    """Of `carry_out`, however it ended: tell what the action came to.

    Silent where it came to nothing that anybody waits for: nothing was touched, somebody else
    took over, or there is no outcome yet.
    """
    from horae.control import adapters
    from horae.control.history import History
    from horae.domain.action import OutcomeResult
    from horae.settings.notify_rules import Event
    from horae_airflow.notifying import tell
    from horae_airflow.surroundings import surroundings

    events = {
        OutcomeResult.DONE: Event.ACTED,
        OutcomeResult.ROLLED_BACK: Event.ROLLED_BACK,
        OutcomeResult.FAILED: Event.ROLLED_BACK,
    }
    job, decision_id = str(context["params"]["job"]), _argument(context, "decision")
    with adapters.opened_ledger(surroundings()) as ledger:
        history = History(ledger, job)
        outcome, decision = history.outcome(decision_id), history.decision(decision_id)
    if outcome is None or decision is None or outcome.result not in events:
        return
    sentence = f"{job}: {outcome.result}: {outcome.sentence} It was decided: {decision.sentence}"
    tell(
        events[outcome.result],
        job=job,
        sentence=sentence[:_LONGEST],
        decision=decision_id,
        context=context,
    )


@_left_alone
def blind_or_not(context: Context) -> None:
    """Of `look`, however it ended: tell once where nothing was concluded for too long."""
    from horae.control import adapters
    from horae.control.blindness import blindness, is_told, record_told
    from horae.settings.notify_rules import Event
    from horae_airflow.notifying import tell
    from horae_airflow.surroundings import surroundings

    place, job = surroundings(), _argument(context, "job")
    now = place.clock.now()
    with adapters.opened_ledger(place) as ledger:
        blind = blindness(ledger, job, allowance_seconds=_allowance(place, job), now=now)
        if blind is None or is_told(ledger, blind):
            return
        sentence = f"{blind.sentence}{_trouble(context)}"[:_LONGEST]
        if tell(Event.BLIND, job=job, sentence=sentence, context=context):
            record_told(ledger, blind, now=now)


@_left_alone
def ledger_broken(context: Context) -> None:
    """Of `verify`, where it failed: tell which entries do not hold."""
    from horae.errors import LedgerBroken
    from horae.settings.notify_rules import Event
    from horae_airflow.notifying import tell

    error = context.get("exception")
    if isinstance(error, LedgerBroken):
        tell(Event.LEDGER_BROKEN, sentence=str(error)[:_LONGEST], context=context)


def _argument(context: Context, name: str) -> str:
    """What the task's function was called with, by name or as its first argument.

    Raises:
        LookupError: It is not known here.
    """
    task = context["task"]
    named: Mapping[str, Any] = getattr(task, "op_kwargs", None) or {}
    return str(named[name] if name in named else task.op_args[0])


def _allowance(place: Any, job: str) -> float:
    """Seconds; the default where the spec cannot be read, which may be the very trouble."""
    from horae.errors import HoraeError
    from horae.settings.safety import WatchdogSettings
    from horae.settings.spec_folder import named_job_spec

    try:
        watchdog = named_job_spec(place.environment.jobs_folder, job).watchdog
    except HoraeError:
        watchdog = WatchdogSettings()
    return float(watchdog.allowance_seconds)


def _trouble(context: Context) -> str:
    """Why the look failed; of what is not Horae's only its kind, for its text may hold secrets."""
    from horae.errors import HoraeError

    error = context.get("exception")
    if error is None:
        return ""
    said = error if isinstance(error, HoraeError) else type(error).__name__
    return f"; the last look failed: {said}"
