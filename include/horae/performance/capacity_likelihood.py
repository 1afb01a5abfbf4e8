"""How well a guess of the unknowns explains the evidence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from horae.performance.capacity_deviation import DEVIATION, log_density_of_values
from horae.performance.capacity_law import CapacityLaw
from horae.performance.evidence import CpuUse, Evidence, Kind, Observation
from horae.performance.models import Floats

CPU_SCATTER = 0.05  # of the cores in use: garbage collection, compilation
CPU_FLOOR = 0.02  # cores a TaskManager: what a load average resolves


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityLikelihood:
    """Likelihood of evidence under a law.

    Saturations share deviations from the law and are weighed jointly; bounds and busy times are
    weighed one by one, each as blurred as the law is.

    Attributes:
        law: The law.
        evidence: The evidence.
    """

    law: CapacityLaw
    evidence: Evidence

    def log_density(self, sample: Floats) -> Floats:
        """Up to a constant: `n` for a sample `n x 7`; always finite."""
        density = log_density_of_values(self.law, sample, self.evidence.of(Kind.SATURATED))
        density = density + self._bounds(sample, self.evidence.of(Kind.SUSTAINED), 1)
        density = density + self._bounds(sample, self.evidence.of(Kind.OVERLOADED), -1)
        density = density + self._busy_times(sample, self.evidence.of(Kind.BUSY_TIME))
        return density + self._cpu(sample, self.evidence.cpu)

    def _bounds(self, sample: Floats, seen: Sequence[Observation], sign: int) -> Floats:
        """Probability to be above (`sign` 1) or below (-1) what was seen."""
        if not seen:
            return np.zeros(len(sample))
        above = self.law.ln_capacity(sample, [x.configuration for x in seen]) - _ln_rates(seen)
        density: Floats = log_ndtr(sign * above / _deviations(seen)).sum(axis=1)
        return density

    def _busy_times(self, sample: Floats, seen: Sequence[Observation]) -> Floats:
        """Busy time is blind to a CPU limit that is not reached, so it tells of slots alone."""
        if not seen:
            return np.zeros(len(sample))
        expected = self.law.ln_slot_bound(sample, [x.configuration for x in seen])
        expected = expected + self.law.busy_time_bias(sample)
        scaled = (expected - _ln_rates(seen)) / _deviations(seen)
        density: Floats = -0.5 * (scaled**2).sum(axis=1)
        return density

    def _cpu(self, sample: Floats, seen: Sequence[CpuUse]) -> Floats:
        if not seen:
            return np.zeros(len(sample))
        rates = np.array([use.records_per_second for use in seen])
        managers = np.array([use.configuration.task_managers for use in seen], dtype=np.float64)
        cores = np.array([use.cores for use in seen])
        spread = np.array(
            [cpu_deviation(use.cores, use.configuration.task_managers) for use in seen]
        )
        scaled = (self.law.cores_used(sample, rates, managers) - cores) / spread
        density: Floats = -0.5 * (scaled**2).sum(axis=1)
        return density


def cpu_deviation(cores: float, task_managers: int) -> float:
    """Deviation of cores in use over `task_managers`, cores."""
    return CPU_SCATTER * cores + CPU_FLOOR * task_managers


def _ln_rates(seen: Sequence[Observation]) -> Floats:
    return np.log([one.records_per_second for one in seen])


def _deviations(seen: Sequence[Observation]) -> Floats:
    return np.array([math.hypot(one.deviation, DEVIATION) for one in seen])
