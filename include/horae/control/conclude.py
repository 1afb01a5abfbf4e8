"""From a policy's answer to a decision: guards are asked, the mode says whether to act."""

from dataclasses import dataclass, replace
from datetime import datetime

from horae.control.entries import HORAE, Observation
from horae.control.understand import Deciding
from horae.domain.action import Rescale
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, GuardAnswer, Mode, Verb
from horae.domain.job import Capabilities
from horae.domain.proposal import Proposal, Reason, Stay
from horae.engines.deadlines import deadlines
from horae.policy.paths import what_a_path_risks


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
        version: See `Decision.version`.
        approves: See `Decision.approves`.
    """

    id: str
    job: str
    at: datetime
    actor: str
    mode: Mode
    by_person: bool
    dry_run: bool
    origin: Configuration | None
    version: str | None = None
    approves: str | None = None


def question_about(
    parts: Deciding, seen: Observation, *, key: str, actor: str = HORAE, dry_run: bool = False
) -> Question:
    """The question that a look at a job raises.

    Args:
        parts: Spec and clock.
        seen: The look.
        key: What tells the decision from the job's others: the cycle, or the id of a wish.
        actor: Who asks; anybody but `horae` is a person.
        dry_run: Decide, do not act.
    """
    return Question(
        id=f"{parts.spec.name}-{key}",
        job=parts.spec.name,
        at=parts.clock.now(),
        actor=actor,
        mode=parts.spec.mode,
        by_person=actor != HORAE,
        dry_run=dry_run,
        origin=seen.configuration,
    )


def with_risk_told(
    proposal: Proposal,
    capabilities: Capabilities | None,
    *,
    origin: Configuration,
    step_timeout_seconds: float,
) -> Proposal:
    """The proposal, saying also where records may be read again.

    Args:
        proposal: Of a policy or a person.
        capabilities: What may be done to the job; None: not known, then a guard refuses.
        origin: What the job runs in.
        step_timeout_seconds: Longest wait for a step, as the spec has it.
    """
    if capabilities is None:
        return proposal
    order = Rescale(
        job="",
        action_id="",
        origin=origin,
        target=proposal.target,
        path=proposal.path,
        lag_limit_records=0.0,
        may_use_checkpoint=capabilities.checkpoint,
        outage_seconds=proposal.predicted_outage_interval,
    )
    patience = deadlines(order, step_timeout_seconds).stop
    risk = what_a_path_risks(proposal.path, capabilities, patience_seconds=patience)
    if risk is None:
        return proposal
    return replace(proposal, sentence=f"{proposal.sentence} {risk}")


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
        version=question.version,
        approves=question.approves,
    )


def conclude(
    question: Question,
    proposal: Proposal,
    guards: tuple[GuardAnswer, ...],
    *,
    lag_limit_records: float | None,
) -> Decision:
    """Hold where a guard refuses, otherwise Rescale, executed where the mode lets it.

    In mode `approve` a Rescale of Horae's own is not executed, but a person asked.
    """
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
        version=question.version,
        approval=allowed and must_ask(question),
        approves=question.approves,
    )


def may_act(question: Question) -> bool:
    """Whether a Rescale may be carried out: by a person always, by Horae as the mode says."""
    if question.dry_run or must_ask(question):
        return False
    return question.by_person or question.mode in (Mode.GROW, Mode.AUTO, Mode.APPROVE)


def must_ask(question: Question) -> bool:
    """Whether a person is to be asked before a Rescale is carried out."""
    answered = question.by_person or question.approves is not None
    return question.mode is Mode.APPROVE and not (question.dry_run or answered)
