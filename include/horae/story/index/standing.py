"""How a job stands after so many entries: what folding the next one needs to know."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from horae.domain.configuration import Configuration
from horae.domain.figures import ErrorBudget, Figures
from horae.story.fleet_row import LastDecision, Pending, Switched

SPANS = 30
"""Parts that the span of an error budget is counted in: of 30 days, days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was broken in one part of the error budget's span.

    Attributes:
        part: Which, counted from 1970 on.
        observed: Seconds of which it is known whether the limit held.
        broken: Seconds in which it did not.
    """

    part: int
    observed: float
    broken: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What was forecast for one moment.

    Attributes:
        at: The moment.
        low: 5 % quantile of the load, records/s.
        middle: Median.
        high: 95 % quantile.
    """

    at: datetime
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A decision to rescale whose action may come.

    Attributes:
        decision: Its id.
        facts: What was predicted of it, as it is told with the action.
        lag_limit: Lag at which the backlog counts as worked off, records; None: not known.
    """

    decision: str
    facts: dict[str, Any]
    lag_limit: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An event that lasts, or of which more is to be known.

    Attributes:
        number: Of the entry that it begins with.
        at: Begin.
        sentence: For people.
        actor: Who did it.
        decision: Id of the decision that it belongs to.
        facts: What is told with it.
        until: End; None: it lasts.
        lag_limit: Lag at which its backlog counts as worked off, records.
    """

    number: int
    at: datetime
    sentence: str
    actor: str
    decision: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None
    lag_limit: float | None = None


@dataclass(slots=True, kw_only=True)
class Standing:
    """How a job stands. It changes with every entry that is folded; None: not known yet.

    Attributes:
        first_at: First look.
        seen_at: Newest look.
        cycle_at: Newest look that a cycle took, not a person's wish.
        presence: What the engine said then; None: it did not answer.
        detail: A sentence on it.
        version: Id of the job version.
        configuration: What it is known to run in.
        start: What it was first seen in.
        figures: Of the newest look.
        paid_from: Until when money was counted; None: the present price is not known.
        counted_seconds: Time that money was counted for.
        spent: Money.
        saved: Money, against the configuration it was first seen in.
        budget: Error budget, as of the newest look that tells it.
        parts: What of it was used, oldest first.
        decision: The newest.
        capacity: Median of what the configuration below carries, records/s.
        capacity_low: Its 5 % quantile.
        capacity_of: That configuration.
        concluded_at: When a cycle last came to a conclusion.
        blind: Whether the newest cycle came to none.
        pending: The question to a person that was not answered.
        switches: Kill switches by what they are for: `job`, `every job`.
        champion: The forecaster in charge.
        ordered: Decisions to rescale, newest last.
        recommended: What was recommended last.
        action: The action under way.
        recovering: An action that ended and whose backlog is not worked off.
        acted: Whether an action touched the job since the newest look.
        down: Since when it does not run.
        silent: Since when the engine does not answer.
        foreseen: Forecasts of moments that have not come, by time.
        unreadable: Entries that were passed over.
    """

    first_at: datetime | None = None
    seen_at: datetime | None = None
    cycle_at: datetime | None = None
    presence: str | None = None
    detail: str = ""
    version: str | None = None
    configuration: Configuration | None = None
    start: Configuration | None = None
    figures: Figures | None = None
    paid_from: datetime | None = None
    counted_seconds: float = 0.0
    spent: float = 0.0
    saved: float = 0.0
    budget: ErrorBudget | None = None
    parts: list[Spent] = field(default_factory=list)
    decision: LastDecision | None = None
    capacity: float | None = None
    capacity_low: float | None = None
    capacity_of: Configuration | None = None
    concluded_at: datetime | None = None
    blind: bool = False
    pending: Pending | None = None
    switches: dict[str, Switched] = field(default_factory=dict)
    champion: str | None = None
    ordered: list[Ordered] = field(default_factory=list)
    recommended: Configuration | None = None
    action: Open | None = None
    recovering: Open | None = None
    acted: bool = False
    down: Open | None = None
    silent: Open | None = None
    foreseen: list[Foreseen] = field(default_factory=list)
    unreadable: int = 0
