"""A window in the making: one array a metric, all on the same gapless grid.

Arrays, because a frame takes ten times as long for the many small steps of one observation; the
frame is made of them at the end.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.metric_catalogue import COLUMNS
from horae.metrics.grid import grid_index, step_of

Floats = NDArray[np.float64]

_PLACE = {name: place for place, name in enumerate(COLUMNS)}
_COLUMNS = pd.Index(COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows that are being filled.

    Attributes:
        start: Grid point of the first row.
        step: Distance of two rows.
        values: `metrics x rows`, in the order of the catalogue; NaN where nothing is known.
    """

    start: datetime
    step: timedelta
    values: Floats

    @classmethod
    def up_to(cls, end: datetime, *, count: int, grid_seconds: float) -> Self:
        """Empty rows, the last of which is `end`."""
        step = step_of(grid_seconds)
        return cls(
            start=end - (count - 1) * step,
            step=step,
            values=np.full((len(COLUMNS), count), np.nan),
        )

    @classmethod
    def of(cls, frame: pd.DataFrame, grid_seconds: float) -> Self:
        """A copy of a frame with at least one row, gapless on the grid."""
        return cls(
            start=frame.index[0].to_pydatetime(),
            step=step_of(grid_seconds),
            values=frame.reindex(columns=_COLUMNS).to_numpy(dtype=np.float64).T.copy(),
        )

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.values[0])

    @property
    def end(self) -> datetime:
        """Grid point of the last row."""
        return self.start + (self.count - 1) * self.step

    @property
    def seconds(self) -> Floats:
        """Seconds from the first row to each."""
        return np.arange(self.count, dtype=np.float64) * self.step.total_seconds()

    def column(self, metric: str) -> Floats:
        """The values of a metric; what is written there is written into the rows."""
        values: Floats = self.values[_PLACE[metric]]
        return values

    def join(self, past: pd.DataFrame) -> None:
        """Take over the rows of a frame on the same grid that both have."""
        old = past if past.columns is _COLUMNS else past.reindex(columns=_COLUMNS)
        shift = (past.index[0].to_pydatetime() - self.start) // self.step
        first, last = max(0, shift), min(self.count, shift + len(past))
        if first < last:
            known = old.to_numpy(dtype=np.float64)[first - shift : last - shift]
            self.values[:, first:last] = known.T

    def replace(self, point: datetime, sampled: Mapping[str, float]) -> None:
        """Put a sample in the place of a row as a whole; nothing where the row is not here."""
        row = self._row(point)
        if row is None:
            return
        self.values[:, row] = np.nan
        for metric, value in sampled.items():
            if metric in _PLACE:
                self.values[_PLACE[metric], row] = value

    def write_over(self, metric: str, told: Mapping[datetime, float]) -> None:
        """Put what is known of a metric over what is here; a gap leaves what is here."""
        if metric not in _PLACE:
            return
        column = self.column(metric)
        for point, value in told.items():
            row = self._row(point)
            if row is not None and not np.isnan(value):
                column[row] = value

    def frame(self) -> pd.DataFrame:
        """The rows from the first one in which anything is known; the last one in any case.

        How long a window is says what it knows.
        """
        known = ~np.isnan(self.values).all(axis=0)
        first = int(known.argmax()) if known.any() else self.count - 1
        index = grid_index(self.start + first * self.step, self.end, self.step.total_seconds())
        return pd.DataFrame(self.values[:, first:].T, index=index, columns=_COLUMNS, copy=False)

    def _row(self, point: datetime) -> int | None:
        row, beside = divmod(point - self.start, self.step)
        return None if beside or not 0 <= row < self.count else row


def last_row_with(past: pd.DataFrame, metrics: Collection[str]) -> datetime | None:
    """Time of the newest row of a frame in which any of the metrics is known; None: of none."""
    wanted = [place for place, name in enumerate(past.columns.tolist()) if name in metrics]
    row = newest_told(past.to_numpy(dtype=np.float64), wanted)
    return None if row is None else past.index[row].to_pydatetime()


def newest_told(values: Floats, columns: list[int] | slice = slice(None)) -> int | None:
    """The newest row in which any of the columns is known; None: there is none.

    The very last one mostly tells something, and is looked at first.
    """
    if not np.isnan(values[-1:, columns]).all():
        return len(values) - 1
    told = np.flatnonzero(~np.isnan(values[:, columns]).all(axis=1))
    return int(told[-1]) if len(told) else None
