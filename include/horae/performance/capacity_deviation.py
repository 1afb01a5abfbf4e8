"""How far a job's capacity may be from the law, and where it was seen to be.

A Gaussian process over size and shape: deviations of neighbours resemble one another, so a job
whose scaling has another form is still predicted right where it was saturated.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from horae.domain.configuration import Configuration
from horae.performance.capacity_law import CapacityLaw
from horae.performance.evidence import Observation
from horae.performance.models import Floats
from horae.performance.partitioning import Partitioning

DEVIATION = 0.05  # of ln C from the law: the scatter of published capacities about such laws


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
    configurations: Sequence[Configuration],
    rng: np.random.Generator,
) -> Floats:
    """Deviations of ln C, given the saturations: `n x m` for a sample `n x 7`.

    Configurations of one size and shape share theirs, whatever their interval.
    """
    features = _features(configurations, law.partitioning)
    wanted, place = np.unique(features, axis=0, return_inverse=True)
    covariance = _kernel(wanted, wanted)
    mean = np.zeros((len(sample), len(wanted)))
    if values:
        seen = _features([value.configuration for value in values], law.partitioning)
        across = _kernel(wanted, seen)
        gain = cho_solve(cho_factor(_covariance(values, law.partitioning)), across.T)
        mean = _residuals(law, sample, values) @ gain
        covariance = covariance - across @ gain
    root = np.linalg.cholesky(covariance + 1e-8 * np.eye(len(wanted)))
    noise = rng.standard_normal((len(sample), len(wanted))) @ root.T
    drawn: Floats = (mean + noise)[:, place.ravel()]
    return drawn


def _residuals(law: CapacityLaw, sample: Floats, values: Sequence[Observation]) -> Floats:
    predicted = law.ln_capacity(sample, [seen.configuration for seen in values])
    return np.log([seen.records_per_second for seen in values]) - predicted


def _covariance(values: Sequence[Observation], partitioning: Partitioning) -> Floats:
    features = _features([seen.configuration for seen in values], partitioning)
    return _kernel(features, features) + np.diag([seen.deviation**2 for seen in values])


def _features(configurations: Sequence[Configuration], partitioning: Partitioning) -> Floats:
    """Where a configuration lies, in logarithms: size, slots, cores and memory a TaskManager."""
    rows = [
        (partitioning.effective_slots(x.parallelism), x.slots, x.cpu_cores, x.memory_mb)
        for x in configurations
    ]
    return np.log(np.array(rows, dtype=np.float64))


def _kernel(left: Floats, right: Floats) -> Floats:
    """Covariance of deviations: a factor of e on any axis is one length."""
    distance = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T
    covariance: Floats = DEVIATION**2 * np.exp(-0.5 * np.maximum(0, distance))
    return covariance
