"""What a policy answers: a move, or a reasoned stay."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration

Evidence = Mapping[str, str | float | int | bool | None]
"""Figures behind a sentence: name with unit to value; None where it is not known."""


class Reason(StrEnum):
    """Why something is proposed, refused or left alone; each is documented in docs/reasons.md."""

    # proposals
    PROTECT = "protect"  # the limit is about to break
    SAVE = "save"  # the same for less money
    IMPROVE = "improve"  # a better shape at about the same size
    THRESHOLD_UP = "threshold-up"
    THRESHOLD_DOWN = "threshold-down"
    DS2_UP = "ds2-up"
    DS2_DOWN = "ds2-down"
    MANUAL = "manual"  # a person asked for it
    LOST_JOB = "lost-job"  # the engine has lost it: start it again
    SAFE = "safe"  # nothing was concluded about it for too long
    # stays
    BEST_ALREADY = "best-already"
    GAIN_TOO_SMALL = "gain-too-small"
    NOT_PROVEN = "not-proven"  # a smaller one might do, but that is not certain enough
    NO_CANDIDATE = "no-candidate"
    WITHIN_THRESHOLDS = "within-thresholds"
    STABILISING = "stabilising"  # a move is wanted, but not for long enough
    NOT_MEASURED = "not-measured"  # what the policy rests on is missing
    POLICY_HOLD = "policy-hold"
    # Holds that no policy was asked for
    NOT_READY = "not-ready"
    NOT_RUNNING = "not-running"
    UNUSABLE_WINDOW = "unusable-window"
    GUARD_REFUSED = "guard-refused"
    STALE = "stale"  # it was approved when it no longer fitted the job
    SOURCE_UNAVAILABLE = "source-unavailable"
    UNKNOWN_CONFIGURATION = "unknown-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A configuration a policy would move to.

    Attributes:
        target: Where to.
        path: Which way.
        reason: Code of the reason.
        sentence: For people.
        urgent: Waiting is predicted to break a limit: cool-down and the daily number of actions
            do not hold it back.
        predicted_outage_seconds: Median; None where nothing is known yet.
        predicted_outage_interval: 5 % and 95 % quantile, seconds; None where nothing is known yet.
        predicted_catch_up_seconds: Median seconds from the end of the outage until the backlog is
            normal again; None where nothing is known yet.
        benefit_money: Expected gain over the expected stay, net of the price of the action.
        evidence: Figures behind the sentence.
    """

    target: Configuration
    path: RescalePath
    reason: Reason
    sentence: str
    urgent: bool
    predicted_outage_seconds: float | None
    predicted_catch_up_seconds: float | None
    benefit_money: float | None
    predicted_outage_interval: tuple[float, float] | None = None
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A reasoned wish to change nothing.

    Attributes:
        reason: Code of the reason.
        sentence: For people; says how far away the nearest move was.
        evidence: Figures behind the sentence.
    """

    reason: Reason
    sentence: str
    evidence: Evidence = field(default_factory=dict)
