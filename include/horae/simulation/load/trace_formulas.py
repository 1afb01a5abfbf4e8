"""Loads by formula: small parts that are added and multiplied to the load that is wanted.

Each part is a section of settings with one method, and its formula stands in its docstring: `t` is
the second since the beginning, the result is records/s, or a plain factor where the part is to be
multiplied with another.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from horae.performance.models import Floats
from horae.settings.section import Settings
from horae.simulation.job.job_model import NotNegative, Share
from horae.simulation.load.durations import Duration, Hours, Moment

DAY = 86_400.0
WEEK = 7 * DAY


class Formula(Settings, ABC):
    """A part of a load.

    Attributes:
        hours: How long it lasts; None: as long as the others.
    """

    hours: Hours | None = None

    @abstractmethod
    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """`T`, never negative.

        Args:
            t: `T`, seconds 0, 1, ...
            rng: Its chances.
        """

    @property
    def season_seconds(self) -> float | None:
        """Length of its season; None: it has none."""
        return None


class Constant(Formula):
    """The same at all times.

    load(t) = mean

    Attributes:
        mean: Records/s.
    """

    mean: NotNegative

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        return np.full(len(t), self.mean)


class Sine(Formula):
    """A season in the form of a sine.

    load(t) = mean (1 + amplitude sin(2 pi t / period))

    Attributes:
        mean: Records/s.
        amplitude: Share of the mean, 1 at most.
        period: Length of the season.
    """

    mean: NotNegative
    amplitude: Share = 0.5
    period: Duration = 6 * 3_600.0

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        return self.mean * (1 + self.amplitude * np.sin(2 * np.pi * t / self.period))

    @property
    def season_seconds(self) -> float:
        """Its period."""
        return self.period


class Day(Formula):
    """A daily season that is highest at one time of day; it begins at midnight.

    load(t) = mean (1 + amplitude cos(2 pi (t - peak) / 24 h))

    Attributes:
        mean: Records/s.
        amplitude: Share of the mean, 1 at most.
        peak: Time of day of the highest load.
    """

    mean: NotNegative
    amplitude: Share = 0.5
    peak: Moment = 18 * 3_600.0

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        return self.mean * (1 + self.amplitude * np.cos(2 * np.pi * (t - self.peak) / DAY))

    @property
    def season_seconds(self) -> float:
        """A day."""
        return DAY


class Week(Day):
    """A daily season with quieter weekends; it begins on Monday at midnight.

    load(t) = day(t) w(t), w = 1 from Monday to Friday and `weekend` on Saturday and Sunday; it
    falls from Friday 22:00 on and rises from Sunday 22:00 on, for two hours each, in a line

    Attributes:
        weekend: Load of a weekend over that of a working day.
    """

    weekend: NotNegative = 0.6

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        edges = np.array([0.0, 5 * 24 - 2, 5 * 24, 7 * 24 - 2, 7 * 24]) * 3_600
        quiet = [1.0, 1.0, self.weekend, self.weekend, 1.0]
        return super().load(t, rng) * np.interp(np.mod(t, WEEK), edges, quiet)

    @property
    def season_seconds(self) -> float:
        """A week."""
        return WEEK


class Trend(Formula):
    """A line from the first second to the last one.

    load(t) = begin + (end - begin) t / (T - 1)

    Attributes:
        begin: Records/s, or a factor, at first.
        end: At last.
    """

    begin: NotNegative = 1.0
    end: NotNegative

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        return self.begin + (self.end - self.begin) * t / max(1.0, float(t[-1]))


class Step(Formula):
    """One level, then another.

    load(t) = before for t < at, after from then on

    Attributes:
        before: Records/s, or a factor.
        after: The same, later.
        at: When it changes.
    """

    before: NotNegative = 1.0
    after: NotNegative
    at: Moment

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        return np.where(t < self.at, self.before, self.after)


class Flash(Formula):
    """A flash crowd: it comes in a line, and goes away exponentially.

    load(t) = height (t - at) / rise until at + rise, height exp(-(t - at - rise) / fall) later

    Attributes:
        height: Records/s at its most.
        at: When it begins.
        rise: Until the most.
        fall: Until 1/e of it is left.
    """

    height: NotNegative
    at: Moment
    rise: Duration = 300.0
    fall: Duration = 3_600.0

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        since = t - self.at
        rising = np.clip(since / self.rise, 0, 1)
        return self.height * rising * np.exp(-np.maximum(0, since - self.rise) / self.fall)


class Bursts(Formula):
    """Bursts that come by chance; two at a time add up.

    load(t) = height times the number of bursts k with t_k <= t < t_k + length; the t_k are a
    Poisson process

    Attributes:
        height: Records/s of one.
        every: From one to the next, on average.
        length: Of one.
    """

    height: NotNegative
    every: Duration = 3_600.0
    length: Duration = 300.0

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        begins = np.sort(rng.uniform(0, len(t), size=rng.poisson(len(t) / self.every)))
        begun = np.searchsorted(begins, t, side="right")
        over = np.searchsorted(begins + self.length, t, side="right")
        return self.height * (begun - over).astype(np.float64)


class Noise(Formula):
    """A factor that swings around 1.

    load(t) = exp(deviation z(t) - deviation^2 / 2), z normal, one value each `every`, and a line
    from each to the next

    Attributes:
        deviation: Of its logarithm.
        every: From one value to the next.
    """

    deviation: NotNegative = 0.02
    every: Duration = 60.0

    def load(self, t: Floats, rng: np.random.Generator) -> Floats:
        """As the class says."""
        knots = np.arange(int(len(t) / self.every) + 2) * self.every
        scores = np.interp(t, knots, rng.standard_normal(len(knots)))
        factors: Floats = np.exp(self.deviation * scores - self.deviation**2 / 2)
        return factors


FORMULAS: Mapping[str, type[Formula]] = MappingProxyType(
    {
        "constant": Constant,
        "sine": Sine,
        "day": Day,
        "week": Week,
        "trend": Trend,
        "step": Step,
        "flash": Flash,
        "bursts": Bursts,
        "noise": Noise,
    }
)
"""Name in a spec to the part."""
