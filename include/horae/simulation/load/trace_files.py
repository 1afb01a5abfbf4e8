"""Loads from files: any regular step, bridged to one second."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from horae.errors import Fault, SettingsError
from horae.performance.models import Floats
from horae.settings.phrases import one_of
from horae.settings.section import Settings
from horae.simulation.job.job_model import Positive
from horae.simulation.load.durations import Duration, Hours
from horae.simulation.load.traces import Trace

ROWS_SHOWN = 5
"""So many wrong rows are named."""

STEP_TOLERANCE = 0.01
"""Of the step that is told: clocks jitter."""


class FileOptions(Settings):
    """How a file is read.

    Attributes:
        time: Column of seconds or ISO dates; None: the first one.
        value: Column of the load; None: the second one.
        step: From one row to the next; None: as most rows have it. Told otherwise than they have
            it, it is a fault.
        per: `second`: values are records/s; `bucket`: records of the whole step.
        scale: Every value is multiplied by it.
        season: Length of its season; None: none is known.
        gap: Longest span without a value that is bridged; None: three steps.
        hours: How much of it is taken; None: all.
        repeat: How often it is played, one after the other.
    """

    time: str | None = None
    value: str | None = None
    step: Duration | None = None
    per: Literal["second", "bucket"] = "second"
    scale: Positive = 1.0
    season: Duration | None = None
    gap: Duration | None = None
    hours: Hours | None = None
    repeat: Annotated[int, Field(ge=1)] = 1


def read_trace_file(path: Path, options: FileOptions, *, name: str | None = None) -> Trace:
    """Read a CSV file, also a compressed one.

    Each value holds from its row's time for one step. It is put in the middle of that, and a line
    leads from one to the next; with a step of one second the load is just the values.

    Args:
        path: The file.
        options: How it is read.
        name: Of the trace; None: the file's.

    Raises:
        SettingsError: With every fault of the file.
    """
    reading = _Reading(path, options)
    load = reading.load()
    if reading.faults:
        raise SettingsError(str(path), reading.faults)
    return Trace(
        name=name or path.name.split(".")[0],
        load=np.tile(load, options.repeat),
        season_seconds=options.season,
    )


class _Reading:
    """One pass over a file, with what is wrong in it.

    Args:
        path: The file.
        options: How it is read.
    """

    def __init__(self, path: Path, options: FileOptions) -> None:
        self.options = options
        self.faults: list[Fault] = []
        self.frame = self._frame(path)

    def load(self) -> Floats:
        """`T`, records/s; empty where there are faults."""
        columns = self._columns()
        if columns is None:
            return np.empty(0)
        times, values = self._times(columns[0]), self._values(columns[1])
        if self.faults or not self._has_enough(values):
            return np.empty(0)
        step = self._step(times)
        there = ~np.isnan(values)
        times, values = times[there], values[there]
        self._check_gaps(times, step)
        return self._bridged(times - times[0], values, step)

    def _frame(self, path: Path) -> pd.DataFrame:
        try:
            return pd.read_csv(path, dtype=str)
        except (OSError, ValueError, EOFError) as error:
            wanted = "a CSV file with a head, also .gz"
            said = getattr(error, "strerror", None) or str(error).partition("\n")[0]
            self._fault("the file", said, wanted)
            return pd.DataFrame()

    def _columns(self) -> tuple[str, str] | None:
        """Names of the columns of the time and of the value."""
        there = list(self.frame.columns)
        if self.faults:
            return None
        if len(there) < 2:
            self._fault("the head", repr(", ".join(there)), "a column of times and one of loads")
            return None
        names = (self.options.time or there[0], self.options.value or there[1])
        for option, name in zip(("time", "value"), names, strict=True):
            if name not in there:
                self._fault(option, repr(name), one_of(name, there))
        return None if self.faults else names

    def _times(self, column: str) -> Floats:
        """Seconds, from whichever moment on."""
        told = self.frame[column]
        seconds = pd.to_numeric(told, errors="coerce")
        if seconds.notna().sum() < told.notna().sum() / 2:
            dates = pd.to_datetime(told, errors="coerce", format="ISO8601", utc=True)
            seconds = (dates - dates.min()) / pd.Timedelta(seconds=1)
        times = seconds.to_numpy(dtype=np.float64)
        self._check(column, ~np.isfinite(times), "seconds, or dates such as 2026-11-21 18:30:00")
        later = np.diff(times) <= 0
        self._check(
            column, np.concatenate([[False], later]), "a time after that of the row before"
        )
        return times

    def _values(self, column: str) -> Floats:
        """Records/s or records; NaN where the file has nothing."""
        told = self.frame[column]
        values = pd.to_numeric(told, errors="coerce").to_numpy(dtype=np.float64)
        self._check(column, told.notna().to_numpy() & ~np.isfinite(values), "a number")
        self._check(column, values < 0, "a load that is not negative")
        return values * self.options.scale

    def _check(self, column: str, wrong: NDArray[np.bool_], wanted: str) -> None:
        """One fault a column and kind, with the rows that have it."""
        rows = np.flatnonzero(wrong)
        if not len(rows):
            return
        shown = ", ".join(f"{row + 2}" for row in rows[:ROWS_SHOWN])
        more = f" and {len(rows) - ROWS_SHOWN} more" if len(rows) > ROWS_SHOWN else ""
        first = repr(self.frame[column].iloc[rows[0]])
        self._fault(f"column {column!r}", f"{first} (lines {shown}{more})", wanted)

    def _has_enough(self, values: Floats) -> bool:
        count = int(np.count_nonzero(~np.isnan(values)))
        if count < 2:
            self._fault("the file", f"{count} rows with a load", "two at least")
        return count >= 2

    def _step(self, times: Floats) -> float:
        """The most frequent distance of two rows."""
        distances, counts = np.unique(np.diff(times), return_counts=True)
        usual = float(distances[counts.argmax()])
        told = self.options.step
        if told is not None and abs(told - usual) > STEP_TOLERANCE * usual:
            wanted = f"what the file has: {usual:g} s from row to row"
            self._fault("step", f"{told:g} s", wanted)
        return usual

    def _check_gaps(self, times: Floats, step: float) -> None:
        most = self.options.gap or 3 * step
        distances = np.diff(times)
        for place in np.flatnonzero(distances > most)[:ROWS_SHOWN]:
            where = f"{times[place] - times[0]:g} s after its beginning"
            wanted = f"at most {most:g} s; to bridge more, say gap={distances[place]:g}"
            self._fault(where, f"a gap of {distances[place]:g} s", wanted)

    def _bridged(self, times: Floats, values: Floats, step: float) -> Floats:
        rates = values / step if self.options.per == "bucket" else values
        length = times[-1] + step
        if self.options.hours is not None:
            length = min(length, self.options.hours)
        middles = np.arange(round(length)) + 0.5
        return np.interp(middles, times + step / 2, rates)

    def _fault(self, where: str, value: str, wanted: str) -> None:
        self.faults.append(Fault(where=where, line=None, value=value, expected=wanted))
