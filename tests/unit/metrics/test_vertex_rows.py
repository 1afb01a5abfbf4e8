import math
from datetime import timedelta

import numpy as np
import pytest
from window_builder import NOON, a_description, a_frame, a_window, of_vertices

from horae.domain.clock import ManualClock
from horae.domain.vertex_catalogue import VERTEX_METRICS
from horae.domain.window import MetricsWindow
from horae.errors import Unavailable
from horae.metrics.collector import Collector
from horae.metrics.memory_source import MemorySource
from horae.metrics.source import VertexHistory, VertexMetrics
from horae.settings.job_spec import TimeSettings

ROW = timedelta(seconds=10)
TIME = TimeSettings(grid_seconds=10, window_seconds=40, sampling_seconds=0, horizon_seconds=10)
RESTARTS = frozenset({"restarts_total"})


def a_source(*rows: VertexMetrics, past: VertexHistory | None = None) -> MemorySource:
    """Says one sample of the vertices after the other from noon on, and how often it restarted."""
    times = [NOON + at * ROW for at in range(max(1, len(rows)))]
    return MemorySource(
        metrics=RESTARTS,
        samples={time: {"restarts_total": 0.0} for time in times},
        vertex_samples=dict(zip(times, rows, strict=False)),
        vertex_past=past or {},
    )


def collected(
    source: MemorySource, *, row: int, previous: MetricsWindow | None = None
) -> MetricsWindow:
    """The window that is collected at that row after noon."""
    clock = ManualClock(NOON + row * ROW)
    return Collector({"flink": source}, clock).collect(a_description(), previous, TIME).window


def test_sampled_vertices_stand_in_the_row_of_their_sample() -> None:
    """One vertex, one row: what was said, every other metric of the catalogue missing."""
    window = collected(a_source({"v": {"busy_ratio": 0.5}}), row=0)
    assert window.vertices is not None
    assert list(window.vertices.columns) == [("v", metric) for metric in VERTEX_METRICS]
    assert window.vertices.index.equals(window.frame.index)
    assert window.vertices["v", "busy_ratio"].tolist() == [0.5]
    assert int(window.vertices.notna().sum().sum()) == 1


def test_rows_of_the_window_before_are_kept_and_a_pause_is_a_gap() -> None:
    """Two rows from noon, nothing for two, a new one: of five rows the window keeps four."""
    frame = a_frame(2, restarts_total=[0, 0])
    vertices = of_vertices(frame, v__busy_ratio=[0.1, 0.2])
    before = a_window(frame, vertices=vertices)
    now = {"v": {"busy_ratio": 0.9}, "w": {"busy_ratio": 0.3}}
    window = collected(a_source({}, {}, {}, {}, now), row=4, previous=before)
    assert window.vertices is not None
    assert window.vertices["v", "busy_ratio"].tolist() == pytest.approx(
        [0.2, math.nan, math.nan, 0.9], nan_ok=True
    )
    assert window.vertices["w", "busy_ratio"].notna().tolist() == [False, False, False, True]


def test_second_look_at_a_row_replaces_it_as_a_whole() -> None:
    """The row said busy and parallelism, now only busy: the old parallelism is gone."""
    frame = a_frame(1, restarts_total=[0])
    before = a_window(frame, vertices=of_vertices(frame, v__busy_ratio=[0.1], v__parallelism=[2]))
    window = collected(a_source({"v": {"busy_ratio": 0.4}}), row=0, previous=before)
    assert window.vertices is not None
    assert window.vertices["v", "busy_ratio"].tolist() == [0.4]
    assert window.vertices["v", "parallelism"].isna().all()


def test_vertex_that_nothing_tells_of_any_more_is_left_out() -> None:
    """The plan has changed; once its last row has left the window, the old vertex has too."""
    frame = a_frame(1, restarts_total=[0])
    before = a_window(frame, vertices=of_vertices(frame, old__busy_ratio=[0.1]))
    rows: list[VertexMetrics] = [{}] * 4 + [{"new": {"busy_ratio": 0.4}}]
    window = collected(a_source(*rows), row=4, previous=before)
    assert window.vertices is not None
    assert {vertex for vertex, _ in window.vertices.columns} == {"new"}


def test_what_a_source_remembers_counts_more_than_what_it_said() -> None:
    """Asked from the last known row on: noon's value is corrected, the row between is filled."""
    frame = a_frame(1, restarts_total=[0])
    before = a_window(frame, vertices=of_vertices(frame, v__busy_ratio=[0.1]))
    past = {"v": {"busy_ratio": {NOON: 0.2, NOON + ROW: 0.3, NOON - ROW: 0.9}}}
    window = collected(a_source({}, {}, {}, past=past), row=2, previous=before)
    assert window.vertices is not None
    assert window.vertices["v", "busy_ratio"].tolist() == pytest.approx(
        [0.2, 0.3, math.nan], nan_ok=True
    )


def test_source_that_tells_of_no_vertex_leaves_none() -> None:
    """Not an empty frame: there is nothing to know."""
    assert collected(a_source(), row=0).vertices is None


def test_source_that_fails_leaves_a_gap_in_its_vertices() -> None:
    """What its sample would have said of the vertex is missing in that row."""
    frame = a_frame(1, restarts_total=[0])
    before = a_window(frame, vertices=of_vertices(frame, v__busy_ratio=[0.1]))
    source = a_source({}, {"v": {"busy_ratio": 0.4}})
    source.failures[NOON + ROW] = Unavailable("down")
    window = collected(source, row=1, previous=before)
    assert window.vertices is not None
    assert np.isnan(window.vertices["v", "busy_ratio"].iloc[-1])
