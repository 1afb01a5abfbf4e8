"""Configurations to choose from, with what is predicted of them."""

from dataclasses import dataclass

from horae.domain.configuration import Configuration


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
