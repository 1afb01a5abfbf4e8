"""A window made fit for arithmetic, however malformed it came."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import TimeSettings

Array = NDArray[np.float64]
EPOCH = pd.Timestamp(0, tz="UTC")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What the rules' arithmetic needs of one window.

    Attributes:
        window: As it came.
        times: The clockwork of its job.
        now: Seconds since 1970.
        rows: Rows of the window; 0 where its index holds no times in UTC.
        faulty: Columns of the catalogue that are missing, doubled or not float64.
        frame: Every column of the catalogue, NaN where it is faulty; one row without a value, at
            `now`, where the window has no rows.
        seconds: Times of the frame's rows since 1970.
        recent: Which rows of the frame belong to the last sampling, or the newest row alone.
        run: Rises by one with every row in which the job may have been started anew.
    """

    window: MetricsWindow
    times: TimeSettings
    now: float
    rows: int
    faulty: Collection[str]
    frame: pd.DataFrame
    seconds: Array
    recent: NDArray[np.bool_]
    run: NDArray[np.int64]

    @classmethod
    def at(cls, window: MetricsWindow, *, times: TimeSettings, now: datetime) -> Self:
        """Look at a window."""
        faulty = tuple(name for name in COLUMNS if not _is_sound(window.frame, name))
        rows = len(window.frame) if _has_times(window.frame) else 0
        frame = _readable(window.frame if rows else _one_empty_row(now), faulty if rows else ())
        seconds = _seconds(frame.index)
        span = max(times.sampling_seconds, times.grid_seconds)
        return cls(
            window=window,
            times=times,
            now=(pd.Timestamp(now) - EPOCH).total_seconds(),
            rows=rows,
            faulty=faulty,
            frame=frame,
            seconds=seconds,
            recent=(seconds > seconds[-1] - span + 1e-6) & (seconds <= seconds[-1]),
            run=_may_have_restarted(frame).cumsum(),
        )

    def values(self, metric: str) -> Array:
        """Values of a metric in the frame's rows; NaN where there is none."""
        return self.frame[metric].to_numpy(dtype=np.float64)


def _is_sound(frame: pd.DataFrame, name: str) -> bool:
    found = frame.columns == name
    return int(found.sum()) == 1 and frame.dtypes.iloc[found.argmax()] == np.float64


def _has_times(frame: pd.DataFrame) -> bool:
    index = frame.index
    is_time = isinstance(index, pd.DatetimeIndex) and index.tz is not None
    return is_time and len(index) > 0 and not index.hasnans


def _one_empty_row(now: datetime) -> pd.DataFrame:
    return pd.DataFrame(
        np.nan, index=pd.DatetimeIndex([now]), columns=list(COLUMNS), dtype=np.float64
    )


def _readable(frame: pd.DataFrame, faulty: Collection[str]) -> pd.DataFrame:
    nothing = np.full(len(frame), np.nan)
    columns = {name: nothing if name in faulty else frame[name].to_numpy() for name in COLUMNS}
    return pd.DataFrame(columns, index=frame.index)


def _seconds(index: pd.Index) -> Array:
    return np.asarray((pd.DatetimeIndex(index) - EPOCH).total_seconds(), dtype=np.float64)


def _may_have_restarted(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows in which the tasks were started anew, or in which that cannot be told."""
    uptime = frame["uptime_seconds"]
    anew = uptime.isna() | (uptime.diff() < 0)
    down = frame["running_subtasks_ratio"] < 1
    # The first row has no difference: what was before it is not this window's to judge.
    counted = frame["restarts_total"].ffill().diff().fillna(0) != 0
    return (anew | down | counted).to_numpy(dtype=np.bool_)
