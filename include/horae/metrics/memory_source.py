"""A metric source that is told what to say; for tests, and for jobs that exist only in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from horae.errors import ExternalError
from horae.metrics.source import VertexHistory, VertexMetrics


@dataclass(slots=True, kw_only=True)
class MemorySource:
    """Says at each time what was last put down before it.

    Attributes:
        metrics: Names of the metrics that it can give.
        samples: What it says from a time on.
        past: What it remembers: metric name to grid point to value.
        failures: Times at which it fails, and how.
        vertex_samples: What it says of vertices from a time on; empty: it tells of none.
        vertex_past: What it remembers of them.
    """

    metrics: frozenset[str]
    samples: dict[datetime, Mapping[str, float]] = field(default_factory=dict)
    past: dict[str, Mapping[datetime, float]] = field(default_factory=dict)
    failures: dict[datetime, ExternalError] = field(default_factory=dict)
    vertex_samples: dict[datetime, VertexMetrics] = field(default_factory=dict)
    vertex_past: VertexHistory = field(default_factory=dict)

    def sample(self, at: datetime) -> Mapping[str, float]:
        """What was last put down for `at` or before; nothing when nothing was."""
        if at in self.failures:
            raise self.failures[at]
        times = [time for time in self.samples if time <= at]
        return dict(self.samples[max(times)]) if times else {}

    def sample_vertices(self, at: datetime) -> VertexMetrics:
        """What was last put down of the vertices for `at` or before."""
        times = [time for time in self.vertex_samples if time <= at]
        return self.vertex_samples[max(times)] if times else {}

    def vertex_history(self, start: datetime, end: datetime, grid_seconds: float) -> VertexHistory:
        """What it remembers of the vertices after `start` up to `end`."""
        return {
            vertex: {metric: _within(values, start, end) for metric, values in metrics.items()}
            for vertex, metrics in self.vertex_past.items()
        }

    def history(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> Mapping[str, Mapping[datetime, float]]:
        """What it remembers of the time after `start` up to `end`."""
        return {metric: _within(values, start, end) for metric, values in self.past.items()}


def _within(
    values: Mapping[datetime, float], start: datetime, end: datetime
) -> dict[datetime, float]:
    return {time: value for time, value in values.items() if start < time <= end}
