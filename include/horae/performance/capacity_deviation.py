"""How far a job's capacity may be from the law, and where it was seen to be.

A Gaussian process over size and shape: deviations of neighbours resemble one another, so a job
whose scaling has another form is still predicted right where it was saturated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.performance.capacity_law import CapacityLaw
from horae.performance.evidence import Observation
from horae.performance.models import Floats, Integers
from horae.performance.partitioning import Partitioning

DEVIATION = 0.05  # of ln C from the law: the scatter of published capacities about such laws
KEPT = 32  # answers in memory: a search space stays the same for hours, and so do saturations


def log_density_of_values(
    law: CapacityLaw, sample: Floats, values: Sequence[Observation]
) -> Floats:
    """Log likelihood of saturations, up to a constant: `n` for a sample `n x 7`."""
    if not values:
        return np.zeros(len(sample))
    root = np.linalg.cholesky(_covariance(values, law.partitioning))
    scaled = solve_triangular(root, _residuals(law, sample, values).T, lower=True)
    density: Floats = -0.5 * (scaled**2).sum(axis=0)
    return density


def draw_deviations(
    law: CapacityLaw,
    sample: Floats,
    values: Sequence[Observation],
    configurations: Configurations,
    rng: np.random.Generator,
) -> Floats:
    """Deviations of ln C, given the saturations: `n x m` for a sample `n x 7`.

    Configurations of one size and shape share theirs, whatever their interval.
    """
    known = _given(tuple(values), configurations, law.partitioning)
    deviations = rng.standard_normal((len(sample), len(known.root))) @ known.root.T
    if values:
        deviations += _residuals(law, sample, values) @ known.gain
    drawn: Floats = deviations.T[known.place].T
    return drawn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Given:
    """What saturations tell of deviations at `k` sizes and shapes.

    Attributes:
        gain: `saturations x k`, mean deviation there for one of 1 where a saturation was seen.
        root: `k x k`, Cholesky factor of what is left uncertain.
        place: `m`, place of each configuration's size and shape.
    """

    gain: Floats
    root: Floats
    place: Integers


@lru_cache(maxsize=KEPT)
def _given(
    values: tuple[Observation, ...], configurations: Configurations, partitioning: Partitioning
) -> _Given:
    features = _features(configurations, partitioning)
    wanted, place = np.unique(features, axis=0, return_inverse=True)
    covariance = _kernel(wanted, wanted)
    gain = np.zeros((len(values), len(wanted)))
    if values:
        seen = _features([value.configuration for value in values], partitioning)
        across = _kernel(wanted, seen)
        gain = cho_solve(cho_factor(_covariance(values, partitioning)), across.T)
        covariance = covariance - across @ gain
    root = np.linalg.cholesky(covariance + 1e-8 * np.eye(len(wanted))).astype(np.float64)
    return _Given(gain=gain, root=root, place=place.ravel())


def _residuals(law: CapacityLaw, sample: Floats, values: Sequence[Observation]) -> Floats:
    predicted = law.ln_capacity(sample, [seen.configuration for seen in values])
    return np.log([seen.records_per_second for seen in values]) - predicted


def _covariance(values: Sequence[Observation], partitioning: Partitioning) -> Floats:
    features = _features([seen.configuration for seen in values], partitioning)
    return _kernel(features, features) + np.diag([seen.deviation**2 for seen in values])


def _features(configurations: Sequence[Configuration], partitioning: Partitioning) -> Floats:
    """Where a configuration lies, in logarithms: size, slots, cores and memory a TaskManager."""
    known = Configurations.of(configurations)
    size = partitioning.each_effective_slots(known.parallelism)
    features: Floats = np.log(
        np.column_stack([size, known.slots, known.cpu_cores, known.memory_mb])
    )
    return features


def _kernel(left: Floats, right: Floats) -> Floats:
    """Covariance of deviations: a factor of e on any axis is one length."""
    distance = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T
    covariance: Floats = DEVIATION**2 * np.exp(-0.5 * np.maximum(0, distance))
    return covariance
