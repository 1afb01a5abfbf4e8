"""How long an action of ours stops the processing, and how long the backlog of it lasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from horae.domain.action import RescalePath
from horae.performance.log_normal import LogNormalBelief
from horae.performance.models import Floats, OutageModel

# Measured with a small state: in place 0.4-6 s, for a job that grows may wait for its slots;
# savepoint 0.4 s, cancelling 0.5 s and a start 4 s, 2-7 s together. A deviation of 0.7 is a factor
# of four either way at 90 %: state and cluster are unknown. In place and of a job that was lost
# more is unknown, 0.9 is a factor of six.
PRIORS = {
    RescalePath.IN_PLACE: LogNormalBelief.guess(2.0, 0.9),
    RescalePath.SAVEPOINT: LogNormalBelief.guess(4.5, 0.7),
    RescalePath.CHECKPOINT: LogNormalBelief.guess(4.5, 0.7),
    RescalePath.RESTART: LogNormalBelief.guess(4.0, 0.9),
}
INTERVAL = (0.05, 0.95)
"""Levels of the quantiles that a prediction is told with."""


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
        """Figures for the ledger: median, interval and number of outages of each path."""
        figures: dict[str, float | str | None] = {}
        for path, belief in self.beliefs.items():
            name = path.name.lower()
            figures[f"{name}_seconds"] = belief.median
            figures[f"{name}_seconds_p05"] = belief.quantile(0.05)
            figures[f"{name}_seconds_p95"] = belief.quantile(0.95)
            figures[f"{name}_observed"] = belief.seen
        return figures


def fit_outage(outages: Sequence[tuple[RescalePath, float]]) -> LogNormalOutage:
    """Learn from outages that were measured, as path and positive seconds, in any order.

    The path is the one that was taken in the end; an outage tells of no other path.
    """
    return LogNormalOutage(
        beliefs={
            path: prior.updated([seconds for taken, seconds in outages if taken is path])
            for path, prior in PRIORS.items()
        }
    )


def outage_interval(model: OutageModel, path: RescalePath) -> tuple[float, float]:
    """Seconds that the next outage lies between in nine of ten actions: 5 % and 95 % quantile."""
    low, high = (model.quantile(path, level) for level in INTERVAL)
    return low, high


def replayed_seconds(
    path: RescalePath, count: int, rng: np.random.Generator, *, interval: float, duration: float
) -> Floats:
    """Draws of how much input, in seconds of it, is read again after an action: `count`.

    A stop with a savepoint and a rescale in place read nothing again: both take a snapshot first.
    The newest checkpoint began between one duration and an interval and a duration before the
    job is ended, at any time as likely as at another.

    Args:
        path: Which way.
        count: Number of draws.
        rng: Source of chance.
        interval: Seconds between the starts of two checkpoints.
        duration: Of a checkpoint, rather a long one, seconds.
    """
    if path in (RescalePath.IN_PLACE, RescalePath.SAVEPOINT):
        return np.zeros(count)
    return duration + interval * rng.random(count)


def catch_up_seconds(
    outage_seconds: Floats | float,
    *,
    load: Floats | float,
    capacity: Floats | float,
    replayed_seconds: Floats | float = 0.0,
) -> Floats:
    """Seconds from the end of an outage until its backlog is worked off.

    The backlog is what came in meanwhile and what is replayed, `load * (outage + replayed)`; it
    shrinks by `capacity - load` a second.

    Args:
        outage_seconds: Any shape.
        load: Records/s, constant; broadcast.
        capacity: Records/s; broadcast.
        replayed_seconds: Age of the snapshot at the stop; 0 for one taken by stopping. Broadcast.

    Returns:
        The broadcast shape; infinite where the capacity does not exceed the load.
    """
    backlog = np.asarray(load * (outage_seconds + replayed_seconds), dtype=np.float64)
    spare = np.asarray(capacity - np.asarray(load), dtype=np.float64)
    backlog, spare = np.broadcast_arrays(backlog, spare)
    endless = np.full(backlog.shape, np.inf)
    seconds: Floats = np.divide(backlog, spare, out=endless, where=spare > 0)
    return seconds
