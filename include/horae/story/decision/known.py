"""What a decision rested on: look, verdict, forecast, models, candidates.

Every figure is as the ledger has it. None says that the ledger does not tell it, never that it
was zero. Ids of entries are such as `ysb:12`; each can be looked up with `Ledger.get`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from horae.domain.configuration import Configuration

Figure = str | float | int | bool | None
"""A figure as it was recorded, unit in its name; None: not known when it was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the job was seen just before.

    Attributes:
        entry: Id of the entry.
        at: End of the look.
        cycle: The cycle that it belongs to.
        presence: What the engine said, as `running`; None: it did not answer.
        detail: A sentence on it.
        configuration: What the job ran in.
        job_id: The engine's id of it.
        version: Id of the job version.
        window: Id of the stored window; None: the look gave none.
        unavailable: Sources that did not answer, each with what it said; sorted.
        figures: What the rows since the look before said, by name with unit; empty where the
            entry is older than such figures.
    """

    entry: str
    at: datetime
    cycle: str | None
    presence: str | None
    detail: str
    configuration: Configuration | None
    job_id: str | None
    version: str | None
    window: str | None
    unavailable: tuple[tuple[str, str], ...]
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One rule that the window breaks.

    Attributes:
        rule: Its name, as `freshness`.
        metric: What it is about, or `window`.
        blocks: Whether it makes the window unusable; False: it only warns.
        sentence: What came and what was expected.
        rows: Rows that break it; None: it is about the whole window.
    """

    rule: str
    metric: str
    blocks: bool
    sentence: str
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What a person supposed who asked what would be done now.

    Attributes:
        load: Load to be taken for all of the horizon, records/s; None: not given.
        load_factor: What the forecast was multiplied by; None: not given.
        present: What the job was taken to run in; None: as it really did.
        really: What it ran in; None: not known.
        note: In that person's words; empty: none.
    """

    load: float | None
    load_factor: float | None
    present: Configuration | None
    really: Configuration | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict on the window.

    Attributes:
        entry: Id of the entry.
        at: When it was recorded.
        usable: Whether the window may be trusted; None: not told.
        rules: Number of rules asked.
        broken: Every broken rule, the blocking ones first.
        report: Where the full report was written; None: nowhere.
    """

    entry: str
    at: datetime
    usable: bool | None
    rules: int | None
    broken: tuple[Broken, ...]
    report: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """The forecast.

    Attributes:
        entry: Id of the entry.
        forecaster: Name of the recipe.
        start: Time of the first step.
        grid_seconds: Distance of two steps.
        levels: Quantile levels, ascending.
        quantiles: `steps x levels`, records/s.
        trained_on_rows: Grid points that it was fitted on.
    """

    entry: str
    forecaster: str | None
    start: datetime | None
    grid_seconds: float | None
    levels: tuple[float, ...]
    quantiles: tuple[tuple[float, ...], ...]
    trained_on_rows: int | None

    @property
    def horizon_seconds(self) -> float | None:
        """How far it reaches; None: not told."""
        return None if self.grid_seconds is None else self.grid_seconds * len(self.quantiles)

    def highest(self, level: float) -> float | None:
        """The highest point of the line of one level, records/s; None: there is no such line."""
        if level not in self.levels or not self.quantiles:
            return None
        column = self.levels.index(level)
        return max(row[column] for row in self.quantiles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The performance models.

    Attributes:
        entry: Id of the entry.
        fitted_at: When they were fitted, which is anew for each decision that needs them.
        proven_load: Largest load that this version of the job was seen to sustain, records/s.
        figures: Model (`capacity`, `recovery`, `outage`) to its figures by name with unit.
    """

    entry: str
    fitted_at: datetime
    proven_load: float | None
    figures: Mapping[str, Mapping[str, Figure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One candidate of the front.

    Attributes:
        configuration: What it is.
        money_per_hour: Its price.
        latency_risk: Probability that the latency limit breaks at the horizon's peak.
        recovery_seconds: Median time to recover from a failure at that peak; None: it never would
            at its median capacity, or it stands beside the front and is not told.
        capacity: Median capacity, records/s.
        is_current: Whether the job ran in it.
        is_chosen: Whether the decision proposes it.
        why_not: Why it was not chosen, in a sentence; None: it was, or the job ran in it.
    """

    configuration: Configuration
    money_per_hour: float | None
    latency_risk: float | None
    recovery_seconds: float | None
    capacity: float | None
    is_current: bool
    is_chosen: bool
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """Configurations that were ruled out for one reason.

    Attributes:
        reason: Why, for people.
        count: How many; None: not told.
        values: Axis (`parallelism`, `slots`, ...) to its values that they combine.
    """

    reason: str
    count: int | None
    values: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What there was to choose from; it stands in the decision's own entry.

    Attributes:
        members: The front, cheapest first; empty: the policy foresees nothing, so none was made.
        beside: The present and the chosen configuration where they are not on the front, with
            what else the decision tells of them: a plan may choose what no single figure favours.
        evaluated: Number of candidates that the front was taken from.
        peak_load: Load that the candidates were judged at, records/s.
        ruled_out: Configurations that were no candidates, by reason.
        fixed: Axis that could not be varied, to the reason.
    """

    members: tuple[Member, ...]
    beside: tuple[Member, ...]
    evaluated: int | None
    peak_load: float | None
    ruled_out: tuple[Ruled, ...]
    fixed: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """How far away an urgent move was; money and load as the decision's evidence has them.

    Attributes:
        chance: Probability that the load exceeds the capacity within the look-ahead.
        acts_above: Chance beyond which Horae acts.
        look_ahead_seconds: How far ahead it must look: an action of the next cycle included.
        peak_load: 95 % quantile of the largest load within it, records/s.
        capacity_p05: 5 % quantile of the capacity, records/s.
        headroom: The second minus the first of these, records/s; negative: too little.
        overloaded: Whether the limit was broken, or about to, and did not clear by itself.
    """

    chance: float | None
    acts_above: float | None
    look_ahead_seconds: float | None
    peak_load: float | None
    capacity_p05: float | None
    headroom: float | None
    overloaded: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """How far away the nearest saving was.

    Attributes:
        reason: `save` or `improve`.
        gain: Expected money gained over the stay.
        sure_gain: Its 10 % quantile.
        stay_seconds: How long one would stay there.
        headroom: Its 5 % capacity minus the 99 % load until one could be back, records/s.
        peak_utilisation: Peak load of the horizon over its median capacity.
        obstacle: What spoke against it; None: nothing.
    """

    reason: str | None
    gain: float | None
    sure_gain: float | None
    stay_seconds: float | None
    headroom: float | None
    peak_utilisation: float | None
    obstacle: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What one guard said.

    Attributes:
        guard: Its name.
        allowed: Whether it let the proposal pass.
        sentence: Why.
    """

    guard: str
    allowed: bool
    sentence: str
