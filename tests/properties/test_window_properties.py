from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from horae.domain.configuration import Configuration
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow
from horae.metrics.file_window_store import from_parquet, to_parquet
from horae.metrics.grid import grid_index, grid_point, grid_points, step_of

TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
GRIDS = st.sampled_from([0.5, 1.0, 5.0, 7.0, 60.0, 86_400.0])


@st.composite
def windows(draw: st.DrawFn) -> MetricsWindow:
    """Any values, gaps and infinities among them."""
    rows = draw(st.integers(1, 12))
    grid = draw(GRIDS)
    start = grid_point(draw(TIMES), grid)
    values = draw(arrays("float64", (rows, len(COLUMNS))))
    end = start + (rows - 1) * step_of(grid)
    configuration = Configuration(
        parallelism=draw(st.integers(1, 99)),
        slots=2,
        cpu_cores=draw(st.floats(0.1, 16)),
        memory_mb=1024,
        checkpoint_interval_seconds=10.0,
    )
    return MetricsWindow(
        job=draw(st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,20}", fullmatch=True)),
        job_id=draw(st.none() | st.text("0123456789abcdef", min_size=32, max_size=32)),
        version=draw(st.none() | st.text(max_size=20)),
        configuration=draw(st.none() | st.just(configuration)),
        grid_seconds=grid,
        frame=pd.DataFrame(values, index=grid_index(start, end, grid), columns=list(COLUMNS)),
        collected_at=draw(TIMES),
    )


@settings(max_examples=40)
@given(windows())
def test_stored_window_comes_back_and_is_written_the_same(window: MetricsWindow) -> None:
    """Whatever a window holds, reading gives it back, and writing that gives the same bytes."""
    content = to_parquet(window)
    back = from_parquet(content)
    pd.testing.assert_frame_equal(back.frame, window.frame)
    assert to_parquet(back) == content
    names = ("job", "job_id", "version", "configuration", "grid_seconds", "collected_at")
    assert [getattr(back, name) for name in names] == [getattr(window, name) for name in names]


@given(TIMES, GRIDS)
def test_grid_point_is_the_newest_multiple_not_after(at: datetime, grid: float) -> None:
    """It is at most one grid before, a multiple since 1970, and its own grid point."""
    point = grid_point(at, grid)
    assert timedelta(0) <= at - point < timedelta(seconds=grid)
    assert (point - datetime(1970, 1, 1, tzinfo=UTC)) % timedelta(seconds=grid) == timedelta(0)
    assert grid_point(point, grid) == point


@given(TIMES, GRIDS, st.integers(0, 500))
def test_grid_index_is_the_gapless_points_in_utc(at: datetime, grid: float, rows: int) -> None:
    """As many points as rows fit, a grid apart, the same in the frame's index."""
    start = grid_point(at, grid)
    end = start + rows * timedelta(seconds=grid)
    points = grid_points(start, end, grid)
    assert (points[0], points[-1], len(points)) == (start, end, rows + 1)
    index = grid_index(start, end, grid)
    assert [moment.to_pydatetime() for moment in index] == points
    assert str(index.dtype) == "datetime64[ms, UTC]"
