"""What acting needs, and whether a decision that is to be carried out still holds."""

from dataclasses import dataclass
from datetime import timedelta

from horae.control.history import History
from horae.control.holding import LeaseTerms
from horae.control.kill_switch import Halted
from horae.domain.action import Rescale, RescalePath
from horae.domain.clock import Clock
from horae.domain.decision import Decision
from horae.domain.job import JobPresence
from horae.engines.engine import Engine
from horae.engines.grip import own_job_ids
from horae.engines.journal import Step, Taken
from horae.engines.persistence import persistently
from horae.ledger.ledger import Ledger
from horae.settings.job_spec import JobSpec

LOST_AS = "lost_as"
"""Evidence of a decision to start a lost job again: how the engine showed it then."""

_ENDED = (JobPresence.FINISHED, JobPresence.FAILED)
_TOUCHING = (Step.RESIZE, Step.STOP, Step.SECURE, Step.START)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What acting needs."""

    spec: JobSpec
    engine: Engine
    ledger: Ledger
    clock: Clock
    halted: Halted
    lineage: dict[str, str]
    lease: LeaseTerms


def why_halted(parts: Acting) -> str | None:
    """That the kill switch is thrown, and why; None: it is not."""
    reason = parts.halted()
    return None if reason is None else f"the kill switch is thrown: {reason}"


def no_longer_holds(
    parts: Acting,
    history: History,
    decision: Decision,
    order: Rescale,
    taken: tuple[Taken, ...],
) -> str | None:
    """Why the decision must not be carried out any more; None where it may.

    What was begun and may have touched the job is brought to its end, whatever has changed.
    """
    if any(one.step in _TOUCHING for one in taken):
        return None
    first = history.action_in_flight()
    if first not in (decision.id, None):
        return f"action {first} of the same job has not ended"
    halted = why_halted(parts)
    if halted is not None:
        return halted
    age = parts.clock.now() - decision.decided_at
    allowed = timedelta(seconds=parts.spec.time.stale_seconds)
    if age > allowed:
        return f"the decision is {age} old, and at most {allowed} is allowed"
    since = _ended_since if order.path is RescalePath.RESTART else _changed_since
    return _doubted_since(history, decision) or since(parts, history, decision, order)


def _doubted_since(history: History, decision: Decision) -> str | None:
    """Whether a fresher window than the decision's is not usable."""
    verdict = history.last_verdict(since=decision.decided_at)
    if verdict is None or verdict.usable:
        return None
    broken = "; ".join(rule.sentence for rule in verdict.broken)
    return f"what was measured since cannot be trusted: {broken}"


def _ended_since(
    parts: Acting, history: History, decision: Decision, order: Rescale
) -> str | None:
    """Whether somebody has started and ended a lost job since; that it lives the steps notice.

    An engine that is coming back is waited for, as long as for a step.
    """
    shown = persistently(
        lambda: parts.engine.describe(order.job),
        parts.clock,
        parts.spec.engine.step_timeout_seconds,
    )
    if shown.job_id in own_job_ids(order) or shown.presence not in _ENDED:
        return None
    known = shown.job_id in order.lost
    as_it_was = decision.evidence.get(LOST_AS) == shown.presence
    if known and (as_it_was or shown.presence is JobPresence.FAILED):
        return None
    return f"somebody has ended the job since, or started another: {shown.detail}"


def _changed_since(
    parts: Acting, history: History, decision: Decision, order: Rescale
) -> str | None:
    """Whether the job runs in anything but what was decided about."""
    shown = parts.engine.describe(order.job)
    if shown.configuration != order.origin:
        return f"the job now shows {shown.configuration or shown.detail}, not {order.origin}"
    known = history.last_known_state()
    version = decision.version or (known.version if known is not None else None)
    shows = shown.version.id if shown.version else None
    if version is not None and version != shows:
        return f"the job now shows version {shows}, not {version}"
    return None
