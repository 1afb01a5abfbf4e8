"""A window made fit for arithmetic, however malformed it came."""

from collections import Counter
from collections.abc import Collection, Mapping
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
_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_ONCE_EACH = pd.Index(COLUMNS)
_PLACES = {name: place for place, name in enumerate(COLUMNS)}
_FLOAT = np.dtype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What the rules' arithmetic needs of one window.

    Attributes:
        window: As it came.
        times: The clockwork of its job.
        now: Seconds since 1970.
        rows: Rows of the window; 0 where its index holds no times in UTC.
        faulty: Columns of the catalogue that are missing, doubled or not float64.
        index: Times of the rows that are judged; one, `now`, where the window has no rows.
        columns: Values of every metric of the catalogue in these rows, NaN where it is faulty.
        seconds: The same times, since 1970.
        recent: Which of the rows belong to the last sampling, or the newest row alone.
        run: Rises by one with every row in which the job may have been started anew.
    """

    window: MetricsWindow
    times: TimeSettings
    now: float
    rows: int
    faulty: Collection[str]
    index: pd.DatetimeIndex
    columns: Mapping[str, Array]
    seconds: Array
    recent: NDArray[np.bool_]
    run: NDArray[np.int64]

    @classmethod
    def at(cls, window: MetricsWindow, *, times: TimeSettings, now: datetime) -> Self:
        """Look at a window."""
        places = _sound_places(window.frame)
        has_rows = _has_times(window.frame)
        index = pd.DatetimeIndex(window.frame.index if has_rows else [now])
        columns = _columns(window.frame, places if has_rows else {}, len(index))
        seconds = _seconds(index)
        span = max(times.sampling_seconds, times.grid_seconds)
        return cls(
            window=window,
            times=times,
            now=now.timestamp(),
            rows=len(window.frame) if has_rows else 0,
            faulty=tuple(name for name in COLUMNS if name not in places),
            index=index,
            columns=columns,
            seconds=seconds,
            recent=(seconds > seconds[-1] - span + 1e-6) & (seconds <= seconds[-1]),
            run=_may_have_restarted(columns).cumsum(),
        )

    def values(self, metric: str) -> Array:
        """Values of a metric in the rows that are judged; NaN where there is none."""
        return self.columns[metric]


def _sound_places(frame: pd.DataFrame) -> Mapping[str, int]:
    """Where the frame has each metric that it has once and as float64."""
    if frame.columns.equals(_ONCE_EACH) and set(frame.dtypes) == {_FLOAT}:
        return _PLACES
    names = frame.columns.tolist()
    times = Counter(names)
    return {
        name: place
        for place, (name, kind) in enumerate(zip(names, frame.dtypes.tolist(), strict=True))
        if times[name] == 1 and kind == np.float64
    }


def _has_times(frame: pd.DataFrame) -> bool:
    index = frame.index
    is_time = isinstance(index, pd.DatetimeIndex) and index.tz is not None
    return is_time and len(index) > 0 and not index.hasnans


def _columns(frame: pd.DataFrame, places: Mapping[str, int], rows: int) -> dict[str, Array]:
    """The catalogue's columns as arrays: arithmetic on columns of a frame costs ten times that."""
    sound = list(places.values())
    values = frame if len(sound) == frame.shape[1] else frame.iloc[:, sound]
    found = dict(zip(places, values.to_numpy(dtype=np.float64).T, strict=True))
    nothing = np.full(rows, np.nan)
    return {name: found.get(name, nothing) for name in COLUMNS}


def _seconds(index: pd.DatetimeIndex) -> Array:
    return index.asi8 / _A_SECOND[index.unit]


def _may_have_restarted(columns: Mapping[str, Array]) -> NDArray[np.bool_]:
    """Rows in which the tasks were started anew, or in which that cannot be told."""
    uptime = columns["uptime_seconds"]
    anew = np.isnan(uptime) | (_growth(uptime) < 0)
    down = columns["running_subtasks_ratio"] < 1
    # The first row has no difference, and 0 says so: what was before it is not to be judged here.
    counted = np.nan_to_num(_growth(_last_known(columns["restarts_total"]))) != 0
    restarted: NDArray[np.bool_] = anew | down | counted
    return restarted


def _growth(values: Array) -> Array:
    """Difference to the row before; NaN in the first row, and where one of both is missing."""
    return np.diff(values, prepend=np.nan)


def _last_known(values: Array) -> Array:
    """The newest value up to each row; NaN before the first one."""
    measured = np.where(np.isnan(values), 0, np.arange(len(values)))
    known: Array = values[np.maximum.accumulate(measured)]
    return known
