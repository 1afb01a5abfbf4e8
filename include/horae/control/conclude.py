"""From a policy's answer to a decision: guards are asked, the mode says whether to act."""

from dataclasses import dataclass
from datetime import datetime

from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, GuardAnswer, Mode, Verb
from horae.domain.proposal import Proposal, Reason, Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is decided about, and for whom.

    Attributes:
        id: Id of the decision.
        job: The job's name.
        at: Now.
        actor: `horae` or a person.
        mode: How far Horae may go.
        by_person: A person asked: Horae's own mode does not hold it back.
        dry_run: Decide, do not act.
        origin: What the job runs in.
    """

    id: str
    job: str
    at: datetime
    actor: str
    mode: Mode
    by_person: bool
    dry_run: bool
    origin: Configuration | None


def hold(question: Question, stay: Stay) -> Decision:
    """The decision to change nothing."""
    return Decision(
        id=question.id,
        job=question.job,
        decided_at=question.at,
        actor=question.actor,
        verb=Verb.HOLD,
        execute=False,
        reason=stay.reason,
        sentence=stay.sentence,
        origin=question.origin,
        evidence=stay.evidence,
    )


def conclude(
    question: Question,
    proposal: Proposal,
    guards: tuple[GuardAnswer, ...],
    *,
    lag_limit_records: float | None,
) -> Decision:
    """Hold where a guard refuses, otherwise Rescale, executed where the mode lets it."""
    refusals = [answer for answer in guards if not answer.allowed]
    allowed = not refusals
    sentence = proposal.sentence
    if refusals:
        said = "; ".join(f"{answer.guard}: {answer.sentence}" for answer in refusals)
        sentence = f"{proposal.sentence} Refused by {said}"
    return Decision(
        id=question.id,
        job=question.job,
        decided_at=question.at,
        actor=question.actor,
        verb=Verb.RESCALE if allowed else Verb.HOLD,
        execute=allowed and may_act(question),
        reason=proposal.reason if allowed else Reason.GUARD_REFUSED,
        sentence=sentence,
        origin=question.origin,
        proposal=proposal,
        guards=guards,
        evidence=dict(proposal.evidence) | {"lag_limit_records": lag_limit_records},
    )


def may_act(question: Question) -> bool:
    """Whether a Rescale may be carried out: by a person always, by Horae as the mode says."""
    if question.dry_run:
        return False
    return question.by_person or question.mode in (Mode.GROW, Mode.AUTO)
