"""A metric source that is told what to say; for tests, and for jobs that exist only in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from horae.errors import ExternalError


@dataclass(slots=True, kw_only=True)
class MemorySource:
    """Says at each time what was last put down before it.

    Attributes:
        metrics: Names of the metrics that it can give.
        samples: What it says from a time on.
        past: What it remembers: metric name to grid point to value.
        failures: Times at which it fails, and how.
    """

    metrics: frozenset[str]
    samples: dict[datetime, Mapping[str, float]] = field(default_factory=dict)
    past: dict[str, Mapping[datetime, float]] = field(default_factory=dict)
    failures: dict[datetime, ExternalError] = field(default_factory=dict)

    def sample(self, at: datetime) -> Mapping[str, float]:
        """What was last put down for `at` or before; nothing when nothing was."""
        if at in self.failures:
            raise self.failures[at]
        times = [time for time in self.samples if time <= at]
        return dict(self.samples[max(times)]) if times else {}

    def history(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> Mapping[str, Mapping[datetime, float]]:
        """What it remembers of the time after `start` up to `end`."""
        return {
            metric: {time: value for time, value in values.items() if start < time <= end}
            for metric, values in self.past.items()
        }
