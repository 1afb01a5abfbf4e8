"""What Horae knows of single vertices: the metrics of a window's `vertices`, in their order.

Ratios are shares of the time since the row before. The job as a whole has its own catalogue,
`horae.domain.metric_catalogue`, whose page shows this one too.
"""

from collections.abc import Mapping
from types import MappingProxyType

from horae.domain.metric import Direction, Metric, MetricKind

_RECORDS_PER_SECOND = 1e8  # as for the job
_MOST_SUBTASKS = 32_768.0

_METRICS = (
    Metric(
        name="records_in_per_second",
        kind=MetricKind.GAUGE,
        unit="records/s",
        meaning="Records that came into the vertex, over its subtasks: from outside for a "
        "source, from other vertices for the rest. By the growth of counters; missing in the row "
        "in which its tasks were started.",
        maximum=_RECORDS_PER_SECOND,
    ),
    Metric(
        name="records_out_per_second",
        kind=MetricKind.GAUGE,
        unit="records/s",
        meaning="Records that the vertex sent to other vertices, over its subtasks and over all "
        "of its outputs; 0 for a vertex that ends in a sink.",
        maximum=_RECORDS_PER_SECOND,
    ),
    Metric(
        name="busy_ratio",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="Share of time that the busiest subtask of the vertex works.",
        maximum=1.0,
    ),
    Metric(
        name="busy_ratio_mean",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="The same, mean over the subtasks.",
        maximum=1.0,
    ),
    Metric(
        name="busy_ratio_min",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="The same, of the least busy subtask.",
        maximum=1.0,
    ),
    Metric(
        name="backpressured_ratio",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="Share of time that the vertex waits for room in its output, mean over its "
        "subtasks.",
        maximum=1.0,
        direction=Direction.LOWER,
    ),
    Metric(
        name="lag_records",
        kind=MetricKind.GAUGE,
        unit="records",
        meaning="Records that the sources in the vertex say are pending; sources only.",
        direction=Direction.LOWER,
    ),
    Metric(
        name="partitions",
        kind=MetricKind.GAUGE,
        unit="1",
        meaning="Partitions of the input that the sources in the vertex read; sources only.",
    ),
    Metric(
        name="parallelism",
        kind=MetricKind.SETTING,
        unit="1",
        meaning="Subtasks of the vertex, as the engine runs it.",
        minimum=1.0,
        maximum=_MOST_SUBTASKS,
    ),
)

VERTEX_CATALOGUE: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for metric in _METRICS}
)
"""Metric name to metric, in the order of the columns of each vertex."""

VERTEX_METRICS: tuple[str, ...] = tuple(VERTEX_CATALOGUE)
"""The second level of the columns of a window's `vertices`, in order."""
