"""What would have come of Horae's recommendations, had they been followed; values only."""

from dataclasses import dataclass
from datetime import datetime

from horae.domain.configuration import Configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """One recommendation that would have been followed.

    Attributes:
        decision: Id of the decision.
        entry: Id of its entry.
        at: When it was decided.
        reason: Code of the reason.
        sentence: Why, as it was recorded.
        came_from: What one would have run in until then.
        target: Where it would have led.
        outage_seconds: Predicted median outage of going there; None: not predicted.
        catch_up_seconds: Predicted median time from its end until the backlog is normal again.
        ended_at: When it would have been left: by the next one, or since somebody changed the
            job; None: it would still stand.
        repeated: How often it was recommended again while it would have been followed already.
    """

    decision: str
    entry: str
    at: datetime
    reason: str
    sentence: str
    came_from: Configuration | None
    target: Configuration
    outage_seconds: float | None
    catch_up_seconds: float | None
    ended_at: datetime | None
    repeated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What one course cost and risked.

    Attributes:
        money: What its configurations cost in `priced_seconds`.
        priced_seconds: Time in which the price of both courses is known.
        judged_seconds: Time in which load and believed capacity are known of both courses.
        doubtful_seconds: Of these, those with a load above what the configuration could be trusted
            to carry (5 % quantile of its capacity, as believed then).
        overloaded_seconds: Of these, those with a load above the median of its capacity.
        outage_seconds: Predicted outages and catch-ups of the moves; nought where there is none.
    """

    money: float
    priced_seconds: float
    judged_seconds: float
    doubtful_seconds: float
    overloaded_seconds: float
    outage_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far the predictions behind this were right, over the same time.

    Attributes:
        peaks: Times that a largest load was foreseen (95 %) and its span has passed.
        peaks_kept: Of these, those in which the load stayed below.
        trusted_seconds: Observed time in which the load was below what the job was trusted to
            carry.
        trusted_kept_seconds: Of it, the time in which the latency limit was kept.
        outages: Actions whose outage was predicted with an interval (90 %) and measured.
        outages_within: Of these, those within it.
    """

    peaks: int
    peaks_kept: int
    trusted_seconds: float
    trusted_kept_seconds: float
    outages: int
    outages_within: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What would have come of the recommendations, against what was run.

    Attributes:
        job: The job's name.
        since: First look that was taken into account; None: there is none.
        until: The last one.
        cut_short: Whether older entries were left out, since there are too many.
        decisions: Decisions in that time.
        recommended: What would have been followed, oldest first.
        run: What was run.
        followed: What would have been run.
        broken_seconds: Time in which the latency limit was really broken; None: not recorded.
        observed_seconds: Time of which it is known whether it was; None: not recorded.
        unseen_seconds: Time between looks that are too far apart to say anything.
        trust: How far the predictions were right.
        cannot_be_known: What nobody can say, in sentences.
        sentence: The result in words.
    """

    job: str
    since: datetime | None
    until: datetime | None
    cut_short: bool
    decisions: int
    recommended: tuple[Recommended, ...]
    run: Course
    followed: Course
    broken_seconds: float | None
    observed_seconds: float | None
    unseen_seconds: float
    trust: Trust
    cannot_be_known: tuple[str, ...]
    sentence: str

    @property
    def money_saved(self) -> float | None:
        """What following would have saved; negative: cost more. None: no price is known."""
        if not self.run.priced_seconds:
            return None
        return self.run.money - self.followed.money
