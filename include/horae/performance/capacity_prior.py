"""What is believed of the unknowns of the capacity law before a job version was seen."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from horae.errors import NotReady
from horae.performance.capacity_law import Unknown
from horae.performance.evidence import Evidence, Kind
from horae.performance.models import Floats
from horae.performance.partitioning import Partitioning

# Mean and standard deviation of each unknown but the slot rate, in the order of `Unknown`.
GENERAL = {
    # Published jobs scale a little less than linearly (errors of the linear form -14..+16 %).
    Unknown.EXPONENT: (0.95, 0.08),
    # From parked threads (0.03 cores) to a busy core and more.
    Unknown.LN_CORES_PER_SLOT: (-1.0, 1.2),
    # A JVM with nothing to do but heartbeats and checkpoints.
    Unknown.LN_BASE_CORES: (math.log(0.05), 0.8),
    Unknown.BUSY_BIAS: (0.0, 1.0),  # a normal score
    # Aligned barriers and state copies take a part of the capacity while they last.
    Unknown.LN_CHECKPOINT_COST: (math.log(0.3), 0.7),
    # Of three jobs one knows no crowding; with 95 % certainty two slots on a core carry at least
    # 0.6 of what they carry on a core each, and four at least 0.4.
    Unknown.CROWDING: (0.1, 0.35),
}
COLD_FACTOR = 1.6  # of the largest load seen, if that is all: few jobs are met at their limit
COLD_DEVIATION = 0.8  # of the ln slot rate: a factor of five either way within two of them
BEYOND_A_CORE = 0.3  # a slot's bottleneck is one thread; more than a core is possible, not likely


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CapacityPrior:
    """A Gaussian over the unknowns, cut where exponent or checkpoint cost would exceed 1.

    Attributes:
        mean: `7`, in the order of `Unknown`.
        covariance: `7 x 7`.
        precision: `7 x 7`, its inverse.
    """

    mean: Floats
    covariance: Floats
    precision: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Invert once what every density asks for."""
        object.__setattr__(self, "precision", np.linalg.inv(self.covariance))

    def __eq__(self, other: object) -> bool:
        """Whether both figures are the same, bit by bit."""
        return isinstance(other, CapacityPrior) and self._bits == other._bits

    def __hash__(self) -> int:
        """Of both figures."""
        return hash(self._bits)

    @property
    def _bits(self) -> tuple[bytes, bytes]:
        return self.mean.tobytes(), self.covariance.tobytes()

    def sample(self, count: int, rng: np.random.Generator) -> Floats:
        """Draws within the cut: `count x 7`."""
        root = np.linalg.cholesky(self.covariance)
        drawn = np.empty((0, len(self.mean)))
        while len(drawn) < count:
            fresh = self.mean + rng.standard_normal((4 * count, len(self.mean))) @ root.T
            drawn = np.concatenate([drawn, fresh[_is_possible(fresh)]])
        return drawn[:count]

    def log_density(self, points: Floats) -> Floats:
        """Up to a constant: `n` for `n x 7`; -inf outside the cut."""
        away = points - self.mean
        beyond = np.maximum(0, points[:, Unknown.LN_CORES_PER_SLOT]) / BEYOND_A_CORE
        squared = ((away @ self.precision) * away).sum(axis=1)
        density = -0.5 * (squared + beyond**2)
        return np.where(_is_possible(points), density, -np.inf)


def _is_possible(points: Floats) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = points[:, Unknown.EXPONENT] <= 1
    return within & (points[:, Unknown.LN_CHECKPOINT_COST] <= 0)


def cold_prior(evidence: Evidence, partitioning: Partitioning) -> CapacityPrior:
    """The prior of a job that nothing is known of but `evidence`, which gives it its scale.

    Raises:
        NotReady: Not one observation to take a scale from.
    """
    if not evidence.observations:
        raise NotReady(
            "capacity: the window has no settled row of running with throughput and lag; a model "
            "needs half a minute of them. Wait for the next windows"
        )
    exponent = GENERAL[Unknown.EXPONENT][0]
    measured = max(
        math.log(seen.records_per_second)
        - exponent * math.log(partitioning.effective_slots(seen.configuration.parallelism))
        for seen in evidence.observations
    )
    bounded_only = all(seen.kind is Kind.SUSTAINED for seen in evidence.observations)
    mean = np.zeros(len(Unknown))
    deviation = np.zeros(len(Unknown))
    mean[Unknown.LN_SLOT_RATE] = measured + (math.log(COLD_FACTOR) if bounded_only else 0)
    deviation[Unknown.LN_SLOT_RATE] = COLD_DEVIATION
    for unknown, (centre, spread) in GENERAL.items():
        mean[unknown], deviation[unknown] = centre, spread
    return CapacityPrior(mean=mean, covariance=np.diag(deviation**2))
