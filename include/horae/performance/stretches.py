"""Cuts a window into stretches of undisturbed running in one configuration."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.performance.models import Floats

Flags = NDArray[np.bool_]
SETTINGS = ["parallelism", "slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds"]
COLUMNS_READ = [
    *SETTINGS, "running_subtasks_ratio", "uptime_seconds", "load_records_per_second",
    "consumed_records_per_second", "lag_records", "busy_ratio_max", "cpu_cores_used",
]  # fmt: skip
HOLD_ROWS = 2  # a lag may be carried over so many rows: metrics refresh slower than short grids


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """All spans of equal length within a stretch; NaN where too little was measured.

    Attributes:
        load: Mean offered records/s.
        consumed: Mean consumed records/s.
        growth: Growth of the lag, records/s.
    """

    load: Floats
    consumed: Floats
    growth: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """Consecutive rows of undisturbed running in one configuration; NaN is a gap.

    Attributes:
        load: Offered records/s.
        consumed: Consumed records/s.
        lag: Records waiting at the end of each row.
        busy: Busy ratio of the busiest subtask, in [0, 1].
        cores: CPU cores in use over all TaskManagers.
    """

    load: Floats
    consumed: Floats
    lag: Floats
    busy: Floats
    cores: Floats

    def spans(self, rows: int, grid_seconds: float) -> Spans:
        """Every span of `rows` consecutive rows; none where the stretch is shorter."""
        if len(self.lag) < rows:
            none = np.empty(0)
            return Spans(load=none, consumed=none, growth=none)
        seconds = (rows - 1) * grid_seconds
        return Spans(
            load=_means(self.load, rows),
            consumed=_means(self.consumed, rows),
            growth=(self.lag[rows - 1 :] - self.lag[: len(self.lag) - rows + 1]) / seconds,
        )


def _means(values: Floats, rows: int) -> Floats:
    """Means over the measured rows of each span, NaN where fewer than half were measured."""
    measured = ~np.isnan(values)
    count = np.convolve(measured, np.ones(rows), "valid")
    total = np.convolve(np.where(measured, values, 0.0), np.ones(rows), "valid")
    return np.where(2 * count >= rows, total / np.maximum(count, 1), np.nan)


def settle_seconds(grid_seconds: float) -> float:
    """How long after a start nothing is believed: ramp-up, warm-up and means over the past.

    Three rows, at least 15 s (caches, connections), at most 2 min (means over a minute).
    """
    return min(120.0, max(15.0, 3 * grid_seconds))


def settled_stretches(
    frame: pd.DataFrame, grid_seconds: float
) -> dict[Configuration, list[Stretch]]:
    """The stretches of each configuration, in the order of time.

    Args:
        frame: Columns of a `MetricsWindow`; one row a grid point, oldest first.
        grid_seconds: Distance of two rows.
    """
    columns = {name: frame[name].to_numpy(dtype=np.float64) for name in COLUMNS_READ}
    settings = np.stack([columns[name] for name in SETTINGS], axis=1)
    usable = _is_settled(columns, settings, grid_seconds)
    found: dict[Configuration, list[Stretch]] = {}
    for begin, end in _runs(settings, usable):
        configuration = _configuration(settings[begin])
        found.setdefault(configuration, []).append(_stretch(columns, begin, end))
    return found


def _is_settled(columns: Mapping[str, Floats], settings: Floats, grid_seconds: float) -> Flags:
    """Rows with a configuration, all subtasks running, long enough after the last start.

    A row without uptime is not believed, unless no row of the window has one: then the time since
    the last pause or change of configuration must do.
    """
    running = (settings > 0).all(axis=1) & ~(columns["running_subtasks_ratio"] < 1)
    uptime = columns["uptime_seconds"]
    wait = settle_seconds(grid_seconds)
    if np.isfinite(uptime).any():
        return running & (uptime >= wait)
    disturbed = ~running
    disturbed[1:] |= (settings[1:] != settings[:-1]).any(axis=1)
    rows = np.arange(len(settings), dtype=np.float64)
    since = rows - np.maximum.accumulate(np.where(disturbed, rows, -np.inf))
    return since * grid_seconds >= wait


def _runs(settings: Floats, usable: Flags) -> list[tuple[int, int]]:
    """Half-open ranges of consecutive usable rows of one configuration."""
    if not len(usable):
        return []
    parted = ~usable[1:] | ~usable[:-1] | (settings[1:] != settings[:-1]).any(axis=1)
    starts = np.flatnonzero(usable & np.concatenate([[True], parted]))
    ends = np.flatnonzero(usable & np.concatenate([parted, [True]])) + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _configuration(row: Floats) -> Configuration:
    parallelism, slots, cpu_cores, memory_mb, interval = row.tolist()
    return Configuration(
        parallelism=round(parallelism),
        slots=round(slots),
        cpu_cores=cpu_cores,
        memory_mb=round(memory_mb),
        checkpoint_interval_seconds=interval,
    )


def _stretch(columns: Mapping[str, Floats], begin: int, end: int) -> Stretch:
    return Stretch(
        load=columns["load_records_per_second"][begin:end],
        consumed=columns["consumed_records_per_second"][begin:end],
        lag=_held(columns["lag_records"][begin:end]),
        busy=columns["busy_ratio_max"][begin:end],
        cores=columns["cpu_cores_used"][begin:end],
    )


def _held(lag: Floats) -> Floats:
    """The lag, carried over at most `HOLD_ROWS` rows in which it was not measured."""
    rows = np.arange(len(lag))
    newest = np.maximum.accumulate(np.where(np.isnan(lag), -1, rows))
    return np.where((newest >= 0) & (rows - newest <= HOLD_ROWS), lag[newest], np.nan)
