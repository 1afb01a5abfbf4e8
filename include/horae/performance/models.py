"""What is believed of a job's performance, with uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


class CapacityModel(Protocol):
    """Load that a configuration sustains."""

    def draws(
        self, configurations: Sequence[Configuration], count: int, rng: np.random.Generator
    ) -> Floats:
        """Joint posterior draws: `count x configurations`, records/s, positive."""
        ...

    def summary(self) -> dict[str, float | str | None]:
        """Figures for the ledger: estimates, spread, number of observations of each kind."""
        ...


class RecoveryModel(Protocol):
    """Seconds from a failure until the backlog is normal again."""

    def seconds(
        self, configurations: Sequence[Configuration], *, load: Floats | float, capacity: Floats
    ) -> Floats:
        """Recovery times.

        Args:
            configurations: `m` configurations.
            load: Records/s during the recovery; broadcast.
            capacity: `... x m`, records/s.

        Returns:
            The shape that both have together, seconds; infinite where the capacity does not
            exceed the load.
        """
        ...

    def summary(self) -> dict[str, float | str | None]:
        """Figures for the ledger."""
        ...


class OutageModel(Protocol):
    """Seconds without processing that an action of ours costs."""

    def draws(self, path: RescalePath, count: int, rng: np.random.Generator) -> Floats:
        """Posterior predictive draws: `count`, seconds, positive."""
        ...

    def quantile(self, path: RescalePath, level: float) -> float:
        """A quantile of the posterior predictive distribution, seconds."""
        ...

    def summary(self) -> dict[str, float | str | None]:
        """Figures for the ledger."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceModels:
    """The models of one job version.

    Attributes:
        job: The job's name.
        version: Id of the job version.
        capacity: Load that a configuration sustains.
        recovery: Recovery time.
        outage: Outage of our own actions.
        proven_load: Largest load that the job was seen to sustain without a growing backlog,
            records/s, in its present version; None while none was.
        proven_utilisation: Largest share of its capacity, as believed now, at which a
            configuration was seen to sustain a load in the present version of the job; None while
            none was.
    """

    job: str
    version: str
    capacity: CapacityModel
    recovery: RecoveryModel
    outage: OutageModel
    proven_load: float | None
    proven_utilisation: float | None

    def summary(self) -> dict[str, dict[str, float | str | None]]:
        """Figures of all models for the ledger."""
        return {
            "capacity": self.capacity.summary(),
            "recovery": self.recovery.summary(),
            "outage": self.outage.summary(),
        }
