"""What was measured of one job over one span, on one time grid."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.configuration import Configuration


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetricsWindow:
    """The metrics of one job over one span.

    Attributes:
        job: The job's name.
        job_id: The engine's id at the end of the window; None when the job was not running.
        version: Id of the job version at the end; None when the job was not running.
        configuration: What the job ran in at the end; None when it was not running.
        grid_seconds: Distance of two rows.
        frame: One row a grid point, one float64 column a metric of the catalogue. The index is
            a gapless UTC DatetimeIndex on multiples of the grid, oldest first. A value at `t`
            holds for (t - grid, t]; NaN where nothing was measured (never zero).
        collected_at: When the last sample was taken.
        vertices: The same rows for single vertices: columns of two levels, the vertex's id and
            the metric of `VERTEX_CATALOGUE`, all of them for each vertex that was seen within
            the window, float64; NaN where nothing was measured. None where no source tells of
            vertices.
    """

    job: str
    job_id: str | None
    version: str | None
    configuration: Configuration | None
    grid_seconds: float
    frame: pd.DataFrame
    collected_at: datetime
    vertices: pd.DataFrame | None = None

    @property
    def start(self) -> datetime:
        """Time of the first row.

        Raises:
            IndexError: The window has no row.
        """
        first: datetime = self.frame.index[0].to_pydatetime()
        return first

    @property
    def end(self) -> datetime:
        """Time of the last row.

        Raises:
            IndexError: The window has no row.
        """
        last: datetime = self.frame.index[-1].to_pydatetime()
        return last

    def of_vertex(self, vertex: str, metric: str) -> NDArray[np.float64]:
        """One vertex metric, a value a row; all NaN where nothing is known of the vertex."""
        column = None if self.vertices is None else self.vertices.get((vertex, metric))
        if column is None:
            return np.full(len(self.frame), np.nan)
        return np.asarray(column, dtype=np.float64)

    def last(self, metric: str) -> float:
        """The newest measured value of `metric`; NaN when there is none."""
        measured = self.frame[metric].dropna()
        return float(measured.iloc[-1]) if len(measured) else float("nan")
