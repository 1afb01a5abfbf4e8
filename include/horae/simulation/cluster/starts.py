"""What a job ran in after each start of its processing, for many seconds at once."""

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.simulation.cluster.checkpoints import ROW
from horae.simulation.cluster.pieces import configuration_after
from horae.simulation.world.flow import Flow

Seconds = NDArray[np.int64]
Flags = NDArray[np.bool_]

SETTINGS = ("slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds", "task_managers")
"""Metrics that only a monitoring system remembers: the rest are told who asks the engine."""


class Starts:
    """The starts of row 0 of a flow up to the present, `K` of them.

    Args:
        flow: Where the job runs.

    Attributes:
        began: `K`, second of each.
        settings: `(1 + S) x K`, parallelism and `SETTINGS`.
        subtasks: `K x V`, of each vertex.
        evenness: `K x V`, busy share of the mean subtask over that of the busiest one.
        least: `K x V`, busy share of the least busy subtask over that of the busiest one.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._names = tuple(vertex.name for vertex in flow.model.vertices)
        self.began: Seconds = np.zeros(0, dtype=np.int64)
        self.settings: Floats = np.zeros((1 + len(SETTINGS), 0))
        self.subtasks: Floats = np.zeros((0, len(self._names)))
        self.evenness = self.least = self.subtasks

    def before(self, seconds: Seconds) -> Seconds:
        """`n`, number of the last start before each second."""
        return np.asarray(np.searchsorted(self.began, seconds, side="right") - 1)

    def extend(self) -> None:
        """Take in those that came since.

        With a hot key of share h one of p subtasks gets h + (1 - h) / p of all, the mean one 1 / p
        and the others (1 - h) / p.
        """
        one = self._flow.replications[ROW]
        known = len(self.began)
        if known == len(one.started):
            return
        new = [configuration_after(one, number) for number in range(known, len(one.started))]
        rows = [[each.parallelism, *(getattr(each, name) for name in SETTINGS)] for each in new]
        counts = [[each.parallelism_of(name) for name in self._names] for each in new]
        self.began = np.array(one.started, dtype=np.int64)
        self.settings = np.hstack([self.settings, np.array(rows, dtype=np.float64).T])
        self.subtasks = np.vstack([self.subtasks, np.array(counts, dtype=np.float64)])
        hot = self._flow.world.hot_key
        self.evenness = 1 / (1 + hot * (self.subtasks - 1))
        self.least = self.evenness * (1 - hot * (self.subtasks > 1))
