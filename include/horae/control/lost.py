"""The decision about a job that was lost: to start it again, where that was allowed."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from horae.control.act import LOST_JOB_IDS
from horae.control.acting import LOST_AS
from horae.control.actors import OWN_ACTORS
from horae.control.conclude import Question, conclude, hold
from horae.control.entries import HORAE, Observation, decision_entry, from_body
from horae.control.history import History
from horae.control.loss import FAR, Loss, Restarting, what_was_lost
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.decision import Decision, GuardAnswer, Mode
from horae.domain.job import JobPresence
from horae.domain.proposal import Evidence, Proposal, Reason, Stay
from horae.engines.engine import Snapshot
from horae.engines.flink_start import file_of
from horae.errors import ExternalError
from horae.ledger.records import EntryKind
from horae.performance.fitting import learned_outage
from horae.performance.outage import outage_interval

RESTARTS = 3
"""Restarts carried out within an hour without a usable look between them: then a person is
called."""
_BEGUN = (EntryKind.INTENTION, EntryKind.OUTCOME)


def decide_on_loss(
    parts: Restarting,
    seen: Observation,
    *,
    key: str | None = None,
    actor: str = HORAE,
    reason: str = "",
    dry_run: bool = False,
) -> Decision | None:
    """The decision about a job that was lost; None where it was not, or something is under way.

    A decision to start it again, or a Hold that says what stands in the way and what a person can
    do; recorded. Repeating it decides nothing anew.

    Args:
        parts: What it needs.
        seen: The newest look.
        key: What tells the decision from the job's others; None: the look's cycle.
        actor: Who asks; a person need not have allowed it before, nor be in a certain mode.
        reason: In that person's words.
        dry_run: The decision says that it is not to be executed.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was decided.
    """
    loss = what_was_lost(parts, seen, by_person=actor not in OWN_ACTORS)
    if loss is None:
        return None
    question = question_about_loss(parts, loss, key=key or seen.cycle, actor=actor)
    past = History(parts.ledger, parts.spec.name).decision(question.id)
    if past is not None:
        return past
    decision = answer(parts, replace(question, dry_run=dry_run), loss)
    if question.by_person:
        asked = f"{actor} asks for it: {reason or 'no reason given'}."
        decision = replace(decision, sentence=f"{decision.sentence} {asked}")
    record(parts, decision, window=seen.window)
    return decision


def question_about_loss(parts: Restarting, loss: Loss, *, key: str, actor: str) -> Question:
    """Whether to start the job again, in what it was last known to run in."""
    return Question(
        id=f"{parts.spec.name}-{key}",
        job=parts.spec.name,
        at=parts.clock.now(),
        actor=actor,
        mode=parts.spec.mode,
        by_person=actor not in OWN_ACTORS,
        dry_run=False,
        origin=loss.known.configuration,
    )


def record(parts: Restarting, decision: Decision, *, window: str | None = None) -> None:
    """Append a decision; a repeat changes nothing."""
    references = parts.lineage | ({"window": window} if window else {})
    parts.ledger.append(decision_entry(decision, references))


def answer(parts: Restarting, question: Question, loss: Loss) -> Decision:
    """To start it again, or why not; not recorded."""
    state, missing = _newest_state(parts, loss)
    told = _told(loss, state)
    guard = _kill_switch(parts)
    obstacles = [*_obstacles(parts, question, loss), *([missing] if missing else [])]
    obstacles += [] if guard.allowed else [f"the kill switch is thrown: {guard.sentence}"]
    if obstacles or state is None:
        sentence = f"{told} It is not started again, for {'; '.join(obstacles)}. {_by_hand(parts)}"
        stay = Stay(reason=Reason.LOST_JOB, sentence=sentence, evidence=_evidence(loss, state))
        return hold(question, stay)
    proposal = _proposal(parts, loss, state, told)
    return conclude(question, proposal, (guard,), lag_limit_records=_lag_limit(parts))


def _newest_state(parts: Restarting, loss: Loss) -> tuple[Snapshot | None, str | None]:
    """Its newest state, or why there is none that it could be started from."""
    try:
        state = parts.engine.newest_state(parts.spec.engine_job_name, job_ids=loss.job_ids)
    except ExternalError as error:
        return None, f"its newest state could not be found: {error}"
    if state is None or state.location is None:
        return None, f"no state is known of any of {', '.join(loss.job_ids) or 'its incarnations'}"
    return state, None


def _obstacles(parts: Restarting, question: Question, loss: Loss) -> Iterable[str]:
    """Why it must not be started again, besides the kill switch."""
    settings = parts.spec.engine
    if settings.program is None:
        yield "the spec names no program (engine.program) to start it with"
    elif not (file := file_of(settings.program)).is_file():
        yield f"its program {file} is not there"
    if question.by_person:
        return
    if parts.spec.mode not in (Mode.GROW, Mode.AUTO):
        yield f"the mode is {parts.spec.mode}"
    if not settings.restart_lost:
        yield "engine.restart_lost is false"
    if loss.left is not None:
        yield f"action {loss.left.action_id} {loss.left.result} and left it to a person"
    if (waiting := _waiting(parts)) is not None:
        yield f"decision {waiting} to start it again waits to be carried out"
    if (count := _restarts(parts)) >= RESTARTS:
        yield f"it was started again {count} times within an hour and came to no usable look"


def _waiting(parts: Restarting) -> str | None:
    """Id of the decision to start it again that may yet be carried out; None: there is none."""
    since = parts.clock.now() - timedelta(seconds=parts.spec.time.stale_seconds)
    name, ledger = parts.spec.name, parts.ledger
    for entry in ledger.read(name, kinds=[EntryKind.DECISION], newest_first=True, limit=FAR):
        if entry.time < since:
            return None
        if entry.body["reason"] != Reason.LOST_JOB or not entry.body["execute"]:
            continue
        key = entry.body["id"]
        begun = (ledger.find(name, f"{kind}:{key}") for kind in _BEGUN)
        if all(one is None for one in begun):
            return str(key)
    return None


def _restarts(parts: Restarting) -> int:
    """Restarts of the last hour that were carried out, since a look was usable."""
    since = parts.clock.now() - timedelta(hours=1)
    count = 0
    kinds = (EntryKind.VERDICT, EntryKind.OUTCOME)
    for entry in parts.ledger.read(parts.spec.name, kinds=kinds, newest_first=True, limit=FAR):
        if entry.time < since or (entry.kind is EntryKind.VERDICT and entry.body["usable"]):
            break
        if entry.kind is EntryKind.OUTCOME:
            outcome = from_body(Outcome, entry.body)
            carried_out = outcome.result is not OutcomeResult.ABANDONED
            count += outcome.path is RescalePath.RESTART and carried_out
    return count


def _kill_switch(parts: Restarting) -> GuardAnswer:
    reason = parts.halted()
    return GuardAnswer(
        guard="kill-switch",
        allowed=reason is None,
        sentence=reason or "The kill switch is not thrown.",
    )


def _told(loss: Loss, state: Snapshot | None) -> str:
    where = f" Its newest state is in {state.location}." if state else ""
    was = "The engine has lost the job"
    if loss.left is not None and loss.shown.presence is JobPresence.FINISHED:
        was = f"Action {loss.left.action_id} {loss.left.result} and left the job down"
    return (
        f"{was}, which was last seen alive at "
        f"{loss.last.collected_at:%Y-%m-%d %H:%M:%S} UTC: {loss.shown.detail}.{where}"
    )


def _by_hand(parts: Restarting) -> str:
    """What a person can do; the spec's options and arguments may be secrets, and stay there."""
    name = parts.spec.name
    return (
        f"By hand: `horae action restart {name}`, or as `horae watchdog --runbook {name}` tells."
    )


def _proposal(parts: Restarting, loss: Loss, state: Snapshot, told: str) -> Proposal:
    past = History(parts.ledger, parts.spec.name).past_actions()
    outages = learned_outage([action.outcome for action in past])
    return Proposal(
        target=loss.known.configuration,
        path=RescalePath.RESTART,
        reason=Reason.LOST_JOB,
        sentence=f"{told} It is started again from there in {loss.known.configuration}.",
        urgent=True,
        predicted_outage_seconds=outages.quantile(RescalePath.RESTART, 0.5),
        predicted_outage_interval=outage_interval(outages, RescalePath.RESTART),
        predicted_catch_up_seconds=None,
        benefit_money=None,
        evidence=_evidence(loss, state),
    )


def _evidence(loss: Loss, state: Snapshot | None) -> Evidence:
    return {
        LOST_JOB_IDS: ",".join(loss.job_ids),
        LOST_AS: loss.shown.presence.value,
        "last_seen_alive": loss.last.collected_at.isoformat(),
        "state_location": state.location if state else None,
        "state_completed_at": state.completed_at.isoformat() if state else None,
        "state_checkpoint_id": state.checkpoint_id if state else None,
    }


def _lag_limit(parts: Restarting) -> float | None:
    """Records that may wait while the oldest is still within the latency limit, as last seen."""
    window = History(parts.ledger, parts.spec.name).last_window()
    if window is None:
        return None
    try:
        load = parts.windows.get(window).last("load_records_per_second")
    except ExternalError:
        return None
    return None if math.isnan(load) else parts.spec.limits.processing_latency_seconds * load
