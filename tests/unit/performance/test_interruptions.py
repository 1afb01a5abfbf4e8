"""Restarts that nobody asked for."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from horae.performance.interruptions import unasked_interruptions

START = datetime(2026, 1, 5, tzinfo=UTC)


def frame(ratios: list[float]) -> pd.DataFrame:
    """Rows of 5 s with the share of running subtasks."""
    index = pd.date_range(START, periods=len(ratios), freq="5s")
    return pd.DataFrame({"running_subtasks_ratio": ratios}, index=index)


def test_each_failure_is_counted_once_with_its_length() -> None:
    """Three rows down and one row half down, on a grid of 5 s: 15 s and 5 s."""
    rows = frame([1, 0, 0, 0, 1, 1, 0.5, 1])
    assert unasked_interruptions(rows, grid_seconds=5, own=[]) == (15.0, 5.0)


def test_our_own_actions_are_not_failures() -> None:
    """The first one lies within an action of ours; the second does not."""
    rows = frame([1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1])
    own = [(START + timedelta(seconds=4), START + timedelta(seconds=12))]
    assert unasked_interruptions(rows, grid_seconds=5, own=own) == (15.0,)


def test_what_the_window_cuts_or_did_not_measure_has_no_length() -> None:
    """Cut at either end it is left out; a gap is not an interruption."""
    assert unasked_interruptions(frame([0, 1, np.nan, 1, 0]), grid_seconds=5, own=[]) == ()
