"""How long an action of ours stops the processing, and how long the backlog of it lasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from horae.domain.action import RescalePath
from horae.performance.log_normal import LogNormalBelief
from horae.performance.models import Floats

# Measured with a small state: in place 3-6 s, savepoint 0.4 s and start 4 s; a savepoint also
# waits for TaskManagers. Deviation 0.5: a factor of e either way within two; state is unknown.
PRIORS = {
    RescalePath.IN_PLACE: LogNormalBelief.guess(5.0, 0.5),
    RescalePath.SAVEPOINT: LogNormalBelief.guess(8.0, 0.5),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormalOutage:
    """An `OutageModel` of one log-normal belief a path.

    Attributes:
        beliefs: One for each path.
    """

    beliefs: Mapping[RescalePath, LogNormalBelief]

    def draws(self, path: RescalePath, count: int, rng: np.random.Generator) -> Floats:
        """Posterior predictive draws: `count`, seconds, positive."""
        return self.beliefs[path].draws(count, rng)

    def quantile(self, path: RescalePath, level: float) -> float:
        """A quantile of the posterior predictive distribution, seconds; `level` in (0, 1)."""
        return self.beliefs[path].quantile(level)

    def summary(self) -> dict[str, float | str | None]:
        """Figures for the ledger: median, 95 % quantile and number of outages of each path."""
        figures: dict[str, float | str | None] = {}
        for path, belief in self.beliefs.items():
            name = path.name.lower()
            figures[f"{name}_seconds"] = belief.median
            figures[f"{name}_seconds_p95"] = belief.quantile(0.95)
            figures[f"{name}_observed"] = belief.seen
        return figures


def fit_outage(outages: Sequence[tuple[RescalePath, float]]) -> LogNormalOutage:
    """Learn from outages that were measured, as path and positive seconds, in any order."""
    return LogNormalOutage(
        beliefs={
            path: prior.updated([seconds for taken, seconds in outages if taken is path])
            for path, prior in PRIORS.items()
        }
    )


def catch_up_seconds(
    outage_seconds: Floats | float,
    *,
    load: Floats | float,
    capacity: Floats | float,
    replayed_seconds: float = 0.0,
) -> Floats:
    """Seconds from the end of an outage until its backlog is worked off.

    The backlog is what came in meanwhile and what is replayed, `load * (outage + replayed)`; it
    shrinks by `capacity - load` a second.

    Args:
        outage_seconds: Any shape.
        load: Records/s, constant; broadcast.
        capacity: Records/s; broadcast.
        replayed_seconds: Age of the snapshot at the stop; 0 for one taken by stopping.

    Returns:
        The broadcast shape; infinite where the capacity does not exceed the load.
    """
    backlog = np.asarray(load * (outage_seconds + replayed_seconds), dtype=np.float64)
    spare = np.asarray(capacity - np.asarray(load), dtype=np.float64)
    backlog, spare = np.broadcast_arrays(backlog, spare)
    endless = np.full(backlog.shape, np.inf)
    seconds: Floats = np.divide(backlog, spare, out=endless, where=spare > 0)
    return seconds
