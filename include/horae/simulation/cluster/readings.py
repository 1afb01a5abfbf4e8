"""The job's metrics at any seconds up to the present, many at once."""

import numpy as np

from horae.performance.models import Floats
from horae.simulation.cluster.checkpoints import ROW
from horae.simulation.cluster.cluster import SimulatedCluster
from horae.simulation.cluster.signals import Signals
from horae.simulation.cluster.starts import SETTINGS, Flags, Seconds, Starts
from horae.simulation.world.chances import steady_latency
from horae.simulation.world.queue_age import ROUNDING

TOLD = (
    "produced_records_total",
    "running_subtasks_ratio",
    "consumed_records_total",
    "position_records_total",
    "lag_records",
    "processing_latency_seconds",
    "busy_ratio_max",
    "busy_ratio_mean",
    "backpressured_ratio_max",
    "cpu_seconds_total",
    "checkpoint_duration_seconds",
    "checkpoint_size_mb",
    "checkpoint_age_seconds",
    "checkpoints_failed_total",
    "restarts_total",
    "uptime_seconds",
    "parallelism",
)
"""Metrics of a sample."""

TOLD_WHILE_DOWN = ("produced_records_total", "running_subtasks_ratio")


class Readings:
    """What counters and gauges say at given seconds; NaN where they say nothing.

    Args:
        cluster: Whose job is measured.

    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster, self._flow, self._model = cluster, cluster.flow, cluster.model
        self._signals, self._checkpoints = Signals(cluster.flow), cluster.storage.checkpoints
        self._steady = steady_latency(
            self._model, self._flow.trace, self._flow.replications[ROW].seed
        )
        self._instants = np.arange(self._flow.ends_at + 1, dtype=np.float64)
        self.starts = Starts(cluster.flow)

    def at(self, seconds: Seconds, elapsed: Floats) -> tuple[dict[str, Floats], Flags]:
        """Every metric of `TOLD` and `SETTINGS`, and whether all of them are told.

        Args:
            seconds: `n`, of the flow, not after the present.
            elapsed: `n`, when exactly, seconds since the start of the flow.

        Returns:
            Metric to `n` values; and `n` flags: where one is not set the tasks do not run, and
            nothing but `TOLD_WHILE_DOWN` is told.
        """
        self.refresh()
        number, up = self.starts.before(seconds), self.up(seconds)
        began = self.starts.began[number]
        return {
            "produced_records_total": self._flow.trace.arrived[seconds],
            "running_subtasks_ratio": up.astype(np.float64),
            **self._progress(seconds, began),
            **self._utilisation(seconds, began, number),
            **self._health(seconds, elapsed, number),
            "uptime_seconds": elapsed - began,
            **dict(zip(("parallelism", *SETTINGS), self.starts.settings[:, number], strict=True)),
        }, up

    def load(self, seconds: Seconds, step: float) -> Floats:
        """`n`, mean load of the `step` seconds before each, as far as the run reaches back."""
        arrived = self._flow.trace.arrived
        before = np.maximum(0, np.floor(seconds - step).astype(np.int64))
        return np.asarray(
            (arrived[seconds] - arrived[before]) / np.minimum(step, np.maximum(1, seconds))
        )

    def refresh(self) -> None:
        """Take in what has happened since."""
        self._signals.extend()
        self._checkpoints.extend()
        self.starts.extend()

    def up(self, seconds: Seconds) -> Flags:
        """`n`, whether the tasks run at the beginning of each second."""
        now = self._flow.now
        within = np.minimum(seconds, max(0, now - 1))
        running = self._flow.capacity[ROW, within] > 0
        return np.asarray(np.where(seconds >= now, self._flow.up[ROW], running))

    def position(self, seconds: Seconds) -> Floats:
        """`n`, records processed at the beginning of each second."""
        return np.asarray(self._flow.trace.arrived[seconds] - self._flow.backlog[ROW, seconds])

    def consumed(self, seconds: Seconds, began: Seconds) -> Floats:
        """`n`, records read since the last start."""
        return np.maximum(0.0, self.position(seconds) - self.position(began))

    def smeared(self, seconds: Seconds, began: Seconds) -> tuple[Floats, Floats]:
        """`V x n` and `V x n`: busy and back-pressured shares as the gauges average them.

        The time before a start counts as zeros: in their first minute the gauges lie.
        """
        span = max(1, round(self._model.busy.smearing_seconds))
        shares, before = self._signals.shares, np.maximum(began, seconds - span)
        mean = np.minimum(1.0, (shares[:, seconds] - shares[:, before]) / span)
        vertices = len(mean) // 2
        return mean[:vertices], mean[vertices:]

    def pending(self, seconds: Seconds, began: Seconds) -> Floats:
        """`n`, records that the sources say are waiting: what the clients remember, averaged."""
        span = max(1, round(self._model.latency.client_window_seconds))
        before = np.maximum(began, seconds - span)
        totals = self._signals.pending
        mean = (totals[seconds] - totals[before]) / np.maximum(1, seconds - before)
        return np.where(seconds > before, mean, np.nan)

    def _progress(self, seconds: Seconds, began: Seconds) -> dict[str, Floats]:
        """What the sources say; the first record has to come before they know where they are."""
        read = seconds > began
        position = self.position(seconds)
        return {
            "consumed_records_total": self.consumed(seconds, began),
            "position_records_total": np.where(read, position, np.nan),
            "lag_records": self.pending(seconds, began),
            "processing_latency_seconds": np.where(read, self._latency(seconds, position), np.nan),
        }

    def _latency(self, seconds: Seconds, position: Floats) -> Floats:
        """Age of the oldest record that waits, and what a record takes besides."""
        known = slice(self._flow.now + 1)
        arrived = self._flow.trace.arrived[known]
        born = np.interp(position + ROUNDING, arrived, self._instants[known])
        waits = self._flow.backlog[ROW, seconds] > ROUNDING
        age = np.where(waits, np.maximum(0.0, seconds - born), 0.0)
        return np.asarray(age + self._steady[np.maximum(0, seconds - 1)])

    def _utilisation(self, seconds: Seconds, began: Seconds, number: Seconds) -> dict[str, Floats]:
        busy, waiting = self.smeared(seconds, began)
        busiest = busy.max(axis=0)
        return {
            "busy_ratio_max": busiest,
            "busy_ratio_mean": busiest * self.starts.evenness[number].min(axis=1),
            "backpressured_ratio_max": waiting.max(axis=0),
            "cpu_seconds_total": self._signals.cpu[seconds],
        }

    def _health(self, seconds: Seconds, elapsed: Floats, number: Seconds) -> dict[str, Floats]:
        firsts = np.array(self._checkpoints.first_starts)
        first = firsts[np.searchsorted(firsts, number, side="right") - 1]
        failed, since = np.array(self._cluster.storage.failed), self.starts.began[first]
        failures = np.searchsorted(failed, seconds, side="right") - np.searchsorted(failed, since)
        begun = self._checkpoints.begun[seconds]
        size = self._model.checkpoints.state_gb * 1024
        return {
            "checkpoint_duration_seconds": self._checkpoints.took[seconds],
            "checkpoint_size_mb": np.where(np.isnan(begun), np.nan, size),
            "checkpoint_age_seconds": elapsed - begun,
            "checkpoints_failed_total": failures.astype(np.float64),
            "restarts_total": (number - first).astype(np.float64),
        }
