"""The time grid of windows: multiples of the grid since 1970 in UTC, in whole milliseconds."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def step_of(grid_seconds: float) -> timedelta:
    """Distance of two grid points, in whole milliseconds and at least one."""
    return timedelta(milliseconds=max(1, round(grid_seconds * 1000)))


def grid_point(at: datetime, grid_seconds: float) -> datetime:
    """The newest grid point that is not after `at`."""
    return _EPOCH + (at - _EPOCH) // step_of(grid_seconds) * step_of(grid_seconds)


def grid_points(start: datetime, end: datetime, grid_seconds: float) -> list[datetime]:
    """Grid points from `start` to `end`, both grid points and both among them."""
    step = step_of(grid_seconds)
    return [start + index * step for index in range((end - start) // step + 1)]


def grid_index(start: datetime, end: datetime, grid_seconds: float) -> pd.DatetimeIndex:
    """The same as the index of a frame: gapless, UTC, in milliseconds."""
    step = step_of(grid_seconds)
    first = (start - _EPOCH) // _MILLISECOND
    count = (end - start) // step + 1
    milliseconds = first + np.arange(count, dtype=np.int64) * (step // _MILLISECOND)
    return pd.DatetimeIndex(milliseconds.astype("datetime64[ms]")).tz_localize("UTC")
