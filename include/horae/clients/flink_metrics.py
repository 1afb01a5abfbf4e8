"""Flink's metrics over REST.

Three traps that a caller must know. The first read of a group of metrics answers nothing and only
makes the JobManager fetch them: read again about `metrics.fetcher.update-interval` (10 s) later.
One unknown name among several makes the aggregated answer empty: ask for the names first. Rates
(`...PerSecond`) are means over 60 s, wrong for the first minute after a restart.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from horae.clients.flink_http import FlinkHttp
from horae.clients.flink_replies import AggregatedMetric

Aggregation = Literal["min", "max", "avg", "sum", "skew"]


class FlinkMetrics:
    """The metrics of one cluster.

    Args:
        http: The connection.
    """

    def __init__(self, http: FlinkHttp) -> None:
        self._http = http

    def vertex_metric_names(self, job_id: str, vertex_id: str) -> tuple[str, ...]:
        """Names that subtasks of a vertex report; empty on the first read."""
        return self._names(f"/jobs/{job_id}/vertices/{vertex_id}/subtasks/metrics")

    def vertex_metrics(
        self,
        job_id: str,
        vertex_id: str,
        names: Sequence[str],
        agg: Sequence[Aggregation] = ("sum",),
    ) -> Mapping[str, AggregatedMetric]:
        """Metrics over the subtasks of a vertex, by name; those missing are left out."""
        path = f"/jobs/{job_id}/vertices/{vertex_id}/subtasks/metrics"
        return self._aggregated(path, names, agg)

    def job_metrics(self, job_id: str, names: Sequence[str]) -> Mapping[str, float]:
        """Numeric metrics of a job by name; those missing or not numbers are left out."""
        return self._values(f"/jobs/{job_id}/metrics", names)

    def task_managers_metrics(
        self, names: Sequence[str], agg: Sequence[Aggregation] = ("sum",)
    ) -> Mapping[str, AggregatedMetric]:
        """Metrics aggregated over all TaskManagers, by name; those missing are left out."""
        return self._aggregated("/taskmanagers/metrics", names, agg)

    def _names(self, path: str) -> tuple[str, ...]:
        return tuple(entry["id"] for entry in self._http.read(path, list[dict[str, str]]))

    def _aggregated(
        self, path: str, names: Sequence[str], agg: Sequence[Aggregation]
    ) -> Mapping[str, AggregatedMetric]:
        if not names:
            return {}
        reply: list[AggregatedMetric] = self._http.read(
            path, list[AggregatedMetric], get=",".join(names), agg=",".join(agg)
        )
        return {metric.id: metric for metric in reply}

    def _values(self, path: str, names: Sequence[str]) -> Mapping[str, float]:
        if not names:
            return {}
        reply = self._http.read(path, list[dict[str, str]], get=",".join(names))
        numbers = {entry["id"]: _number(entry.get("value")) for entry in reply}
        return {name: value for name, value in numbers.items() if value is not None}


def _number(text: str | None) -> float | None:
    """The number that a metric's text stands for; None for a path, a date or nothing."""
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
