"""What a job must hold, and what resources cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits a job is judged by.

    Attributes:
        processing_latency_seconds: Age of the oldest record when it leaves the source chain.
        latency_confidence: Probability with which a configuration must hold it, in (0, 1).
        recovery_seconds: From a failure until the backlog is normal again; None: no limit.
        commit_latency_seconds: Age of a record when a read_committed reader may see it; None: no
            limit.
    """

    processing_latency_seconds: float
    latency_confidence: float
    recovery_seconds: float | None = None
    commit_latency_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of resources, in the same money as everything else.

    Attributes:
        core_hour: One CPU core for an hour.
        gb_hour: One GiB of memory for an hour.
        violation_second: What one second beyond the latency limit is worth avoiding.
        action: What an action costs besides its outage: the risk and the attention.
    """

    core_hour: float
    gb_hour: float
    violation_second: float
    action: float

    def per_hour(self, configuration: Configuration) -> float:
        """Price of running `configuration` for an hour; TaskManagers only."""
        return (
            configuration.total_cores * self.core_hour
            + configuration.total_memory_gb * self.gb_hour
        )

    def each_per_hour(self, configurations: Configurations) -> NDArray[np.float64]:
        """The same of each, `m` for `m` configurations."""
        cores, memory = configurations.total_cores, configurations.total_memory_gb
        price: NDArray[np.float64] = cores * self.core_hour + memory * self.gb_hour
        return price
