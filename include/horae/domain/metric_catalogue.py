"""Every metric that Horae knows: the columns of a window's frame, in their order.

Sources, validation rules and `docs/metrics.md` are derived from this table; print the page with
`python -m horae.domain.metric_catalogue`.
"""

import math
import sys
from collections.abc import Mapping
from types import MappingProxyType

from horae.domain.metric import Direction, Metric, MetricKind
from horae.domain.vertex_catalogue import VERTEX_CATALOGUE

_RECORDS_PER_SECOND = 1e8  # ten thousand busy partitions; more is a misread unit
_CORES = 1e5  # the largest known Flink clusters have tens of thousands
_YEAR = 366 * 86_400.0

_INPUT = (
    Metric(
        name="load_records_per_second",
        kind=MetricKind.GAUGE,
        unit="records/s",
        meaning="Records that arrived in the input topics, mean over the row: by the broker's "
        "offsets at the two grid points, for the past as well, as far as the topics reach; where "
        "they do not tell, the growth of produced_records_total.",
        maximum=_RECORDS_PER_SECOND,
        required=True,
        rate_of="produced_records_total",
    ),
    Metric(
        name="produced_records_total",
        kind=MetricKind.COUNTER,
        unit="records",
        meaning="End offsets summed over the partitions of the input topics, when sampled. "
        "Transaction markers of the producers take offsets too.",
        required=True,
        largest_rise_per_second=_RECORDS_PER_SECOND,
    ),
    Metric(
        name="consumed_records_total",
        kind=MetricKind.COUNTER,
        unit="records",
        meaning="Records that the sources have read since the job's tasks were started.",
        direction=Direction.HIGHER,
        required=True,
        largest_rise_per_second=_RECORDS_PER_SECOND,
    ),
    Metric(
        name="consumed_records_per_second",
        kind=MetricKind.GAUGE,
        unit="records/s",
        meaning="Growth of consumed_records_total; missing in the row in which the tasks were "
        "started.",
        maximum=_RECORDS_PER_SECOND,
        direction=Direction.HIGHER,
        required=True,
        rate_of="consumed_records_total",
    ),
    Metric(
        name="position_records_total",
        kind=MetricKind.COUNTER,
        unit="records",
        meaning="Next offset to read, summed over the partitions of the input topics. Goes back "
        "when a failure makes the job read records again; missing until each partition has "
        "delivered a record.",
        direction=Direction.HIGHER,
        largest_rise_per_second=_RECORDS_PER_SECOND,
    ),
    Metric(
        name="lag_records",
        kind=MetricKind.GAUGE,
        unit="records",
        meaning="Records in the input topics that the job has not read: produced_records_total "
        "less position_records_total, or what the sources say is pending.",
        direction=Direction.LOWER,
        required=True,
    ),
    Metric(
        name="processing_latency_seconds",
        kind=MetricKind.GAUGE,
        unit="s",
        meaning="Age of the oldest record when it leaves the source chain, largest over the "
        "subtasks; while the sources do not say (the job is down or has just started), the age "
        "of the oldest record that it has not read; 0 while there is none and none comes.",
        maximum=_YEAR,
        direction=Direction.LOWER,
        required=True,
    ),
)

_UTILISATION = (
    Metric(
        name="busy_ratio_max",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="Share of time that the busiest subtask of the busiest vertex works; waiting for "
        "input and for output do not count, waiting inside a user function does.",
        maximum=1.0,
        required=True,
    ),
    Metric(
        name="busy_ratio_mean",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="The same, mean over the subtasks of the busiest vertex.",
        maximum=1.0,
    ),
    Metric(
        name="backpressured_ratio_max",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="Share of time that a vertex waits for room in its output, mean over its "
        "subtasks, largest over the vertices.",
        maximum=1.0,
        direction=Direction.LOWER,
    ),
    Metric(
        name="true_rate_records_per_second",
        kind=MetricKind.GAUGE,
        unit="records/s",
        meaning="What the job could read in its present configuration if its busiest subtask "
        "worked all the time: consumed_records_per_second over busy_ratio_max. Missing below a "
        "busy ratio of 0.05.",
        maximum=_RECORDS_PER_SECOND,
        direction=Direction.HIGHER,
    ),
    Metric(
        name="cpu_seconds_total",
        kind=MetricKind.COUNTER,
        unit="s",
        meaning="CPU time of the processes of all TaskManagers of the cluster, summed.",
        largest_rise_per_second=_CORES,
    ),
    Metric(
        name="cpu_cores_used",
        kind=MetricKind.GAUGE,
        unit="cores",
        meaning="Growth of cpu_seconds_total; missing in a row in which a TaskManager left.",
        maximum=_CORES,
        direction=Direction.LOWER,
        rate_of="cpu_seconds_total",
    ),
    Metric(
        name="heap_used_mb",
        kind=MetricKind.GAUGE,
        unit="MiB",
        meaning="Used heap of the fullest TaskManager of the cluster, garbage included.",
        direction=Direction.LOWER,
    ),
)

_HEALTH = (
    Metric(
        name="checkpoint_duration_seconds",
        kind=MetricKind.GAUGE,
        unit="s",
        meaning="From the trigger of the newest completed checkpoint to its completion; missing "
        "before the first one.",
        maximum=_YEAR,
        direction=Direction.LOWER,
    ),
    Metric(
        name="checkpoint_size_mb",
        kind=MetricKind.GAUGE,
        unit="MiB",
        meaning="State in the newest completed checkpoint; missing before the first one.",
        direction=Direction.LOWER,
    ),
    Metric(
        name="checkpoint_age_seconds",
        kind=MetricKind.GAUGE,
        unit="s",
        meaning="Since the trigger of the newest completed checkpoint: what a failure now would "
        "read again; missing before the first one.",
        maximum=_YEAR,
        direction=Direction.LOWER,
        largest_rise_per_second=2.0,
    ),
    Metric(
        name="checkpoints_failed_total",
        kind=MetricKind.COUNTER,
        unit="1",
        meaning="Failed checkpoints of this incarnation of the job.",
        direction=Direction.LOWER,
    ),
    Metric(
        name="restarts_total",
        kind=MetricKind.COUNTER,
        unit="1",
        meaning="Restarts of this incarnation of the job after failures and rescales in place.",
        direction=Direction.LOWER,
    ),
    Metric(
        name="running_subtasks_ratio",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="Subtasks that run, of all that the plan wants; 0 while the job is down.",
        maximum=1.0,
        direction=Direction.HIGHER,
        required=True,
    ),
    Metric(
        name="uptime_seconds",
        kind=MetricKind.GAUGE,
        unit="s",
        meaning="Since the last of the job's tasks began to run; missing while one does not.",
        direction=Direction.HIGHER,
        largest_rise_per_second=2.0,
    ),
    Metric(
        name="sample_delay_seconds",
        kind=MetricKind.GAUGE,
        unit="s",
        meaning="From the row's grid point to the moment in which its sample was taken.",
        direction=Direction.LOWER,
    ),
)

_SETTINGS = (
    Metric(
        name="parallelism",
        kind=MetricKind.SETTING,
        unit="1",
        meaning="Subtasks of each vertex, the largest where they differ, as the engine runs it.",
        minimum=1.0,
        maximum=32_768.0,
        required=True,
    ),
    Metric(
        name="slots",
        kind=MetricKind.SETTING,
        unit="1",
        meaning="Slots per TaskManager.",
        minimum=1.0,
    ),
    Metric(
        name="cpu_cores",
        kind=MetricKind.SETTING,
        unit="cores",
        meaning="CPU cores per TaskManager.",
        maximum=_CORES,
    ),
    Metric(
        name="memory_mb",
        kind=MetricKind.SETTING,
        unit="MiB",
        meaning="Memory of a TaskManager's process.",
    ),
    Metric(
        name="checkpoint_interval_seconds",
        kind=MetricKind.SETTING,
        unit="s",
        meaning="Between the starts of two checkpoints.",
    ),
    Metric(
        name="task_managers",
        kind=MetricKind.SETTING,
        unit="1",
        meaning="TaskManagers that the configuration needs.",
        minimum=1.0,
    ),
)

CATALOGUE: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for metric in (*_INPUT, *_UTILISATION, *_HEALTH, *_SETTINGS)}
)
"""Metric name to metric, in the order of a frame's columns."""

COLUMNS: tuple[str, ...] = tuple(CATALOGUE)
"""Columns of every window's frame, in order."""


def _bound(value: float) -> str:
    return "any" if math.isinf(value) else f"{value:,.10g}"


def _row(metric: Metric) -> str:
    needed = "required" if metric.required else "optional"
    span = f"{_bound(metric.minimum)} to {_bound(metric.maximum)}"
    cells = (f"`{metric.name}`", metric.unit, metric.kind, needed, span, metric.direction)
    return "| " + " | ".join((*cells, metric.meaning)) + " |"


def as_markdown() -> str:
    """The page `docs/metrics.md`."""
    lines = (
        "# Metrics\n",
        "Made from the catalogue by `python -m horae.domain.metric_catalogue`; do not edit.\n",
        "A window has one row a grid point and one column a metric. A value at `t` holds for the "
        "time since the row before. What was not measured is missing, never zero.\n",
        "| metric | unit | kind | needed | range | better | meaning |",
        "|---|---|---|---|---|---|---|",
        *(_row(metric) for metric in CATALOGUE.values()),
        "\n## Metrics of single vertices\n",
        "Where a source tells of vertices, a window also has these for each of them, on the same "
        "rows. They serve policies that size each vertex by itself; no rule of validation needs "
        "them.\n",
        "| metric | unit | kind | needed | range | better | meaning |",
        "|---|---|---|---|---|---|---|",
        *(_row(metric) for metric in VERTEX_CATALOGUE.values()),
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
