"""Carry a Rescale decision out, or go on with it where another process left it.

The intention is recorded before, each step before and after, the outcome at the end; all of it
under the job's lease, so that one process at a time acts on a job and one that lost its lease
records nothing more.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from horae.control.acting import Acting, no_longer_holds, why_halted
from horae.control.entries import HORAE, draft, to_body
from horae.control.history import History
from horae.control.holding import held_lease
from horae.control.incarnations import known_incarnations
from horae.control.journal import LedgerJournal, steps_taken
from horae.domain.action import Outcome, OutcomeResult, Rescale
from horae.domain.clock import Clock
from horae.domain.decision import Decision, Verb
from horae.engines.deadlines import Deadlines, deadlines
from horae.engines.journal import Taken
from horae.engines.rescaling import rescale
from horae.errors import HoraeError, LeaseTaken, Refused, Unavailable
from horae.ledger.leases import Lease
from horae.ledger.records import Entry, EntryDraft, EntryKind
from horae.settings.job_spec import JobSpec

RECORDING_TRIES = 12
RECORDING_PAUSE_SECONDS = 10.0
"""Two minutes: a database that is restarted or fails over is back by then."""

LOST_JOB_IDS = "lost_job_ids"
"""Evidence of a decision to start a lost job again: its incarnations, the newest first, in one
text with commas between."""


def act(parts: Acting, decision_id: str, *, actor: str = HORAE) -> Outcome:
    """Carry out a decision, from wherever it is; one that was carried out gives its outcome again.

    Returns:
        What happened. `ABANDONED` where the decision no longer held: nothing was touched.

    Raises:
        Refused: There is no such decision, or it orders nothing.
        LeaseTaken: Another process acts on the job. Where it is for another decision, that is
            recorded as a refusal.
        HoraeError: The engine or the ledger was away for too long, or whether the decision still
            holds could not be found out. Calling again goes on with an action that has no
            outcome by then.
    """
    history = History(parts.ledger, parts.spec.name)
    ended = history.outcome(decision_id)
    if ended is not None:
        return ended
    decision, order = order_of(parts.spec, decision_id, history.decision(decision_id))
    try:
        with held_lease(
            parts.ledger,
            parts.spec.name,
            decision_id,
            parts.lease,
            parts.clock,
            silence_seconds=_limits(parts, order).longest_silence,
        ) as lease:
            # Another process may have ended it while this one waited for the lease.
            return history.outcome(decision_id) or _act(parts, decision, order, actor, lease)
    except LeaseTaken as taken:
        _refuse_rival(parts, decision_id, actor, taken)
        raise


def order_of(
    spec: JobSpec, decision_id: str, decision: Decision | None
) -> tuple[Decision, Rescale]:
    """The order that a decision gives to the engine.

    Raises:
        Refused: There is no such decision, or it orders nothing.
    """
    if decision is None:
        raise Refused(f"decision {decision_id!r} is not in the ledger; nothing was done")
    if decision.verb is not Verb.RESCALE or not decision.execute:
        raise Refused(
            f"decision {decision_id} is to {decision.verb} and is not to be executed "
            f"({decision.sentence}); nothing was done"
        )
    if decision.proposal is None or decision.origin is None:
        raise Refused(f"decision {decision_id} names no target or origin; nothing was done")
    lost = str(decision.evidence.get(LOST_JOB_IDS) or "")
    order = Rescale(
        job=spec.engine_job_name,
        action_id=decision_id,
        origin=decision.origin,
        target=decision.proposal.target,
        path=decision.proposal.path,
        lag_limit_records=float(decision.evidence.get("lag_limit_records") or 0),
        may_use_checkpoint=spec.engine.checkpoint_fallback,
        outage_seconds=decision.proposal.predicted_outage_interval,
        lost=tuple(one for one in lost.split(",") if one),
    )
    return decision, order


def _act(
    parts: Acting, decision: Decision, order: Rescale, actor: str, lease: Callable[[], Lease]
) -> Outcome:
    history = History(parts.ledger, parts.spec.name)
    taken = steps_taken(parts.ledger, parts.spec.name, decision.id)
    began = _intend(parts, decision, order, actor, lease())
    try:
        obstacle = no_longer_holds(parts, history, decision, order, taken)
    except HoraeError as error:
        if not taken:
            outcome = _unfinished(parts, order, OutcomeResult.ABANDONED, began.time, str(error))
            _record(parts, outcome, actor, lease)
        raise
    if obstacle is not None and not taken:
        outcome = _unfinished(parts, order, OutcomeResult.ABANDONED, began.time, obstacle)
    else:
        # What was begun is given up in order: TaskManagers that were added go again.
        outcome = _carry_out(parts, order, taken, began, lease, obstacle)
    _record(parts, outcome, actor, lease)
    return outcome


def _intend(parts: Acting, decision: Decision, order: Rescale, actor: str, lease: Lease) -> Entry:
    """Record that the action begins, unless that was done; the entry of its beginning."""
    worst = _limits(parts, order).worst_case
    entry = draft(
        EntryKind.INTENTION,
        job=parts.spec.name,
        key=decision.id,
        at=parts.clock.now(),
        body={
            "action_id": decision.id,
            "sentence": decision.sentence,
            "worst_case_seconds": worst,
        },
        references=parts.lineage | {"decision": decision.id},
        actor=actor,
    )
    begun = parts.ledger.find(entry.chain, entry.identity)
    return begun or parts.ledger.append(entry, lease=lease)


def _limits(parts: Acting, order: Rescale) -> Deadlines:
    return deadlines(order, parts.spec.engine.step_timeout_seconds)


def _carry_out(
    parts: Acting,
    order: Rescale,
    taken: tuple[Taken, ...],
    began: Entry,
    lease: Callable[[], Lease],
    obstacle: str | None,
) -> Outcome:
    journal = LedgerJournal(
        ledger=parts.ledger,
        job=parts.spec.name,
        action_id=order.action_id,
        references=parts.lineage,
        halted=lambda: obstacle or why_halted(parts),
        lease=lease,
        # What was seen before is of no use to it, and takes long to read while the job is down.
        incarnations=partial(
            known_incarnations, parts.ledger, parts.spec.name, after=began.number
        ),
    )
    outcome = rescale(
        parts.engine,
        order,
        journal=journal,
        clock=parts.clock,
        timeout_seconds=parts.spec.engine.step_timeout_seconds,
        taken=taken,
        started_at=began.time,
    )
    return replace(outcome, job=parts.spec.name)


def _unfinished(
    parts: Acting, order: Rescale, result: OutcomeResult, started: datetime, sentence: str
) -> Outcome:
    return Outcome(
        job=parts.spec.name,
        action_id=order.action_id,
        result=result,
        path=order.path,
        origin=order.origin,
        target=order.target,
        reached=None,
        outage_seconds=None,
        started_at=started,
        ended_at=parts.clock.now(),
        sentence=sentence,
    )


def _record(parts: Acting, outcome: Outcome, actor: str, lease: Callable[[], Lease]) -> None:
    """Record an outcome; what was done must not be forgotten because the ledger was restarted."""
    entry = outcome_entry(parts.lineage, outcome, actor)
    patiently(lambda: parts.ledger.append(entry, lease=lease()), parts.clock)


def patiently(append: Callable[[], Entry], clock: Clock) -> Entry:
    """What `append` gives, also where the ledger is away for two minutes.

    Raises:
        Unavailable: It is away for longer.
    """
    retrying = Retrying(
        retry=retry_if_exception_type(Unavailable),
        stop=stop_after_attempt(RECORDING_TRIES),
        wait=wait_fixed(RECORDING_PAUSE_SECONDS),
        sleep=clock.wait,
        reraise=True,
    )
    return retrying(append)


def outcome_entry(lineage: dict[str, str], outcome: Outcome, actor: str) -> EntryDraft:
    """An outcome as an entry."""
    return draft(
        EntryKind.OUTCOME,
        job=outcome.job,
        key=outcome.action_id,
        at=outcome.ended_at,
        body=to_body(outcome),
        references=lineage | {"decision": outcome.action_id},
        actor=actor,
    )


def _refuse_rival(parts: Acting, decision_id: str, actor: str, taken: LeaseTaken) -> None:
    """Record that another action of the job stood in the way; joining the same one is no news."""
    held = parts.ledger.lease_of(parts.spec.name, now=parts.clock.now())
    if held is None or held.action_id == decision_id:
        return
    parts.ledger.append(
        draft(
            EntryKind.REFUSAL,
            job=parts.spec.name,
            key=f"{decision_id}:{held.action_id}",
            at=parts.clock.now(),
            body={
                "action_id": decision_id,
                "rival": held.action_id,
                "sentence": f"action {held.action_id} of the same job is under way",
            },
            references=parts.lineage | {"decision": decision_id},
            actor=actor,
        )
    )
