"""Where metrics come from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class MetricSource(Protocol):
    """Reads metrics of one job."""

    @property
    def metrics(self) -> frozenset[str]:
        """Names of the catalogue's metrics that this source can give."""
        ...

    def sample(self, at: datetime) -> Mapping[str, float]:
        """The present values.

        Args:
            at: Time the sample is booked on.

        Returns:
            Metric name to value in the catalogue's unit. What could not be read is left out.
            Counters are totals since some fixed beginning; a smaller value than before means
            that the counter started anew.

        Raises:
            Unavailable: The source does not answer at all.
        """
        ...

    def history(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> Mapping[str, Mapping[datetime, float]]:
        """What the source still knows of the past, on the grid; empty when it remembers nothing.

        Raises:
            Unavailable: The source does not answer at all.
        """
        ...
