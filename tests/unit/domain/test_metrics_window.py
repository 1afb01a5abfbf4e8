"""What a window tells of itself."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from horae.domain.metric_catalogue import COLUMNS
from horae.domain.task_manager import TaskManagerShape
from horae.domain.window import MetricsWindow

END = datetime(2026, 1, 2, tzinfo=UTC)


def window_of(shapes: list[tuple[float, float, float]]) -> MetricsWindow:
    """A row a minute with these slots, cores and memory."""
    frame = pd.DataFrame(shapes, columns=["slots", "cpu_cores", "memory_mb"], dtype=np.float64)
    frame.index = pd.date_range(end=END, periods=len(frame), freq="60s")
    return MetricsWindow(
        job="j",
        job_id=None,
        version=None,
        configuration=None,
        grid_seconds=60.0,
        frame=frame.reindex(columns=list(COLUMNS)),
        collected_at=END,
    )


def shape(slots: int, cpu_cores: float, memory_mb: int) -> TaskManagerShape:
    """A shape."""
    return TaskManagerShape(slots=slots, cpu_cores=cpu_cores, memory_mb=memory_mb)


def test_a_window_tells_each_shape_that_was_run_in_it() -> None:
    """Two shapes, one of them twice; a row that lacks the memory tells of none."""
    rows = [(1, 1, 1024), (1, 1, 1024), (2, 0.5, 1024), (3, 1, np.nan), (1, 1, 1024)]
    assert window_of(rows).shapes() == {shape(1, 1.0, 1024), shape(2, 0.5, 1024)}


def test_a_window_without_a_run_tells_no_shape() -> None:
    """Neither one of gaps nor one of no rows."""
    assert window_of([(np.nan, np.nan, np.nan)]).shapes() == frozenset()
    assert window_of([]).shapes() == frozenset()


def test_a_column_is_told_row_by_row() -> None:
    """Gaps stay gaps, and a metric that there is not is an error."""
    window = window_of([(1, 0.5, 1024), (2, np.nan, 1024)])
    np.testing.assert_array_equal(window.column("slots"), [1.0, 2.0])
    np.testing.assert_array_equal(window.column("cpu_cores"), [0.5, np.nan])
    with pytest.raises(KeyError):
        window.column("colour")


def test_settings_are_told_once_for_each_combination() -> None:
    """What comes back later is not another one, and a row with a gap is none."""
    rows = [(1, 1, 1024), (2, 1, 1024), (1, 1, 1024), (2, 2, np.nan)]
    window = window_of(rows)
    assert window.settings_seen("slots", "memory_mb") == {(1.0, 1024.0), (2.0, 1024.0)}
    assert window.settings_seen("cpu_cores") == {(1.0,), (2.0,)}
