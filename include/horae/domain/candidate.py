"""Configurations to choose from, with what is predicted of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feasible configuration with its predicted objectives, all minimised.

    Attributes:
        configuration: The configuration.
        money_per_hour: Price of running it.
        latency_risk: Probability that the processing latency breaks its limit at the horizon's
            peak load, in [0, 1].
        recovery_seconds: Median seconds from a failure at the horizon's peak load until the
            backlog is normal again; infinite where the capacity does not exceed the load.
        capacity: Median capacity, records/s.
    """

    configuration: Configuration
    money_per_hour: float
    latency_risk: float
    recovery_seconds: float
    capacity: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Candidates, `n` of them, each attribute a column.

    Attributes:
        configurations: `n`.
        money_per_hour: `n`.
        latency_risk: `n`.
        recovery_seconds: `n`.
        capacity: `n`.
    """

    configurations: Configurations
    money_per_hour: NDArray[np.float64]
    latency_risk: NDArray[np.float64]
    recovery_seconds: NDArray[np.float64]
    capacity: NDArray[np.float64]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.configurations)

    def __getitem__(self, place: int) -> Candidate:
        """One of them."""
        return Candidate(
            configuration=self.configurations[place],
            money_per_hour=float(self.money_per_hour[place]),
            latency_risk=float(self.latency_risk[place]),
            recovery_seconds=float(self.recovery_seconds[place]),
            capacity=float(self.capacity[place]),
        )

    def __iter__(self) -> Iterator[Candidate]:
        """Each of them, in their order."""
        return (self[place] for place in range(len(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The non-dominated candidates.

    Attributes:
        members: Sorted by money, cheapest first.
        evaluated: Number of candidates the front was taken from.
        peak_load: Load the objectives were computed at, records/s.
    """

    members: tuple[Candidate, ...]
    evaluated: int
    peak_load: float
