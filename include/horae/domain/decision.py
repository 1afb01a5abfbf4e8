"""Hold or Rescale, and why."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from horae.domain.configuration import Configuration
from horae.domain.proposal import Evidence, Proposal, Reason


class Verb(StrEnum):
    """What a decision orders."""

    HOLD = "hold"
    RESCALE = "rescale"


class Mode(StrEnum):
    """How far Horae may go with a job."""

    OBSERVE = "observe"  # record only
    RECOMMEND = "recommend"  # decide, do not act
    GROW = "grow"  # act by itself only to more resources
    APPROVE = "approve"  # ask a person before each action
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardAnswer:
    """What one guard says of a proposal.

    Attributes:
        guard: The guard's name.
        allowed: False also when the guard lacks its input.
        sentence: Why.
    """

    guard: str
    allowed: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The end of a cycle.

    Attributes:
        id: The same for the same job and cycle.
        job: The job's name.
        decided_at: When.
        actor: `horae`, or the person who asked.
        verb: Hold or Rescale.
        execute: Whether the mode lets a Rescale be carried out; False for a recommendation, and
            for one that a person is asked about.
        reason: Code of the reason.
        sentence: For people.
        origin: Present configuration; None when the job was not running.
        proposal: What the policy proposed, also where a guard refused it.
        guards: Every guard's answer; empty when nothing was proposed.
        evidence: Figures behind the sentence.
        version: Id of the job version that was seen, where it was decided on a look of its own;
            None: on the last one recorded.
        approval: A person is to be asked; what the answer leads to is a decision of its own.
        approves: Id of the decision that this one was made for, after its approval; None: none.
    """

    id: str
    job: str
    decided_at: datetime
    actor: str
    verb: Verb
    execute: bool
    reason: Reason
    sentence: str
    origin: Configuration | None
    proposal: Proposal | None = None
    guards: tuple[GuardAnswer, ...] = ()
    evidence: Evidence = field(default_factory=dict)
    version: str | None = None
    approval: bool = False
    approves: str | None = None
