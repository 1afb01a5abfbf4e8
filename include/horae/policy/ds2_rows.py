"""What the autoscaler of the Flink operator is told: the rows since the tasks were last started.

It collects a sample each round, forgets all of them when the job is restarted, and lets none
count that were taken within the stabilisation interval after it. What it wanted then it forgets
only when the job is rescaled, not when it is restarted after a failure. A window's rows are such
samples, so that nothing has to be remembered between two decisions.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from horae.domain.job import Vertex
from horae.domain.window import MetricsWindow
from horae.performance.models import Floats
from horae.policy.policy import Situation
from horae.settings.policy_settings import Ds2Settings

WHOLE_JOB = "job"
"""Id and name that stand for all vertices where a window does not tell them apart."""

Metrics = Mapping[str, Floats]
"""Vertex metric to a value a row."""

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

    def newest(self, count: int) -> "VertexRows":
        """The same of the last rows alone."""
        kept = slice(max(0, len(self.rate_in) - count), None)
        return replace(
            self,
            rate_in=self.rate_in[kept],
            rate_out=self.rate_out[kept],
            busy=self.busy[kept],
            backpressured=self.backpressured[kept],
            lag=self.lag[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JobRows:
    """The rows that count.

    Attributes:
        vertices: In topological order.
        count: Number of rows.
        needed: Rows that rates are measured over; fewer are too few for a decision.
        grid_seconds: Distance of two rows.
        before: Earlier runs of the tasks in the same sizes, the oldest first: what was wanted then
            still counts. Only those that are long enough for a decision.
    """

    vertices: tuple[VertexRows, ...]
    count: int
    needed: int
    grid_seconds: float
    before: tuple["Before", ...] = ()

    @property
    def missing_seconds(self) -> float:
        """How long it will take until there are enough; 0 or less: there are."""
        return (self.needed - self.count) * self.grid_seconds

    def newest(self, count: int) -> "JobRows":
        """The same of the last rows alone."""
        kept = min(count, self.count)
        rows = tuple(one.newest(kept) for one in self.vertices)
        return replace(self, vertices=rows, count=kept)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Before:
    """An earlier run of the tasks, which a failure ended.

    Attributes:
        rows: Those of it that count.
        ended_ago: Rows from its newest to the newest of all.
    """

    rows: JobRows
    ended_ago: int


def read_rows(situation: Situation, settings: Ds2Settings) -> JobRows | None:
    """The rows that count; None where it is not known since when the tasks run as they do.

    That is so too where the newest row shows other numbers of subtasks, for it was rescaled since.
    A job whose window or engine tells nothing of single vertices counts as one vertex.
    """
    told = situation.window.by_vertex()
    last = len(situation.window.frame) - 1
    if _rows_that_count(situation.window, settings, last) is None:
        return None
    if _has_other_sizes(situation, told, last):
        return None
    earlier = _earlier_runs(situation, told)
    before = [
        Before(rows=rows, ended_ago=last - ended)
        for ended in earlier
        if (rows := _run(situation, told, settings, ended)).missing_seconds <= 0
    ]
    return replace(_run(situation, told, settings, last), before=tuple(before))


def _run(
    situation: Situation, told: Mapping[str, Metrics], settings: Ds2Settings, newest: int
) -> JobRows:
    """The rows that count of the run that a row belongs to, up to it."""
    window = situation.window
    count = _rows_that_count(window, settings, newest) or 0
    span = slice(newest + 1 - count, newest + 1)
    if told and situation.vertices:
        read = tuple(
            _vertex(one, told.get(one.id, {}), settings, span) for one in situation.vertices
        )
    else:
        read = (_whole_job(situation, settings, span),)
    return JobRows(
        vertices=read,
        count=count,
        needed=max(2, math.ceil(settings.metrics_seconds / window.grid_seconds)),
        grid_seconds=window.grid_seconds,
    )


def _earlier_runs(situation: Situation, told: Mapping[str, Metrics]) -> tuple[int, ...]:
    """The newest row of each earlier run in the present sizes, since the last one in others."""
    window = situation.window
    uptime = window.frame["uptime_seconds"].to_numpy(dtype=np.float64)
    ended = len(uptime) - 1
    found: list[int] = []
    while True:
        ended -= max(1, math.ceil(uptime[ended] / window.grid_seconds))
        while ended >= 0 and math.isnan(uptime[ended]):
            ended -= 1
        if ended < 0 or _has_other_sizes(situation, told, ended):
            return tuple(reversed(found))
        found.append(ended)


def _has_other_sizes(situation: Situation, told: Mapping[str, Metrics], row: int) -> bool:
    """Whether a row tells other numbers of subtasks; what it does not tell is no sign."""
    seen = [
        (float(told[one.id]["parallelism"][row]), one.parallelism)
        for one in situation.vertices
        if one.id in told
    ]
    parallelism = float(situation.window.frame["parallelism"].iloc[row])
    seen.append((parallelism, situation.current.parallelism))
    return any(not math.isnan(then) and then != now for then, now in seen)


def _rows_that_count(window: MetricsWindow, settings: Ds2Settings, newest: int) -> int | None:
    """Rows up to one, wholly after the stabilisation of its start; None: not known when."""
    uptime, delay = (
        float(window.frame[name].iloc[newest])
        for name in ("uptime_seconds", "sample_delay_seconds")
    )
    if math.isnan(uptime):
        return None
    stable = uptime - (0.0 if math.isnan(delay) else delay) - settings.stabilisation_seconds
    return int(min(newest + 1, max(0.0, stable // window.grid_seconds)))


def _vertex(vertex: Vertex, told: Metrics, settings: Ds2Settings, span: slice) -> VertexRows:
    """What was told of a vertex; all NaN for one of which nothing was."""

    def rows(metric: str) -> Floats:
        known = told.get(metric)
        return np.full(span.stop - span.start, np.nan) if known is None else known[span]

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


def _whole_job(situation: Situation, settings: Ds2Settings, span: slice) -> VertexRows:
    """The job as the one vertex that reads its input, as busy as its busiest one."""

    def rows(metric: str) -> Floats:
        values = situation.window.frame[metric].to_numpy(dtype=np.float64)
        return values[span]

    parallelism = situation.current.parallelism
    return VertexRows(
        vertex=Vertex(
            id=WHOLE_JOB,
            name=WHOLE_JOB,
            parallelism=parallelism,
            max_parallelism=situation.capabilities.maximum_parallelism,
            running_subtasks=parallelism,
            running_since=None,
            is_source=True,
        ),
        rate_in=rows("consumed_records_per_second"),
        rate_out=np.zeros(span.stop - span.start),
        busy=rows("busy_ratio_max" if settings.busy_aggregator == "max" else "busy_ratio_mean"),
        backpressured=rows("backpressured_ratio_max"),
        lag=rows("lag_records"),
        partitions=math.nan,
    )
