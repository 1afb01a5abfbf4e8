"""Decide about a job, once a cycle or when a person wishes: every decision ends in the ledger."""

import math
from datetime import timedelta
from typing import Any

from horae.control.conclude import Question, conclude, hold, question_about, with_risk_told
from horae.control.entries import Observation, decision_entry, to_body
from horae.control.foreseen import record_foreseen
from horae.control.guarding import Scene, guard_situation
from horae.control.history import History
from horae.control.understand import Deciding, Understanding, basis, running_in, understand
from horae.domain.decision import Decision, Mode
from horae.domain.proposal import Reason, Stay
from horae.domain.verdict import Verdict
from horae.errors import ExternalError, NotReady
from horae.policy.guards import ask_guards


def decide(parts: Deciding, seen: Observation, *, dry_run: bool = False) -> Decision:
    """Decide about the job as it was seen. Repeating it gives the same decision.

    Args:
        parts: What it needs.
        seen: The look that is decided on.
        dry_run: The decision says that it is not to be executed, whatever the mode.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was decided.
    """
    history = History(parts.ledger, parts.spec.name)
    question = question_about(parts, seen, key=seen.cycle, dry_run=dry_run)
    past = history.decision(question.id)
    if past is not None:
        return past
    known = understood(parts, history, seen)
    if isinstance(known, Stay):
        return record_decision(parts, seen, hold(question, known))
    return record_decision(parts, seen, ask_policy(parts, history, question, seen, known), known)


def understood(parts: Deciding, history: History, seen: Observation) -> Understanding | Stay:
    """What is believed, or why the policy must not even be asked."""
    if parts.spec.mode is Mode.OBSERVE:
        return _stay(Reason.POLICY_HOLD, "the mode is observe: nothing is decided")
    running = running_in(seen)
    if isinstance(running, Stay):
        return running
    verdict = history.verdict_on(seen.window) if seen.window else None
    obstacle = why_not_ask(parts, seen, verdict)
    if obstacle is not None or verdict is None:
        return obstacle or _not_judged()
    try:
        known = understand(parts, history, seen, verdict, running)
        return record_foreseen(parts, seen, known)
    except NotReady as error:
        return _stay(Reason.NOT_READY, str(error))
    except ExternalError as error:
        return _stay(Reason.SOURCE_UNAVAILABLE, str(error))


def why_not_ask(parts: Deciding, seen: Observation, verdict: Verdict | None) -> Stay | None:
    """Why nothing can be concluded from a look at a running job; None where it may."""
    if seen.window is None:
        return _stay(Reason.NOT_READY, "; ".join(seen.unavailable.values()) or "no window yet")
    age = parts.clock.now() - seen.collected_at
    if age > timedelta(seconds=parts.spec.time.stale_seconds):
        sentence = (
            f"the newest window is {age.total_seconds():.0f} s old, and at most "
            f"{parts.spec.time.stale_seconds:g} s is allowed"
        )
        return _stay(Reason.UNUSABLE_WINDOW, sentence)
    if verdict is not None and not verdict.usable:
        return _not_trusted(seen, verdict)
    return None


def _not_trusted(seen: Observation, verdict: Verdict) -> Stay:
    """A source that did not answer is what must be mended; the broken rules only follow."""
    broken = "; ".join(rule.sentence for rule in verdict.broken)
    silent = "".join(f"{name} did not answer: {why}; " for name, why in seen.unavailable.items())
    return Stay(
        reason=Reason.SOURCE_UNAVAILABLE if silent else Reason.UNUSABLE_WINDOW,
        sentence=f"{silent}the window cannot be trusted: {broken}",
        evidence={f"{rule.rule}:{rule.metric}": rule.sentence for rule in verdict.broken},
    )


def ask_policy(
    parts: Deciding,
    history: History,
    question: Question,
    seen: Observation,
    known: Understanding,
) -> Decision:
    """What the policy answers and the guards say of it; nothing is recorded."""
    situation = known.situation
    answer = parts.policy.propose(situation)
    if isinstance(answer, Stay):
        return hold(question, answer)
    proposal = with_risk_told(
        answer,
        situation.capabilities,
        origin=situation.current,
        step_timeout_seconds=parts.spec.engine.step_timeout_seconds,
    )
    scene = Scene(
        seen=seen,
        verdict=situation.verdict,
        capabilities=situation.capabilities,
        legal=known.space.legal,
        vertices=situation.vertices or None,
    )
    guards = ask_guards(guard_situation(parts, history, question, proposal, scene))
    load = situation.window.last("load_records_per_second")
    return conclude(question, proposal, guards, lag_limit_records=lag_limit(parts, load))


def lag_limit(parts: Deciding, load: float) -> float | None:
    """Records that may wait while the oldest is still within the latency limit.

    None where the load (records/s) is NaN, that is: not known.
    """
    return None if math.isnan(load) else parts.spec.limits.processing_latency_seconds * load


def record_decision(
    parts: Deciding, seen: Observation, decision: Decision, known: Understanding | None = None
) -> Decision:
    """Append a decision and what it chose from; a repeat changes nothing."""
    references, chosen_from = basis(parts, seen), None
    if known is not None:
        references, chosen_from = known.references, what_there_was(known)
    parts.ledger.append(decision_entry(decision, references, chosen_from))
    return decision


def what_there_was(known: Understanding) -> dict[str, Any]:
    """What there was to choose from, for the ledger."""
    front = {} if known.front is None else {"front": to_body(known.front)}
    return front | {
        "excluded": [to_body(each) for each in known.space.exclusions],
        "fixed": dict(known.space.fixed),
    }


def _not_judged() -> Stay:
    return _stay(Reason.NOT_READY, "the newest window was not judged yet")


def _stay(reason: Reason, sentence: str) -> Stay:
    return Stay(reason=reason, sentence=sentence)
