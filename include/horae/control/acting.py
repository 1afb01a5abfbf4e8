"""What acting needs, and whether a decision that is to be carried out still holds."""

from dataclasses import dataclass
from datetime import timedelta

from horae.control.history import History
from horae.control.holding import LeaseTerms
from horae.control.kill_switch import Halted
from horae.domain.action import Rescale, RescalePath
from horae.domain.clock import Clock
from horae.domain.decision import Decision
from horae.engines.engine import Engine
from horae.engines.journal import Step, Taken
from horae.ledger.ledger import Ledger
from horae.settings.job_spec import JobSpec

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
    reason = parts.halted()
    if reason is not None:
        return f"the kill switch is thrown: {reason}"
    age = parts.clock.now() - decision.decided_at
    allowed = timedelta(seconds=parts.spec.time.stale_seconds)
    if age > allowed:
        return f"the decision is {age} old, and at most {allowed} is allowed"
    return _doubted_since(history, decision) or _changed_since(parts, history, order)


def _doubted_since(history: History, decision: Decision) -> str | None:
    """Whether a fresher window than the decision's is not usable."""
    verdict = history.last_verdict(since=decision.decided_at)
    if verdict is None or verdict.usable:
        return None
    broken = "; ".join(rule.sentence for rule in verdict.broken)
    return f"what was measured since cannot be trusted: {broken}"


def _changed_since(parts: Acting, history: History, order: Rescale) -> str | None:
    if order.path is RescalePath.RESTART:
        return None  # there is no job to look at, and the first step looks whether that holds
    shown = parts.engine.describe(order.job)
    if shown.configuration != order.origin:
        return f"the job now shows {shown.configuration or shown.detail}, not {order.origin}"
    known = history.last_known_state()
    version = shown.version.id if shown.version else None
    if known is not None and known.version is not None and known.version != version:
        return f"the job now shows version {version}, not {known.version}"
    return None
