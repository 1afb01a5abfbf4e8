"""How old a job's models are, and how right they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from horae.domain.configuration import Configuration

Figures = Mapping[str, str | float | int | None]
"""Name with unit to value, as the model told it; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTold:
    """One model, as it was last recorded.

    Attributes:
        name: `capacity`, `recovery` or `outage`.
        entry: Id of the entry.
        at: When it was fitted.
        age_seconds: How old it is.
        figures: Its estimates and what they rest on.
    """

    name: str
    entry: str
    at: datetime
    age_seconds: float
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was predicted of one action, and what came.

    Attributes:
        decision: Id of the decision.
        entry: Id of the outcome's entry.
        at: When it ended.
        path: Which way was taken.
        target: Where to.
        result: How the action ended.
        predicted: Median, seconds; None: nothing was predicted.
        low: 5 % quantile; None: not told.
        high: 95 % quantile; None: not told.
        measured: Seconds; None: not known (yet).
        inside: Whether it lay between the two; None: one of the three is not known.
    """

    decision: str
    entry: str
    at: datetime
    path: str
    target: Configuration | None
    result: str
    predicted: float | None
    low: float | None
    high: float | None
    measured: float | None
    inside: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How right predictions of one kind were.

    Attributes:
        told: Predictions that can be compared with what came.
        inside: Of these, how many came out between the quantiles.
        below: How many came out below.
        above: How many came out above.
        nominal: Share that should be inside.
        median_ratio: Median of measured over predicted, 1 is right; None: nothing to compare.
    """

    told: int
    inside: int | None
    below: int | None
    above: int | None
    nominal: float
    median_ratio: float | None

    @property
    def coverage(self) -> float | None:
        """Share that was inside; None: nothing can be compared, or no quantiles were told."""
        return self.inside / self.told if self.told and self.inside is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A forecaster that met the champion.

    Attributes:
        name: Its name.
        entry: Id of the entry on their newest meeting.
        at: When.
        pinball: Its pinball loss, records/s; None: not measured.
        wape: Its weighted absolute error; None: not measured.
        coverage: Of its 80 % interval, in [0, 1]; None: not measured.
        origins: Origins that both were tried on.
        champion_pinball: The champion's pinball loss on the same origins.
        won: Whether it took its place.
        sentence: Why.
    """

    name: str
    entry: str
    at: datetime
    pinball: float | None
    wape: float | None
    coverage: float | None
    origins: int
    champion_pinball: float | None
    won: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsStory:
    """The models of a job.

    Attributes:
        job: The job's name.
        version: Id of the job version that the newest models are of; None: not told.
        models: Capacity, recovery and outage; empty where none was ever fitted.
        proven_load: Largest load that the job was seen to sustain, records/s.
        champion: Name of the forecaster in charge; None: nobody was compared yet.
        champion_since: When it was promoted; None: it always was, or that is not known.
        rivals: Their newest meetings with the champion of the time, best first.
        outages: Of actions, the newest first.
        outage_calibration: How right they were.
        catch_ups: Seconds from the end of an action until the backlog was normal again, measured
            in steps of a look.
        catch_up_calibration: How right they were; only the median is predicted.
        loads: How often the load lay within the 90 % band forecast about ten minutes before.
        loads_since: First look that was compared with a forecast; None: none was.
    """

    job: str
    version: str | None
    models: tuple[ModelTold, ...]
    proven_load: float | None
    champion: str | None
    champion_since: datetime | None
    rivals: tuple[Rival, ...]
    outages: tuple[Prediction, ...]
    outage_calibration: Calibration
    catch_ups: tuple[Prediction, ...]
    catch_up_calibration: Calibration
    loads: Calibration
    loads_since: datetime | None
