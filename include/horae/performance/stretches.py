"""Cuts a window into stretches of undisturbed running in one configuration."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.window import column_of
from horae.performance.models import Floats, Integers

Flags = NDArray[np.bool_]
SETTINGS = ["parallelism", "slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds"]
COLUMNS_READ = [
    *SETTINGS, "running_subtasks_ratio", "uptime_seconds", "load_records_per_second",
    "consumed_records_per_second", "lag_records", "busy_ratio_max", "cpu_cores_used",
]  # fmt: skip
HOLD_ROWS = 2  # a lag may be carried over so many rows: metrics refresh slower than short grids


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Spans of equal length, each within a stretch; NaN where too little was measured.

    Attributes:
        begin: Row that each begins in.
        load: Mean offered records/s.
        consumed: Mean consumed records/s.
        growth: Growth of the lag, records/s.
    """

    begin: Integers
    load: Floats
    consumed: Floats
    growth: Floats

    def among(self, flags: Flags) -> "Spans":
        """Those that begin in a flagged row; there is a flag for each row of the window."""
        kept = flags[self.begin]
        return Spans(
            begin=self.begin[kept],
            load=self.load[kept],
            consumed=self.consumed[kept],
            growth=self.growth[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """A window's `n` rows by stretch: undisturbed running in one configuration, row after row.

    NaN is a gap.

    Attributes:
        configurations: What the job ran in, in the order of time, each once.
        ran: `n`, place of each row's configuration among them; -1: the row is in no stretch.
        stretch: `n`, number of each row's stretch; -1: it is in none.
        load: `n`, offered records/s.
        consumed: `n`, consumed records/s.
        lag: `n`, records waiting at the end of each row; NaN outside stretches too.
        busy: `n`, busy ratio of the busiest subtask, in [0, 1].
        cores: `n`, CPU cores in use over all TaskManagers.
    """

    configurations: tuple[Configuration, ...]
    ran: Integers
    stretch: Integers
    load: Floats
    consumed: Floats
    lag: Floats
    busy: Floats
    cores: Floats

    @property
    def lag_before(self) -> Floats:
        """`n`, the lag at the beginning of each row; NaN in the first one of a stretch."""
        before = np.full(len(self.lag), np.nan)
        goes_on = self.stretch[1:] == self.stretch[:-1]
        before[1:][goes_on] = self.lag[:-1][goes_on]
        return before

    def spans(self, rows: int, grid_seconds: float) -> Spans:
        """Every span of `rows` consecutive rows of a stretch."""
        count = max(0, len(self.lag) - rows + 1)
        first, last = self.stretch[:count], self.stretch[rows - 1 :]
        begin = np.flatnonzero((first == last) & (first >= 0))
        if not len(begin):
            none = np.empty(0)
            return Spans(begin=begin, load=none, consumed=none, growth=none)
        growth = (self.lag[begin + rows - 1] - self.lag[begin]) / ((rows - 1) * grid_seconds)
        return Spans(
            begin=begin,
            load=_means(self.load, rows)[begin],
            consumed=_means(self.consumed, rows)[begin],
            growth=growth,
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


def settled(frame: pd.DataFrame, grid_seconds: float) -> Settled:
    """Find the stretches of a window.

    Args:
        frame: Columns of a `MetricsWindow`; one row a grid point, oldest first.
        grid_seconds: Distance of two rows.
    """
    columns = {name: column_of(frame, name) for name in COLUMNS_READ}
    settings = np.stack([columns[name] for name in SETTINGS], axis=1)
    usable = _is_settled(columns, settings, grid_seconds)
    starts = np.flatnonzero(usable & _parted(settings, usable))
    stretch = np.full(len(usable), -1)
    stretch[usable] = np.searchsorted(starts, np.flatnonzero(usable), side="right") - 1
    places: dict[Configuration, int] = {}
    ran = [places.setdefault(_configuration(settings[row]), len(places)) for row in starts]
    return Settled(
        configurations=tuple(places),
        ran=np.array([*ran, -1])[stretch],
        stretch=stretch,
        load=columns["load_records_per_second"],
        consumed=columns["consumed_records_per_second"],
        lag=_held(columns["lag_records"], stretch),
        busy=columns["busy_ratio_max"],
        cores=columns["cpu_cores_used"],
    )


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


def _parted(settings: Floats, usable: Flags) -> Flags:
    """Rows that do not go on from the one before."""
    parted = np.ones(len(usable), dtype=np.bool_)
    parted[1:] = ~usable[:-1] | (settings[1:] != settings[:-1]).any(axis=1)
    return parted


def _configuration(row: Floats) -> Configuration:
    parallelism, slots, cpu_cores, memory_mb, interval = row.tolist()
    return Configuration(
        parallelism=round(parallelism),
        slots=round(slots),
        cpu_cores=cpu_cores,
        memory_mb=round(memory_mb),
        checkpoint_interval_seconds=interval,
    )


def _held(lag: Floats, stretch: Integers) -> Floats:
    """The lag within stretches, carried over at most `HOLD_ROWS` rows without a measurement."""
    rows = np.arange(len(lag))
    newest = np.maximum.accumulate(np.where(np.isnan(lag), -1, rows))
    known = (newest >= 0) & (rows - newest <= HOLD_ROWS) & (stretch >= 0)
    return np.where(known & (stretch[newest] == stretch), lag[newest], np.nan)
