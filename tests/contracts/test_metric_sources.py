from datetime import timedelta

import pytest
from metric_source_contract import MetricSourceContract

from horae.domain.clock import ManualClock
from horae.errors import Unavailable
from horae.metrics.memory_source import MemorySource
from horae.metrics.source import MetricSource

METRICS = frozenset({"load_records_per_second", "produced_records_total"})


class TestMemorySource(MetricSourceContract):
    """The source that is told what to say."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """Noon, until a test waits."""
        return ManualClock()

    @pytest.fixture
    def source(self, clock: ManualClock) -> MetricSource:
        """A hundred records a second for a minute around the present."""
        seconds = range(-30, 30)
        points = [clock.now() + timedelta(seconds=second) for second in seconds]
        return MemorySource(
            metrics=METRICS,
            samples={at: {"produced_records_total": 100.0 * n} for n, at in enumerate(points)},
            past={"load_records_per_second": dict.fromkeys(points, 100.0)},
        )

    @pytest.fixture
    def lost(self, clock: ManualClock) -> MetricSource:
        """One that fails at once."""
        return MemorySource(metrics=METRICS, failures={clock.now(): Unavailable("gone")})
