"""Which row of a window is the newest that tells something."""

import numpy as np
import pandas as pd

from horae.metrics.rows import last_row_with, newest_told

NAN = float("nan")
TABLE = np.array([[1.0, NAN], [NAN, 2.0], [NAN, NAN]])


def test_the_newest_row_that_tells_something_is_found() -> None:
    """Of all columns or of some; a table of gaps has none."""
    assert newest_told(TABLE) == 1
    assert newest_told(TABLE[:2]) == 1
    assert newest_told(TABLE, [0]) == 0
    assert newest_told(TABLE[2:]) is None
    assert newest_told(TABLE[:0]) is None


def test_the_last_row_with_a_metric_has_its_time() -> None:
    """Metrics that are not asked for count nothing, and an unknown one was never measured."""
    index = pd.date_range("2026-01-01", periods=3, freq="60s", tz="UTC")
    frame = pd.DataFrame(TABLE, index=index, columns=["lag_records", "busy_ratio_max"])
    assert last_row_with(frame, ["lag_records"]) == index[0].to_pydatetime()
    assert last_row_with(frame, frame.columns) == index[1].to_pydatetime()
    assert last_row_with(frame, ["uptime_seconds"]) is None
