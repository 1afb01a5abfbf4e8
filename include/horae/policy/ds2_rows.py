"""What the autoscaler of the Flink operator is told: the rows since the tasks were last started.

It collects a sample each round, forgets all of them when the job is restarted, and lets none count
that were taken within the stabilisation interval after it. A window's rows are such samples, so
that nothing has to be remembered between two decisions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from horae.domain.job import Capabilities, Vertex
from horae.domain.window import MetricsWindow
from horae.performance.models import Floats
from horae.settings.policy_settings import Ds2Settings

WHOLE_JOB = "job"
"""Id and name that stand for all vertices where a window does not tell them apart."""

_BUSY = {"max": "busy_ratio", "mean": "busy_ratio_mean", "min": "busy_ratio_min"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VertexRows:
    """What was measured of a vertex, an array of a value a row, oldest first; NaN: it was not.

    Attributes:
        vertex: The vertex.
        rate_in: Records/s that came in.
        rate_out: Records/s that went out, over all outputs.
        busy: Busy share of the subtask that counts.
        backpressured: Back-pressured share, mean over the subtasks.
        lag: Records that are pending; sources only.
        partitions: Partitions that it reads; NaN where that is not known, or it is no source.
    """

    vertex: Vertex
    rate_in: Floats
    rate_out: Floats
    busy: Floats
    backpressured: Floats
    lag: Floats
    partitions: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JobRows:
    """The rows that count.

    Attributes:
        vertices: In topological order.
        count: Number of rows.
        needed: Rows that rates are measured over; fewer are too few for a decision.
        grid_seconds: Distance of two rows.
    """

    vertices: tuple[VertexRows, ...]
    count: int
    needed: int
    grid_seconds: float

    @property
    def missing_seconds(self) -> float:
        """How long it will take until there are enough; 0 or less: there are."""
        return (self.needed - self.count) * self.grid_seconds


def read_rows(
    window: MetricsWindow,
    vertices: Sequence[Vertex],
    capabilities: Capabilities,
    settings: Ds2Settings,
) -> JobRows | None:
    """The rows that count; None where it is not known since when the tasks run.

    Args:
        window: What was measured.
        vertices: The job's, in topological order; empty: the job counts as one vertex.
        capabilities: Tells the key groups of a job that counts as one vertex.
        settings: Intervals, and whose busy share counts.
    """
    count = _rows_that_count(window, settings)
    if count is None:
        return None
    told = window.vertices is not None and len(vertices) > 0
    return JobRows(
        vertices=tuple(_vertex(window, one, settings, count) for one in vertices)
        if told
        else (_whole_job(window, capabilities, settings, count),),
        count=count,
        needed=max(2, math.ceil(settings.metrics_seconds / window.grid_seconds)),
        grid_seconds=window.grid_seconds,
    )


def _rows_that_count(window: MetricsWindow, settings: Ds2Settings) -> int | None:
    """Rows that lie wholly after the stabilisation of the last start; None: not known when."""
    newest = window.frame.iloc[-1]
    uptime, delay = float(newest["uptime_seconds"]), float(newest["sample_delay_seconds"])
    if math.isnan(uptime):
        return None
    stable = uptime - (0.0 if math.isnan(delay) else delay) - settings.stabilisation_seconds
    return int(min(len(window.frame), max(0.0, stable // window.grid_seconds)))


def _vertex(
    window: MetricsWindow, vertex: Vertex, settings: Ds2Settings, count: int
) -> VertexRows:
    def rows(metric: str) -> Floats:
        values = window.of_vertex(vertex.id, metric)
        return values[len(values) - count :]

    partitions = rows("partitions")
    known = partitions[np.isfinite(partitions)]
    return VertexRows(
        vertex=vertex,
        rate_in=rows("records_in_per_second"),
        rate_out=rows("records_out_per_second"),
        busy=rows(_BUSY[settings.busy_aggregator]),
        backpressured=rows("backpressured_ratio"),
        lag=rows("lag_records"),
        partitions=float(known[-1]) if len(known) else math.nan,
    )


def _whole_job(
    window: MetricsWindow, capabilities: Capabilities, settings: Ds2Settings, count: int
) -> VertexRows:
    """The job as the one vertex that reads its input, as busy as its busiest one."""

    def rows(metric: str) -> Floats:
        values = window.frame[metric].to_numpy(dtype=np.float64)
        return values[len(values) - count :]

    current = window.configuration
    parallelism = current.parallelism if current is not None else 1
    return VertexRows(
        vertex=Vertex(
            id=WHOLE_JOB,
            name=WHOLE_JOB,
            parallelism=parallelism,
            max_parallelism=capabilities.maximum_parallelism,
            running_subtasks=parallelism,
            running_since=None,
            is_source=True,
        ),
        rate_in=rows("consumed_records_per_second"),
        rate_out=np.zeros(count),
        busy=rows("busy_ratio_max" if settings.busy_aggregator == "max" else "busy_ratio_mean"),
        backpressured=rows("backpressured_ratio_max"),
        lag=rows("lag_records"),
        partitions=math.nan,
    )
