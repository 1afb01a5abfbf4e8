"""How well a guess of the unknowns explains the evidence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import log_ndtr

from horae.domain.configurations import Configurations
from horae.performance.capacity_deviation import DEVIATION, log_density_of_values
from horae.performance.capacity_law import CapacityLaw
from horae.performance.evidence import CpuUse, Evidence, Kind, Observation
from horae.performance.models import Floats

CPU_SCATTER = 0.05  # of the cores in use: garbage collection, compilation
CPU_FLOOR = 0.02  # cores a TaskManager: what a load average resolves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CapacityLikelihood:
    """Likelihood of evidence under a law.

    Saturations share deviations from the law and are weighed jointly; bounds and busy times are
    weighed one by one, each as blurred as the law is.

    Attributes:
        law: The law.
        values: Saturations.
        bounds: Sustained and overloaded; to be above the former counts as being below the latter.
        busy_times: Busy times.
        cpu: `3 x 3`, sum over the points of the products of TaskManagers, records/s and cores in
            use, each over the deviation of the cores.
    """

    law: CapacityLaw
    values: tuple[Observation, ...]
    bounds: "_Seen"
    busy_times: "_Seen"
    cpu: Floats

    @classmethod
    def of(cls, law: CapacityLaw, evidence: Evidence) -> Self:
        """Of evidence."""
        above, below = evidence.of(Kind.SUSTAINED), evidence.of(Kind.OVERLOADED)
        points = np.array([_cpu_point(use) for use in evidence.cpu]).reshape(-1, 3)
        return cls(
            law=law,
            values=evidence.of(Kind.SATURATED),
            bounds=_Seen.of((*above, *below), [1] * len(above) + [-1] * len(below)),
            busy_times=_Seen.of(evidence.of(Kind.BUSY_TIME)),
            cpu=points.T @ points,
        )

    def log_density(self, sample: Floats) -> Floats:
        """Up to a constant: `n` for a sample `n x 7`; always finite."""
        density = log_density_of_values(self.law, sample, self.values)
        bounds = self.bounds.scaled(self.law.ln_capacity(sample, self.bounds.at))
        density += log_ndtr(bounds).sum(axis=1)
        # Busy time is blind to a CPU limit that is not reached, so it tells of slots alone.
        shown = self.law.ln_slot_bound(sample, self.busy_times.at)
        shown += self.law.busy_time_bias(sample)
        density -= 0.5 * (self.busy_times.scaled(shown) ** 2).sum(axis=1)
        return density - 0.5 * self._squared_cpu(sample)

    def _squared_cpu(self, sample: Floats) -> Floats:
        """Sum over the points of the square of cores expected less cores in use: `n`."""
        managers, records = self.law.cores_taken(sample)
        off = np.stack([managers, records, np.full(len(sample), -1.0)])
        squared: Floats = ((self.cpu @ off) * off).sum(axis=0)
        return squared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """Observations that are weighed one by one, `m`.

    Attributes:
        at: Where.
        ln_rates: `m`, of records/s.
        weights: `m`, 1 over the deviation, negative for what is above the capacity.
    """

    at: Configurations
    ln_rates: Floats
    weights: Floats

    @classmethod
    def of(cls, seen: Sequence[Observation], signs: Sequence[int] | int = 1) -> Self:
        deviations = np.array([math.hypot(one.deviation, DEVIATION) for one in seen])
        return cls(
            at=Configurations(one.configuration for one in seen),
            ln_rates=np.log([one.records_per_second for one in seen]),
            weights=np.asarray(signs, dtype=np.float64) / deviations,
        )

    def scaled(self, ln_capacity: Floats) -> Floats:
        """Deviations that a capacity is above what was seen: `n x m`, whose logarithm it takes."""
        scaled: Floats = (ln_capacity - self.ln_rates) * self.weights
        return scaled


def _cpu_point(use: CpuUse) -> tuple[float, float, float]:
    """TaskManagers, records/s and cores in use, each over the deviation of the cores."""
    managers = use.configuration.task_managers
    spread = cpu_deviation(use.cores, managers)
    return managers / spread, use.records_per_second / spread, use.cores / spread


def cpu_deviation(cores: float, task_managers: int) -> float:
    """Deviation of cores in use over `task_managers`, cores."""
    return CPU_SCATTER * cores + CPU_FLOOR * task_managers
