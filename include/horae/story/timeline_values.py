"""What happened to a job over a time, in as many points as can be drawn."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from horae.domain.configuration import Configuration

Values = tuple[float | None, ...]
"""One value a bucket; None: nothing was measured in it."""


class EventKind(StrEnum):
    """What happened, as it is marked on the timeline."""

    ACTION = "action"  # lasts from its intention to its outcome
    RECOMMENDATION = "recommendation"  # a Rescale that the mode left to people
    CONFIGURATION = "configuration"  # the job was seen, or left by an action, in another one
    DOWN = "down"  # lasts while looks found the job not running
    NO_ANSWER = "no answer"  # lasts while the engine did not say
    RESTART = "restart"  # tasks restarted, not by an action of ours
    EXTERNAL_CHANGE = "external change"
    PROMOTION = "promotion"  # another forecaster is in charge
    REFUSAL = "refusal"
    APPROVAL_ASKED = "approval asked"
    APPROVAL_ANSWERED = "approval answered"
    SWITCH = "kill switch"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        kind: What.
        entry: Id of the entry that tells of it first.
        at: When it began.
        until: When it ended; None: it had no length, or has not ended.
        sentence: For people.
        actor: Who did it.
        decision: Id of the decision that it belongs to; None: to none.
        facts: Figures and texts on it, as plain JSON: of an action what was predicted and what
            came, of a configuration its price.
    """

    kind: EventKind
    entry: str
    at: datetime
    until: datetime | None
    sentence: str
    actor: str
    decision: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What a measured quantity did within each bucket.

    Attributes:
        low: Smallest.
        mean: Mean over the time that was measured.
        high: Largest.
    """

    low: Values
    mean: Values
    high: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastBand:
    """Quantiles of the load, records/s.

    Attributes:
        times: What the values are for.
        low: 5 % quantile.
        middle: Median.
        high: 95 % quantile.
    """

    times: tuple[datetime, ...]
    low: Values
    middle: Values
    high: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationStep:
    """From when on the job was known to run in a configuration.

    Attributes:
        at: Since when; the first one of a timeline may be older than it.
        configuration: Which.
        money_per_hour: Its price; None: not known.
        entry: Id of the entry that tells it.
    """

    at: datetime
    configuration: Configuration
    money_per_hour: float | None
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One job over one time.

    Every series has one value a bucket, at the same place in each; a bucket in which nothing was
    measured has None, so that a gap stays one.

    Attributes:
        job: The job's name.
        since: Begin.
        until: End.
        bucket_seconds: Length of a bucket; 0 where there are so few looks that each has a bucket
            of its own.
        times: Middle of each bucket, or the end of each look; in the midst of a gap there is one
            without any value.
        load: Records/s.
        latency: Processing latency, seconds; `high` is the largest of all rows.
        latency_limit: Seconds.
        lag: Records.
        busy: Busy ratio of the busiest subtask, in [0, 1].
        cores: CPU cores in use.
        capacity: Median of what the configuration was believed to carry, records/s: mean of the
            bucket's decisions that estimated it.
        capacity_low: Its 5 % quantile: the least of the bucket.
        money_per_hour: Price of the configuration.
        observed_seconds: Seconds of which it is known whether the latency limit held.
        broken_seconds: Seconds in which it did not; time without output included.
        forecast: What was forecast for each bucket about ten minutes before, or at the end of a
            shorter horizon; of several forecasts the least and the largest quantile.
        ahead: The newest forecast, over its whole horizon; None: there is none.
        configurations: Each step within the time, and the one before it.
        events: By time; none longer than a note says so.
        events_left_out: Older events that were too many.
        looks: Looks within the time.
        decisions: Decisions within the time.
        first_at: First look at the job ever; None: there was none.
        last_at: Newest look.
        behind: Entries of the ledger that this does not know yet.
    """

    job: str
    since: datetime
    until: datetime
    bucket_seconds: float
    times: tuple[datetime, ...]
    load: Band
    latency: Band
    latency_limit: Values
    lag: Band
    busy: Band
    cores: Band
    capacity: Values
    capacity_low: Values
    money_per_hour: Values
    observed_seconds: Values
    broken_seconds: Values
    forecast: ForecastBand
    ahead: ForecastBand | None
    configurations: tuple[ConfigurationStep, ...]
    events: tuple[Event, ...]
    events_left_out: int
    looks: int
    decisions: int
    first_at: datetime | None
    last_at: datetime | None
    behind: int
