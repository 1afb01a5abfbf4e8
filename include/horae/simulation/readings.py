"""The job's metrics at any seconds up to the present, many at once."""

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.simulation.chances import steady_latency
from horae.simulation.checkpoints import ROW
from horae.simulation.cluster import SimulatedCluster
from horae.simulation.pieces import configuration_after
from horae.simulation.queue_age import ROUNDING
from horae.simulation.signals import Signals

Seconds = NDArray[np.int64]

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

SETTINGS = ("slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds", "task_managers")
"""Further ones that only a monitoring system remembers: the rest are told who asks the engine."""


class Readings:
    """What counters and gauges say at given seconds; NaN where they say nothing.

    Args:
        cluster: Whose job is measured.

    Attributes:
        signals: What they are made of.
    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster, self._flow, self._model = cluster, cluster.flow, cluster.model
        self.signals = Signals(cluster.flow)
        self._checkpoints = cluster.storage.checkpoints
        seed = self._flow.replications[ROW].seed
        self._steady = steady_latency(self._model, self._flow.trace, seed)
        self._instants = np.arange(self._flow.ends_at + 1, dtype=np.float64)
        self._began: Seconds = np.zeros(0, dtype=np.int64)
        self._settings: Floats = np.zeros((0, 1 + len(SETTINGS)))
        self._place = {each.name: n for n, each in enumerate(self._model.vertices)}
        self._subtasks: Floats = np.zeros((0, len(self._place)))

    def at(self, seconds: Seconds, elapsed: Floats) -> dict[str, Floats]:
        """Every metric of `TOLD` and `SETTINGS`.

        Args:
            seconds: `n`, of the flow, not after the present.
            elapsed: `n`, when exactly, seconds since the start of the flow.
        """
        self.refresh()
        starts = self.starts(seconds)
        up, began = self.up(seconds), self._began[starts]
        told = {
            "produced_records_total": self._flow.trace.arrived[seconds],
            "running_subtasks_ratio": up.astype(np.float64),
        }
        while_up = {
            **self._progress(seconds, began),
            **self._utilisation(seconds, began, starts),
            **self._health(seconds, elapsed, starts),
            "uptime_seconds": elapsed - began,
            **dict(zip(("parallelism", *SETTINGS), self._settings[starts].T, strict=True)),
        }
        return told | {name: np.where(up, values, np.nan) for name, values in while_up.items()}

    def load(self, seconds: Seconds, step: float) -> Floats:
        """`n`, mean load of the `step` seconds before each, as far as the run reaches back."""
        arrived = self._flow.trace.arrived
        before = np.maximum(0, np.floor(seconds - step).astype(np.int64))
        return np.asarray(
            (arrived[seconds] - arrived[before]) / np.minimum(step, np.maximum(1, seconds))
        )

    def refresh(self) -> None:
        """Take in what has happened since."""
        self.signals.extend()
        self._checkpoints.extend()
        replication = self._flow.replications[ROW]
        started = replication.started
        for number in range(len(self._began), len(started)):
            one = configuration_after(replication, number)
            row = [one.parallelism, *(float(getattr(one, name)) for name in SETTINGS)]
            self._settings = np.vstack([self._settings, row])
            subtasks = [float(one.parallelism_of(name)) for name in self._place]
            self._subtasks = np.vstack([self._subtasks, subtasks])
            self._began = np.append(self._began, started[number])

    def starts(self, seconds: Seconds) -> Seconds:
        """`n`, number of the last start before each second."""
        return np.searchsorted(self._began, seconds, side="right") - 1

    def began(self, seconds: Seconds) -> Seconds:
        """`n`, second of the last start before each second."""
        return np.asarray(self._began[self.starts(seconds)])

    def up(self, seconds: Seconds) -> NDArray[np.bool_]:
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

    def smeared(self, totals: Floats, seconds: Seconds, began: Seconds) -> Floats:
        """`... x n`, mean of a running total's growth over what the gauges average.

        The time before a start counts as zeros: in their first minute the gauges lie.
        """
        span = max(1, round(self._model.busy.smearing_seconds))
        before = np.maximum(began, seconds - span)
        return np.asarray((totals[..., seconds] - totals[..., before]) / span)

    def pending(self, seconds: Seconds, began: Seconds) -> Floats:
        """`n`, records that the sources say are waiting: what the clients remember, averaged."""
        span = max(1, round(self._model.latency.client_window_seconds))
        before = np.maximum(began, seconds - span)
        totals = self.signals.pending
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

    def _utilisation(self, seconds: Seconds, began: Seconds, starts: Seconds) -> dict[str, Floats]:
        signals = self.signals
        busiest = self.smeared(signals.busy, seconds, began).max(axis=0)
        waiting = self.smeared(signals.waiting, seconds, began).max(axis=0)
        return {
            "busy_ratio_max": np.minimum(1.0, busiest),
            "busy_ratio_mean": np.minimum(1.0, busiest) * self.evenness(self._settings[starts, 0]),
            "backpressured_ratio_max": np.minimum(1.0, waiting),
            "cpu_seconds_total": signals.cpu[seconds],
        }

    def subtasks(self, vertex: str) -> Floats:
        """Number of the start to the vertex's subtasks."""
        return self._subtasks[:, self._place[vertex]]

    def least(self, subtasks: Floats) -> Floats:
        """Busy share of the least busy subtask over that of the busiest one."""
        return np.asarray(
            (1 - self._flow.world.hot_key * (subtasks > 1)) * self.evenness(subtasks)
        )

    def evenness(self, subtasks: Floats) -> Floats:
        """Busy share of the mean subtask over that of the busiest one."""
        return np.asarray(1 / (1 + self._flow.world.hot_key * (subtasks - 1)))

    def _health(self, seconds: Seconds, elapsed: Floats, starts: Seconds) -> dict[str, Floats]:
        firsts = np.array(self._checkpoints.first_starts)
        first = firsts[np.searchsorted(firsts, starts, side="right") - 1]
        failed, since = np.array(self._cluster.storage.failed), self._began[first]
        failures = np.searchsorted(failed, seconds, side="right") - np.searchsorted(failed, since)
        begun = self._checkpoints.begun[seconds]
        size = self._model.checkpoints.state_gb * 1024
        return {
            "checkpoint_duration_seconds": self._checkpoints.took[seconds],
            "checkpoint_size_mb": np.where(np.isnan(begun), np.nan, size),
            "checkpoint_age_seconds": elapsed - begun,
            "checkpoints_failed_total": failures.astype(np.float64),
            "restarts_total": (starts - first).astype(np.float64),
        }
