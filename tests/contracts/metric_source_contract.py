"""What every metric source must hold; run on the one in memory here, on the real ones live."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from horae.domain.clock import Clock
from horae.domain.metric import Metric, MetricKind
from horae.domain.metric_catalogue import CATALOGUE
from horae.domain.vertex_catalogue import VERTEX_CATALOGUE
from horae.errors import ExternalError
from horae.metrics.grid import grid_point
from horae.metrics.source import MetricSource, VertexSource

GRID_SECONDS = 1.0


class MetricSourceContract:
    """A subclass gives `source`, `clock`, and `lost`: a source whose system does not answer."""

    def test_names_are_in_the_catalogue(self, source: MetricSource) -> None:
        """A source gives at least one metric, and none that the catalogue does not know."""
        assert source.metrics
        assert source.metrics <= set(CATALOGUE)

    def test_sample_gives_valid_values_of_its_own_metrics(
        self, source: MetricSource, clock: Clock
    ) -> None:
        """Every value is a number in its metric's range; what is unknown is left out."""
        values = source.sample(clock.now())
        assert values
        assert set(values) <= source.metrics
        wrong = {name: at for name, at in values.items() if not _valid(name, at)}
        assert wrong == {}

    def test_counters_do_not_fall(self, source: MetricSource, clock: Clock) -> None:
        """Of a system that nobody restarts, a later total is not the smaller one."""
        first = source.sample(clock.now())
        clock.wait(2.5)
        second = source.sample(clock.now())
        counters = [name for name in first if CATALOGUE[name].kind is MetricKind.COUNTER]
        fallen = [name for name in counters if second.get(name, first[name]) < first[name]]
        assert fallen == []

    def test_history_lies_on_the_grid_within_the_span(
        self, source: MetricSource, clock: Clock
    ) -> None:
        """After the start, up to the end, on grid points, of its own metrics and in range."""
        end = grid_point(clock.now(), GRID_SECONDS)
        start = end - timedelta(seconds=30)
        for name, values in source.history(start, end, GRID_SECONDS).items():
            assert name in source.metrics
            assert all(_fits(at, start, end) for at in values)
            assert all(_valid(name, value) for value in values.values())

    def test_vertices_are_told_in_the_words_of_their_catalogue(
        self, source: MetricSource, clock: Clock
    ) -> None:
        """A source that tells of vertices names them all, each with valid values of known metrics.

        One that does not has nothing to hold.
        """
        if not isinstance(source, VertexSource):
            return
        source.sample(clock.now())
        told = source.sample_vertices(clock.now())
        end = grid_point(clock.now(), GRID_SECONDS)
        past = source.vertex_history(end - timedelta(seconds=30), end, GRID_SECONDS)
        assert told
        assert all(metrics["parallelism"] >= 1 for metrics in told.values())
        values = [pair for metrics in told.values() for pair in metrics.items()]
        values += [
            (name, value)
            for metrics in past.values()
            for name, row in metrics.items()
            for value in row.values()
        ]
        wrong = [(name, at) for name, at in values if not _valid(name, at, VERTEX_CATALOGUE)]
        assert wrong == []

    def test_system_that_does_not_answer_is_told_as_such(
        self, lost: MetricSource, clock: Clock
    ) -> None:
        """Neither silence nor a zero: an error of the house."""
        with pytest.raises(ExternalError):
            lost.sample(clock.now())


def _valid(name: str, value: float, catalogue: Mapping[str, Metric] = CATALOGUE) -> bool:
    metric = catalogue[name]
    return math.isfinite(value) and metric.minimum <= value <= metric.maximum


def _fits(at: datetime, start: datetime, end: datetime) -> bool:
    return start < at <= end and at == grid_point(at, GRID_SECONDS)
