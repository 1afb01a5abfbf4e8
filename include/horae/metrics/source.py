"""Where metrics come from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

VertexMetrics = Mapping[str, Mapping[str, float]]
"""Vertex id to name of a vertex metric to value; what could not be read is left out."""

VertexHistory = Mapping[str, Mapping[str, Mapping[datetime, float]]]
"""Vertex id to name of a vertex metric to grid point to value."""


class MetricSource(Protocol):
    """Reads metrics of one job; lives for one observation and may remember what it read in it."""

    @property
    def metrics(self) -> frozenset[str]:
        """Names of the catalogue's metrics that this source can give."""
        ...

    def sample(self, at: datetime) -> Mapping[str, float]:
        """The present values.

        Args:
            at: The present; samples come in the order of time.

        Returns:
            Metric name to value in the catalogue's unit. What could not be read, or is not newer
            than the sample before, is left out. Counters are totals since some fixed beginning; a
            smaller value than before means that the counter started anew.

        Raises:
            ExternalError: The source does not answer, says no or talks nonsense.
        """
        ...

    def history(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> Mapping[str, Mapping[datetime, float]]:
        """What the source still knows of the past; empty when it remembers nothing.

        Args:
            start: A grid point; what is told begins after it.
            end: A grid point, not later than the present.
            grid_seconds: Distance of two grid points.

        Returns:
            Metric name to grid point to the value of the row that ends there; what is not known
            is left out. It counts more than samples of the same metric.

        Raises:
            ExternalError: The source does not answer, says no or talks nonsense.
        """
        ...


@runtime_checkable
class VertexSource(Protocol):
    """What a metric source offers that tells single vertices apart, beside `MetricSource`.

    Both methods raise `ExternalError` where the source does not answer, says no or talks nonsense.
    """

    def sample_vertices(self, at: datetime) -> VertexMetrics:
        """What the vertices were like in the sample that was just taken.

        Args:
            at: As in the call of `sample` before it; nothing is measured anew.

        Returns:
            In the plan's order; empty while the job is down, or nothing is newer than before.
        """
        ...

    def vertex_history(self, start: datetime, end: datetime, grid_seconds: float) -> VertexHistory:
        """What the source still knows of the vertices' past, as `MetricSource.history`."""
        ...
