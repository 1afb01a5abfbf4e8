"""Decide about what a person has approved, or what nobody has refused in time.

An approval is a wish, and moves nothing by itself: the job is looked at anew, what was changed
meanwhile makes it stale, and all guards are asked again.
"""

from dataclasses import replace

from horae.control.approvals import Answered
from horae.control.conclude import Question, hold, question_about
from horae.control.decide import ask_policy, record_decision, understood
from horae.control.decide_on_wish import grant
from horae.control.entries import HORAE, ExternalChange, Observation, from_body
from horae.control.history import History
from horae.control.understand import Deciding
from horae.control.wish import Wish
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.decision import Decision
from horae.domain.proposal import Reason, Stay
from horae.errors import Refused
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind


def approved_id(decision: Decision) -> str:
    """Id of the decision that an approval leads to."""
    return f"{decision.id}-approved"


def decide_on_approval(
    parts: Deciding, seen: Observation, approved: Decision, answer: Answered
) -> Decision:
    """Decide about an approval. Repeating it gives the same decision.

    Args:
        parts: What deciding needs.
        seen: A look that was made for it.
        approved: The decision that was asked about.
        answer: That approves it.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was decided.
        Refused: Another decision has taken its id.
    """
    history = History(parts.ledger, parts.spec.name)
    past = history.decision(approved_id(approved))
    if past is not None:
        return _following(past, approved)
    question = _question(parts, seen, approved, answer)
    stale = _stale(parts.ledger, seen, approved)
    if stale is not None:
        return record_decision(parts, seen, hold(question, stale))
    if question.by_person:
        wish = wish_of(approved, answer)
        return grant(parts, history, question, seen, wish, approved)
    return _still_wanted(parts, history, question, seen, approved)


def _following(past: Decision, approved: Decision) -> Decision:
    """What was decided on the approval before.

    Raises:
        Refused: It is no such decision: a run of `rescale` may be given any id by hand.
    """
    if past.approves != approved.id:
        raise Refused(
            f"decision {past.id}, by {past.actor}, has the id of what follows from an approval of "
            f"{approved.id}, and does not follow from it; nothing is done. Trigger rescale by hand"
        )
    return past


def changed_since(ledger: Ledger, decision: Decision) -> str | None:
    """What was done to the job since a decision, for people; None: nothing that is recorded.

    An action that was abandoned has not touched it, and one that is under way is a guard's affair.
    """
    entry = ledger.find(decision.job, f"{EntryKind.DECISION}:{decision.id}")
    if entry is None:
        return None
    kinds = [EntryKind.OUTCOME, EntryKind.EXTERNAL_CHANGE]
    for later in ledger.read(decision.job, after=entry.number, kinds=kinds):
        if later.kind is EntryKind.EXTERNAL_CHANGE:
            return from_body(ExternalChange, later.body).sentence
        outcome = from_body(Outcome, later.body)
        if outcome.result is not OutcomeResult.ABANDONED:
            return (
                f"action {outcome.action_id}, asked for by {later.actor}, has ended at "
                f"{outcome.ended_at:%Y-%m-%d %H:%M:%S} UTC ({outcome.result}): {outcome.sentence}"
            )
    return None


def wish_of(approved: Decision, answer: Answered) -> Wish:
    """What a person wants who approves a decision."""
    target = answer.target
    changes = {} if target is None else {axis: getattr(target, axis) for axis in Wish.axes()}
    return Wish(
        id=approved_id(approved),
        actor=answer.answered_by or HORAE,
        job=approved.job,
        decision=None,
        changes=changes,
        vertices={} if target is None else dict(target.vertices),
        reason=answer.reason,
        dry_run=False,
    )


def _question(
    parts: Deciding, seen: Observation, approved: Decision, answer: Answered
) -> Question:
    asked = question_about(parts, seen, key="", actor=answer.answered_by or HORAE)
    return replace(
        asked,
        id=approved_id(approved),
        by_person=answer.answered_by is not None,
        approves=approved.id,
    )


def _stale(ledger: Ledger, seen: Observation, approved: Decision) -> Stay | None:
    """Why it no longer fits the job; None where it does, or nothing is known of the job now."""
    changed = changed_since(ledger, approved)
    if changed is None and seen.configuration not in (None, approved.origin):
        changed = f"the job now runs in {seen.configuration}"
    if changed is None:
        return None
    sentence = (
        f"Decision {approved.id} was made for {approved.origin}, and no longer fits: {changed}"
    )
    return Stay(reason=Reason.STALE, sentence=sentence)


def _still_wanted(
    parts: Deciding, history: History, question: Question, seen: Observation, approved: Decision
) -> Decision:
    """Nobody said anything: Horae acts only where it still wants the very same."""
    known = understood(parts, history, seen)
    if isinstance(known, Stay):
        return record_decision(parts, seen, hold(question, known))
    decision = ask_policy(parts, history, question, seen, known)
    wanted, was = decision.proposal, approved.proposal
    if wanted is not None and was is not None and wanted.target != was.target:
        stay = Stay(
            reason=Reason.STALE,
            sentence=f"Nobody answered about {was.target}, and by now {wanted.target} is wanted: "
            f"{wanted.sentence}",
        )
        decision = hold(question, stay)
    return record_decision(parts, seen, decision, known)
