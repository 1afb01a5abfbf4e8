"""What people were asked about a decision, from its entries."""

from horae.ledger.records import Entry
from horae.story.decision import reading as read
from horae.story.decision.done import Answer, Approval
from horae.story.decision.following import told
from horae.story.decision.gathered import Gathered

_NOTHING: read.Json = {}


def approval_told(found: Gathered) -> Approval | None:
    """What was asked and answered; None: nobody was asked."""
    asked, answered = found.asked, found.answered
    if asked is None and answered is None:
        return None
    question = asked.body if asked else _NOTHING
    said = answered.body if answered else _NOTHING
    edited = {axis: read.as_number(value) for axis, value in read.part(said, "edited").items()}
    return Approval(
        asked_entry=asked.id if asked else None,
        asked_at=asked.time if asked else None,
        until=read.moment(question, "until"),
        on_timeout=read.text(question, "default"),
        dag_run=read.text(question, "dag_run"),
        task=read.text(question, "task"),
        map_index=read.whole(question, "map_index"),
        answer=_answer(answered, edited=bool(edited)),
        answered_entry=answered.id if answered else None,
        answered_at=(read.moment(said, "answered_at") or answered.time) if answered else None,
        by=read.text(said, "answered_by"),
        reason=read.words(said, "reason"),
        fault=read.text(said, "fault"),
        edited={axis: value for axis, value in edited.items() if value is not None},
        followed_by=told(found.followed) if found.followed else None,
        result=read.text(found.followed_outcome.body, "result")
        if found.followed_outcome
        else None,
    )


def _answer(answered: Entry | None, *, edited: bool) -> Answer:
    if answered is None:
        return Answer.WAITING
    if read.text(answered.body, "answered_by") is None:
        return Answer.UNANSWERED
    if answered.body.get("answer") != "approve":
        return Answer.REFUSED
    return Answer.EDITED if edited else Answer.APPROVED
