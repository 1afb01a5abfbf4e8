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
        recent: Which of the rows belong to the last sampling; the newest one always does.
        latest: The values in the recent rows.
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
    latest: Mapping[str, Array]
    run: NDArray[np.int64]

    @classmethod
    def at(cls, window: MetricsWindow, *, times: TimeSettings, now: datetime) -> Self:
        """Look at a window."""
        places = _sound_places(window.frame)
        told = _times(window.frame)
        index = pd.DatetimeIndex([now]) if told is None else told
        table = _table(window.frame, {} if told is None else places, len(index))
        columns = dict(zip(COLUMNS, table.T, strict=True))
        seconds = _seconds(index)
        span = max(times.sampling_seconds, times.grid_seconds)
        recent = (seconds > seconds[-1] - span + 1e-6) & (seconds <= seconds[-1])
        return cls(
            window=window,
            times=times,
            now=now.timestamp(),
            rows=0 if told is None else len(told),
            faulty=tuple(name for name in COLUMNS if name not in places),
            index=index,
            columns=columns,
            seconds=seconds,
            recent=recent,
            latest=dict(zip(COLUMNS, table[recent].T, strict=True)),
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


def _times(frame: pd.DataFrame) -> pd.DatetimeIndex | None:
    """The times of the rows; None where the index holds none in UTC."""
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None or index.hasnans:
        return None
    return index if len(index) else None


def _table(frame: pd.DataFrame, places: Mapping[str, int], rows: int) -> Array:
    """`rows x metrics` of the catalogue, NaN where a metric has no place in the frame.

    An array, for arithmetic on columns of a frame costs ten times that.
    """
    if places == _PLACES and frame.shape[1] == len(COLUMNS):
        return frame.to_numpy(dtype=np.float64)
    table = np.full((rows, len(COLUMNS)), np.nan)
    for name in _PLACES.keys() & places.keys():
        table[:, _PLACES[name]] = frame.iloc[:, places[name]]
    return table


def _seconds(index: pd.DatetimeIndex) -> Array:
    return index.asi8 / _A_SECOND[index.unit]


def _may_have_restarted(columns: Mapping[str, Array]) -> NDArray[np.bool_]:
    """Rows in which the tasks were started anew, or in which that cannot be told."""
    uptime = columns["uptime_seconds"]
    anew = np.isnan(uptime) | (_growth(uptime) < 0)
    down = columns["running_subtasks_ratio"] < 1
    # The first row has no difference: what was before it is not to be judged here.
    counts = _growth(_last_known(columns["restarts_total"]))
    counted = ~np.isnan(counts) & (counts != 0)
    restarted: NDArray[np.bool_] = anew | down | counted
    return restarted


def _growth(values: Array) -> Array:
    """Difference to the row before; NaN in the first row, and where one of both is missing."""
    grown = np.full(len(values), np.nan)
    np.subtract(values[1:], values[:-1], out=grown[1:])
    return grown


def _last_known(values: Array) -> Array:
    """The newest value up to each row; NaN before the first one."""
    measured = np.where(np.isnan(values), 0, np.arange(len(values)))
    known: Array = values[np.maximum.accumulate(measured)]
    return known
