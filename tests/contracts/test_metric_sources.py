from datetime import timedelta

import pytest
from metric_source_contract import MetricSourceContract

from horae.domain.clock import Clock, ManualClock
from horae.errors import Unavailable
from horae.metrics.memory_source import MemorySource
from horae.metrics.source import MetricSource
from horae.simulation.cluster.simulated_job import SimulatedJob
from simulated_jobs import a_job

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
            vertex_samples={points[0]: {"v": {"busy_ratio": 0.5, "parallelism": 2.0}}},
            vertex_past={"v": {"records_in_per_second": dict.fromkeys(points, 100.0)}},
        )

    @pytest.fixture
    def lost(self, clock: ManualClock) -> MetricSource:
        """One that fails at once."""
        return MemorySource(metrics=METRICS, failures={clock.now(): Unavailable("gone")})


class TestSimulatedSource(MetricSourceContract):
    """The source of a modelled job."""

    @pytest.fixture
    def job(self) -> SimulatedJob:
        """A job that has run for two minutes."""
        job = a_job()
        job.clock.wait(120)
        return job

    @pytest.fixture
    def clock(self, job: SimulatedJob) -> Clock:
        """The job's own."""
        return job.clock

    @pytest.fixture
    def source(self, job: SimulatedJob) -> MetricSource:
        """The job's own."""
        return job.source

    @pytest.fixture
    def lost(self) -> MetricSource:
        """One that is asked of a time that it has not come to."""
        return a_job().source
