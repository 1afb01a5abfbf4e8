"""A belief about durations whose logarithm is normal, sharpened by every one that is seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from horae.performance.models import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormalBelief:
    """Normal-inverse-gamma belief about ln(seconds); conjugate, so an update is exact.

    Attributes:
        mean: Of ln(seconds).
        weight: Durations that the mean is worth.
        shape: Of the inverse gamma over the variance of ln(seconds).
        scale: Of the same.
        seen: Durations it was updated with.
    """

    mean: float
    weight: float
    shape: float
    scale: float
    seen: int = 0

    @classmethod
    def guess(cls, seconds: float, deviation: float) -> "LogNormalBelief":
        """A prior worth one duration of `seconds`; the logarithm of the next has `deviation`.

        The shape of 3 is worth six durations for the spread: a few equal ones do not make it
        vanish.
        """
        return cls(mean=math.log(seconds), weight=1.0, shape=3.0, scale=1.5 * deviation**2)

    def updated(self, seconds: Sequence[float]) -> "LogNormalBelief":
        """The belief after having seen `seconds`, each positive."""
        if not seconds:
            return self
        logs = np.log(seconds)
        count, centre = len(logs), float(logs.mean())
        weight = self.weight + count
        shift = self.weight * count / weight * (centre - self.mean) ** 2
        return LogNormalBelief(
            mean=(self.weight * self.mean + count * centre) / weight,
            weight=weight,
            shape=self.shape + count / 2,
            scale=self.scale + 0.5 * float(((logs - centre) ** 2).sum()) + 0.5 * shift,
            seen=self.seen + count,
        )

    @property
    def median(self) -> float:
        """Median of the next duration, seconds."""
        return math.exp(self.mean)

    def quantile(self, level: float) -> float:
        """A quantile of the next duration, seconds; `level` in (0, 1)."""
        return math.exp(self.mean + self._spread * float(stdtrit(2 * self.shape, level)))

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Draws of the next duration: `count`, seconds, positive."""
        drawn: Floats = np.exp(self.mean + self._spread * rng.standard_t(2 * self.shape, count))
        return drawn

    @property
    def _spread(self) -> float:
        """Scale of the Student distribution of the next ln(seconds)."""
        return math.sqrt(self.scale / self.shape * (1 + 1 / self.weight))
