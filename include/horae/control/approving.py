"""Asking a person before an action, as the `rescale` DAG calls it."""

from dataclasses import dataclass
from datetime import timedelta

from horae.control import steps, wiring
from horae.control.act import patiently
from horae.control.adapters import lineage, opened_ledger
from horae.control.approval_answer import Given, understood
from horae.control.approval_form import Form, approval_form, origin_and_proposal, silence
from horae.control.approvals import (
    Answered,
    Asked,
    Reply,
    answer_to,
    answered_entry,
    approval_of,
    asked_entry,
    waiting,
)
from horae.control.decide_on_approval import changed_since, decide_on_approval, wish_of
from horae.control.history import History
from horae.control.surroundings import Surroundings
from horae.control.wish import Wish
from horae.domain.clock import Clock
from horae.domain.decision import Decision, Verb
from horae.errors import Refused
from horae.ledger.ledger import Ledger
from horae.settings.job_spec import JobSpec
from horae.settings.spec_folder import named_job_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The task that waits for an answer, so that whoever answers finds it.

    Attributes:
        dag: Id of its DAG.
        run: Id of its run.
        task: Its id.
        map_index: Its map index.
    """

    dag: str
    run: str
    task: str
    map_index: int = -1


def to_carry_out(place: Surroundings, wish: Wish, asker: Asker) -> str | Form | None:
    """What a run of `rescale` is to do. Repeating it is safe, also once there is an answer.

    Args:
        place: Where.
        wish: What the run was asked for, and by whom.
        asker: Who waits where a person is to be asked.

    Returns:
        Id of the decision to carry out; None where nothing is to be carried out; or the question
        to a person, which is in the ledger by then.

    Raises:
        Refused: A guard refuses what a person wants, or what they approved, or it no longer fits
            the job; the decision is in the ledger. Or the decision must not be asked about.
    """
    decision = _recorded(place, wish)
    if decision is None or not decision.approval:
        return steps.decision_to_carry_out(place, wish)
    with opened_ledger(place) as ledger:
        answer = answer_to(ledger, decision.job, decision.id)
    if answer is None:
        return _question(place, decision, asker)
    return _after(place, decision, answer)


def answer(place: Surroundings, wish: Wish, given: Given) -> Answered:
    """Record the answer about a decision; the first one counts. Repeating it is safe.

    A person's approval counts until the time that the question told, also where Airflow's
    scheduler was too late to close it.

    Raises:
        Refused: There is no such decision.
    """
    decision = _recorded(place, wish)
    if decision is None:
        raise Refused(f"decision {wish.decision!r} of job {wish.job} is not in the ledger")
    spec = named_job_spec(place.environment.jobs_folder, wish.job)
    with opened_ledger(place) as ledger:
        before = answer_to(ledger, decision.job, decision.id)
        if before is not None:
            return before
        question = approval_of(ledger, decision.job, decision.id)
        told = understood(
            decision, given, until=None if question is None else question.asked.until
        )
        entry = answered_entry(told, job=decision.job, lineage=lineage(spec, place.run))
        patiently(lambda: ledger.append(entry), place.clock)
        return told


def _recorded(place: Surroundings, wish: Wish) -> Decision | None:
    if wish.decision is None:
        return None
    with opened_ledger(place) as ledger:
        return History(ledger, wish.job).decision(wish.decision)


def _question(place: Surroundings, decision: Decision, asker: Asker) -> Form:
    spec = named_job_spec(place.environment.jobs_folder, decision.job)
    with opened_ledger(place) as ledger:
        asked = _asked(ledger, spec, decision, asker, place)
    return approval_form(spec, decision, until=asked.until, now=place.clock.now())


def _asked(
    ledger: Ledger, spec: JobSpec, decision: Decision, asker: Asker, place: Surroundings
) -> Asked:
    """The question as it was recorded first: another try waits no longer than the first."""
    before = approval_of(ledger, decision.job, decision.id)
    if before is not None:
        return before.asked
    _require_askable(ledger, spec, decision, place.clock)
    _, proposal = origin_and_proposal(decision)
    now, default = place.clock.now(), Reply(spec.approval.on_timeout)
    until = now + timedelta(seconds=spec.approval.timeout_seconds)
    asked = Asked(
        decision=decision.id,
        until=until,
        default=default,
        target=proposal.target,
        dag=asker.dag,
        dag_run=asker.run,
        task=asker.task,
        map_index=asker.map_index,
        sentence=f"A person is asked whether the job may go to {proposal.target}; if nobody "
        f"answers by {until:%Y-%m-%d %H:%M:%S} UTC, {silence(default)}.",
    )
    ledger.append(asked_entry(asked, job=decision.job, at=now, lineage=lineage(spec, place.run)))
    return asked


def _require_askable(ledger: Ledger, spec: JobSpec, decision: Decision, clock: Clock) -> None:
    """Return if a question about a decision makes sense.

    Raises:
        Refused: It is too old, or no longer fits the job, or another one waits.
    """
    patience = spec.time.stale_seconds
    age = (clock.now() - decision.decided_at).total_seconds()
    open_one = waiting(ledger, decision.job, now=clock.now(), stale_seconds=patience)
    why = changed_since(ledger, decision)
    if age > patience:
        why = f"it is {age:.0f} s old, and at most {patience:g} s is allowed"
    elif open_one is not None and open_one.decision != decision.id:
        why = open_one.sentence
    if why is not None:
        raise Refused(f"nobody is asked about decision {decision.id}: {why}")


def _after(place: Surroundings, decision: Decision, given: Answered) -> str | None:
    """Id of the decision that an answer leads to; None where nothing is to be done."""
    if given.fault is not None:
        raise Refused(given.sentence)
    if given.answer is Reply.REFUSE:
        return None
    seen = steps.look_for_wish(place, wish_of(decision, given))
    with wiring.deciding(place, decision.job) as parts:
        made = decide_on_approval(parts, seen, decision, given)
    if made.verb is Verb.HOLD and given.answered_by is not None:
        raise Refused(f"approved, refused, and recorded as decision {made.id}: {made.sentence}")
    return made.id if made.execute else None
