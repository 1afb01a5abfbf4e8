"""The watchdog: brings a job to safety while no cycle comes to a conclusion about it.

It needs neither Airflow nor a fresh window, only the ledger, the engine, and what was stored. It
orders nothing but more resources, and does so through the same actions as everybody else. What
an action has begun it brings to an end in every mode.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from horae.control.act import act
from horae.control.acting import Acting
from horae.control.actors import WATCHDOG
from horae.control.blindness import last_conclusion
from horae.control.loss import ENDED, Restarting, as_seen, what_was_lost
from horae.control.lost import answer, question_about_loss, record
from horae.control.to_safety import Danger, danger_to, order_to_safety
from horae.control.turn import Unfinished, unfinished
from horae.domain.action import Outcome
from horae.domain.decision import Decision, Mode, Verb
from horae.domain.job import JobDescription, JobPresence
from horae.errors import HoraeError
from horae.ledger.records import EntryKind
from horae.metrics.window_store import WindowStore

_CYCLES = 3
_LEAST_PATIENCE = timedelta(minutes=2)
"""How long an action that was left is left to the cycles: they go on with it in their next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minding:
    """What minding a job needs.

    Attributes:
        acting: What acting needs; spec, engine, ledger and clock are looked at as well.
        windows: Where the windows are.
        partitions: Number of partitions of the input.
    """

    acting: Acting
    windows: WindowStore
    partitions: Callable[[], int]

    def restarting(self) -> Restarting:
        """What starting a lost job again needs."""
        return Restarting.of(self.acting, windows=self.windows, halted=self.acting.halted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minded:
    """What one round saw of one job, and did.

    Attributes:
        job: The job's name.
        at: When.
        sentence: For people.
        outcome: What came of what was ordered or gone on with; None: nothing was.
        error: What kept it from seeing or acting; None: nothing did.
    """

    job: str
    at: datetime
    sentence: str
    outcome: Outcome | None = None
    error: HoraeError | None = None


def mind(parts: Minding) -> Minded:
    """Look once, and act where nobody else does. Repeating it is safe.

    Whatever is missing is a reason to hold, and told.
    """
    blank = Minded(job=parts.acting.spec.name, at=parts.acting.clock.now(), sentence="")
    try:
        done = _minded(parts)
    except HoraeError as error:
        return replace(blank, sentence=f"holds: {error}", error=error)
    if isinstance(done, str):
        return replace(blank, sentence=done)
    return replace(blank, sentence=f"{done.result}: {done.sentence}", outcome=done)


def _minded(parts: Minding) -> Outcome | str:
    """What came of it, or why nothing was done."""
    acting = parts.acting
    name, now = acting.spec.name, acting.clock.now()
    left = unfinished(acting.ledger, name, now)
    if left is not None:
        return _go_on(parts, left)  # one that has not touched the job heeds the kill switch itself
    if acting.spec.mode not in (Mode.GROW, Mode.AUTO):
        return f"leaves it alone: the mode is {acting.spec.mode}"
    reason = acting.halted()
    if reason is not None:
        return f"holds: the kill switch is thrown: {reason}"
    under_way = acting.ledger.lease_of(name, now=now)
    if under_way is not None:
        return f"holds: action {under_way.action_id} is under way by {under_way.holder}"
    silence = now - last_conclusion(acting.ledger, name)
    allowed = timedelta(seconds=acting.spec.watchdog.allowance_seconds)
    if silence <= allowed:
        return f"sees a conclusion {silence.total_seconds():.0f} s ago"
    return _bring_to_safety(parts, silence)


def _go_on(parts: Minding, left: Unfinished) -> Outcome | str:
    acting = parts.acting
    cycles = timedelta(seconds=_CYCLES * acting.spec.time.cycle_seconds)
    quiet = acting.clock.now() - _last_sign(acting, left)
    if quiet <= max(_LEAST_PATIENCE, cycles):
        return (
            f"leaves action {left.decision.id} to the next cycle, for it stopped only "
            f"{quiet.total_seconds():.0f} s ago"
        )
    return act(acting, left.decision.id, actor=WATCHDOG)


def _last_sign(parts: Acting, left: Unfinished) -> datetime:
    """When the action that was left last recorded anything."""
    kinds = [EntryKind.STEP, EntryKind.INTENTION]
    newest = parts.ledger.read(parts.spec.name, kinds=kinds, newest_first=True, limit=1)
    return max((entry.time for entry in newest), default=left.began_at)


def _bring_to_safety(parts: Minding, silence: timedelta) -> Outcome | str:
    acting = parts.acting
    shown = acting.engine.describe(acting.spec.engine_job_name)
    quiet = f"no cycle came to a conclusion for {silence.total_seconds():.0f} s"
    if shown.presence in ENDED:
        return _start_again(parts, shown)
    if shown.presence is not JobPresence.RUNNING or shown.configuration is None:
        return f"holds: {quiet}, and the job is {shown.presence}: {shown.detail}"
    found = danger_to(acting, shown, windows=parts.windows, partitions=parts.partitions)
    if not isinstance(found, Danger):
        return f"holds: {quiet}, but {found}"
    return _order(parts, order_to_safety(acting, found, shown, quiet, actor=WATCHDOG))


def _start_again(parts: Minding, shown: JobDescription) -> Outcome | str:
    restarting = parts.restarting()
    loss = what_was_lost(restarting, as_seen(restarting, shown))
    if loss is None:
        return f"holds: the job is {shown.presence}, and was not lost: {shown.detail}"
    key = f"watchdog-{parts.acting.clock.now():%Y%m%dT%H%M%SZ}"
    question = question_about_loss(restarting, loss, key=key, actor=WATCHDOG)
    return _order(parts, answer(restarting, question, loss))


def _order(parts: Minding, decision: Decision) -> Outcome | str:
    """Record it and carry it out; what is not to be done is told, round for round."""
    if decision.verb is not Verb.RESCALE or not decision.execute:
        return f"holds: {decision.sentence}"
    record(parts.restarting(), decision)
    return act(parts.acting, decision.id, actor=WATCHDOG)
