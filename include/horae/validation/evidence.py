"""The numbers that the rules judge: one column a rule, worked out of windows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from horae.domain.metric_catalogue import CATALOGUE
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import TimeSettings
from horae.validation.look import Array, Look
from horae.validation.rules import BROKER_COUNTERS, RULES

WINDOW_COLUMN = "window"
TIME_COLUMN = "at"

REFRESH_SECONDS = 10.0
"""The engine's record counts may be so old, while the broker's are live."""

BALANCE_TOLERANCE = 0.2
"""Share of the records by which a balance may be off: two systems are not sampled in the same
moment, and markers of transactions take offsets."""

MARGIN = 1e-6
"""Of seconds and of settings: what rounding may make of equal numbers."""


def evidence(
    windows: Mapping[str, MetricsWindow],
    times: Mapping[str, TimeSettings],
    now: datetime,
) -> pd.DataFrame:
    """Work out every rule's numbers.

    Args:
        windows: Window id to window, at least one.
        times: Job to its clockwork; every window's job must be among them.
        now: What freshness is measured against.

    Returns:
        One row a recent row of a window; columns `window` (its id), `at` (the row's time), and
        one float64 column a rule. NaN where a rule has nothing to judge; what belongs to a whole
        window stands in its newest row.
    """
    return pd.concat([_frame(part) for part in numbers(windows, times, now)], ignore_index=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """The numbers of one window.

    Attributes:
        window: Its id.
        look: What they were worked out of.
        values: `recent rows x rules`, in the order of `RULES`; NaN where a rule has nothing to
            judge.
    """

    window: str
    look: Look
    values: Array

    @property
    def at(self) -> pd.DatetimeIndex:
        """Times of its recent rows."""
        return self.look.index[self.look.recent]


def numbers(
    windows: Mapping[str, MetricsWindow],
    times: Mapping[str, TimeSettings],
    now: datetime,
) -> Iterator[Numbers]:
    """The same as `evidence`, window by window as arrays."""
    for window_id, window in windows.items():
        look = Look.at(window, times=times[window.job], now=now)
        values = np.full((np.count_nonzero(look.recent), len(RULES)), np.nan)
        for place, rule in enumerate(RULES):
            values[slice(None) if rule.by_row else -1, place] = _NUMBERS[rule.name](
                look, rule.metric
            )
        yield Numbers(window=window_id, look=look, values=values)


def _frame(part: Numbers) -> pd.DataFrame:
    frame = pd.DataFrame(part.values, columns=[rule.column for rule in RULES])
    frame.insert(0, WINDOW_COLUMN, part.window)
    frame.insert(1, TIME_COLUMN, part.at.tz_convert("UTC"))
    return frame


def _rows(look: Look, _: str) -> float:
    return look.rows


def _schema(look: Look, _: str) -> float:
    return sum(CATALOGUE[name].required for name in look.faulty)


def _schema_optional(look: Look, _: str) -> float:
    return sum(not CATALOGUE[name].required for name in look.faulty)


def _grid(look: Look, _: str) -> float:
    grid = look.times.grid_seconds
    astray = np.abs(look.seconds - np.round(look.seconds / grid) * grid) > MARGIN
    astray[1:] |= np.abs(look.seconds[1:] - look.seconds[:-1] - grid) > MARGIN
    return float(astray.sum()) if look.rows else 0.0


def _future(look: Look, _: str) -> float:
    return float(look.seconds.max()) - look.now - look.times.grid_seconds


def _job(look: Look, _: str) -> float:
    return look.window.job_id is None


def _freshness(look: Look, metric: str) -> float:
    """Seconds beyond the allowed age; a metric never measured is as old as the window."""
    measured = np.flatnonzero(~np.isnan(look.values(metric)))
    newest = look.seconds[measured[-1]] if len(measured) else look.seconds[0]
    return float(look.now - newest - look.times.stale_seconds)


def _completeness(look: Look, metric: str) -> float:
    latest = look.latest[metric]
    return 1 - np.count_nonzero(np.isnan(latest)) / len(latest)


def _range(look: Look, metric: str) -> Array:
    return look.latest[metric]


def _range_past(look: Look, metric: str) -> float:
    known = CATALOGUE[metric]
    past = look.values(metric)[~look.recent]
    return float(((past < known.minimum) | (past > known.maximum)).sum())


def _changes(look: Look, metric: str) -> tuple[np.ndarray, Array, Array, np.ndarray]:
    """Between each measured recent row and the measured one before it.

    Returns:
        Positions of the later rows; growth; seconds; whether the job may have been started anew.
    """
    values = look.values(metric)
    measured = np.flatnonzero(~np.isnan(values))
    first = measured.searchsorted(look.recent.argmax())
    before, at = measured[max(0, first - 1) : -1], measured[max(1, first) :]
    grown, seconds = values[at] - values[before], look.seconds[at] - look.seconds[before]
    return at, grown, seconds, look.run[at] > look.run[before]


def _monotonic(look: Look, metric: str) -> Array:
    """By how much a counter fell; a job's own counter may, when it may have been started anew."""
    at, growth, _, anew = _changes(look, metric)
    fell = np.maximum(-growth, 0.0)
    if metric not in BROKER_COUNTERS:
        fell[anew] = 0.0
    return _placed(look, at, fell)


def _rise(look: Look, metric: str) -> Array:
    at, growth, seconds, _ = _changes(look, metric)
    forward = seconds > 0
    return _placed(look, at[forward], growth[forward] / seconds[forward])


def _placed(look: Look, at: np.ndarray, numbers: Array) -> Array:
    column = np.full(len(look.seconds), np.nan)
    column[at] = numbers
    return column[look.recent]


def _configuration(look: Look, metric: str) -> float:
    """Distance of the newest recent measurement from the configuration; NaN without either."""
    measured = look.latest[metric]
    measured = measured[~np.isnan(measured)]
    if look.window.configuration is None or not len(measured):
        return np.nan
    distance = abs(float(measured[-1]) - getattr(look.window.configuration, metric))
    return distance if distance > MARGIN else 0.0


def _records_balance(look: Look, _: str) -> float:
    """Records read beyond those that arrived or left the backlog, since the last restart.

    Looks as far back as a window may be stale, and allows for late counts.
    """
    produced, consumed, lag = (
        look.values(name)
        for name in ("produced_records_total", "consumed_records_total", "lag_records")
    )
    oldest = look.seconds[-1] - max(look.times.sampling_seconds, look.times.stale_seconds)
    known = ~np.isnan(produced + consumed + lag) & (look.seconds >= oldest)
    at = np.flatnonzero(known & (look.run == look.run[-1]))
    if len(at) < 2:
        return np.nan
    first, last = at[0], at[-1]
    read = consumed[last] - consumed[first]
    arrived = produced[last] - produced[first]
    late = REFRESH_SECONDS / max(look.seconds[last] - look.seconds[first], MARGIN)
    allowed = (BALANCE_TOLERANCE + late) * max(read, arrived)
    return float(read - (arrived + lag[first] - lag[last]) - allowed)


_NUMBERS: Mapping[str, Callable[[Look, str], Array | float]] = MappingProxyType(
    {
        "rows": _rows,
        "schema": _schema,
        "schema_optional": _schema_optional,
        "grid": _grid,
        "future": _future,
        "job": _job,
        "records_balance": _records_balance,
        "freshness": _freshness,
        "completeness": _completeness,
        "range": _range,
        "range_past": _range_past,
        "monotonic": _monotonic,
        "rise": _rise,
        "configuration": _configuration,
    }
)
"""Kind of rule to its arithmetic: a number for each recent row, or one for the whole window."""
