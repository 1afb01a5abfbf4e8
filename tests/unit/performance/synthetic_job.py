"""A streaming job with a known truth, and the windows it would show.

One-second steps; records spread evenly over partitions, subtasks own whole partitions and are
limited by a slot rate (waiting for a remote answer) and by the CPU of their TaskManager.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from horae.domain.configuration import Configuration
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow

START = datetime(2026, 1, 5, tzinfo=UTC)
SMALL = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)


def at(parallelism: int, **changes: float) -> Configuration:
    """The small configuration at another parallelism, changed further."""
    return replace(SMALL, parallelism=parallelism, **changes)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """`seconds` in one configuration under `load`, a rate or a function of the second in it."""

    configuration: Configuration
    seconds: int
    load: float | Callable[[int], float]
    outage_seconds: int = 5


@dataclass(frozen=True, kw_only=True)
class SyntheticJob:
    """The truth: what a slot can do a second, and the CPU a record takes."""

    slot_rate: float
    core_seconds_per_record: float
    base_cores: float = 0.03
    partitions: int = 4
    noise: float = 0.02  # of a rate over 5 s: a tenth of a second between two readings

    def capacity(self, configuration: Configuration) -> float:
        """Load at which the busiest subtask or TaskManager is always busy, records/s."""
        share = math.ceil(self.partitions / configuration.parallelism) / self.partitions
        together = min(configuration.slots, configuration.parallelism)
        hottest = min(1.0, together * share)
        free = configuration.cpu_cores - self.base_cores
        return min(self.slot_rate / share, free / self.core_seconds_per_record / hottest)

    def window(
        self, phases: Sequence[Phase], grid_seconds: int = 5, seed: int = 1
    ) -> MetricsWindow:
        """What an observer would have measured over the phases, one after another."""
        seconds = self._seconds(phases)
        grouped = seconds.groupby(np.arange(len(seconds)) // grid_seconds)
        frame = grouped.mean()
        last = ["lag_records", "uptime_seconds", "running_subtasks_ratio", *_SETTINGS]
        frame[last] = grouped[last].last()
        rng = np.random.default_rng(seed)
        for name in ("load_records_per_second", "consumed_records_per_second"):
            frame[name] *= 1 + self.noise * 5 / grid_seconds * rng.standard_normal(len(frame))
        frame["true_rate_records_per_second"] = (
            frame["consumed_records_per_second"] / frame["busy_ratio_max"]
        )
        frame.index = pd.date_range(START, periods=len(frame), freq=f"{grid_seconds}s")
        return MetricsWindow(
            job="synthetic",
            job_id="1",
            version="v1",
            configuration=phases[-1].configuration,
            grid_seconds=float(grid_seconds),
            frame=frame.reindex(columns=list(COLUMNS)),
            collected_at=frame.index[-1].to_pydatetime() + timedelta(seconds=1),
        )

    def _seconds(self, phases: Sequence[Phase]) -> pd.DataFrame:
        waiting = np.zeros(self.partitions)
        rows = []
        for number, phase in enumerate(phases):
            for second in range(phase.seconds):
                load = phase.load(second) if callable(phase.load) else phase.load
                waiting += load / self.partitions
                down = number > 0 and second < phase.outage_seconds
                done, cores, busy = (0.0, 0.0, math.nan) if down else self._work(waiting, phase)
                since = second - (phase.outage_seconds if number else -600)
                rows.append(
                    {
                        "load_records_per_second": load,
                        "consumed_records_per_second": done,
                        "lag_records": waiting.sum(),
                        "busy_ratio_max": busy,
                        "cpu_cores_used": cores,
                        "checkpoint_duration_seconds": 0.2,
                        "running_subtasks_ratio": 0.0 if down else 1.0,
                        "uptime_seconds": math.nan if down else float(since),
                        **phase.configuration.to_json(),
                    }
                )
        return pd.DataFrame(rows).astype(np.float64)

    def _work(self, waiting: np.ndarray, phase: Phase) -> tuple[float, float, float]:
        """One second of work: records done, cores used, busy ratio of the busiest subtask."""
        x = phase.configuration
        owner = np.arange(self.partitions) % x.parallelism
        wanted = np.minimum(np.bincount(owner, waiting, x.parallelism), self.slot_rate)
        manager = np.arange(x.parallelism) // x.slots
        need = np.bincount(manager, wanted) * self.core_seconds_per_record
        throttle = np.minimum(1, (x.cpu_cores - self.base_cores) / np.maximum(need, 1e-12))
        done = wanted * throttle[manager]
        busy = np.where(throttle[manager] < 1, 1.0, done / self.slot_rate)
        share = done[owner] / np.maximum(np.bincount(owner, waiting, x.parallelism)[owner], 1e-12)
        waiting *= 1 - share
        cores = x.task_managers * self.base_cores + done.sum() * self.core_seconds_per_record
        return float(done.sum()), float(cores), float(busy.max())


_SETTINGS = list(SMALL.to_json())

IO_BOUND = SyntheticJob(slot_rate=500.0, core_seconds_per_record=0.00005)
"""2 ms of waiting a record, 0.05 ms of work: 500 records/s a slot with 0.025 cores."""

CPU_BOUND = SyntheticJob(slot_rate=1000.0, core_seconds_per_record=0.001)
"""1 ms of work a record: a core carries 1,000 records/s."""
