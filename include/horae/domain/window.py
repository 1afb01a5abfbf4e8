"""What was measured of one job over one span, on one time grid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.task_manager import TaskManagerShape
from horae.domain.vertex_catalogue import VERTEX_METRICS


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

    def by_vertex(self) -> Mapping[str, Mapping[str, NDArray[np.float64]]]:
        """Vertex id to vertex metric to a value a row; empty where no source tells of vertices."""
        if self.vertices is None:
            return {}
        width, ids = len(VERTEX_METRICS), vertices_of(self.vertices)
        values = self.vertices.to_numpy(dtype=np.float64).T
        return {
            vertex: dict(zip(VERTEX_METRICS, values[at * width : (at + 1) * width], strict=True))
            for at, vertex in enumerate(ids)
        }

    def column(self, metric: str) -> NDArray[np.float64]:
        """The values of a metric, one a row, not to be written into.

        Raises:
            KeyError: The window has no such metric.
        """
        return column_of(self.frame, metric)

    def shapes(self) -> frozenset[TaskManagerShape]:
        """Shapes of TaskManagers that the job was seen in; rows that tell less are left out."""
        return frozenset(
            TaskManagerShape(slots=int(slots), cpu_cores=cores, memory_mb=int(memory))
            for slots, cores, memory in self.settings_seen("slots", "cpu_cores", "memory_mb")
        )

    def settings_seen(self, *metrics: str) -> frozenset[tuple[float, ...]]:
        """What metrics that seldom change were together; rows that tell less are left out."""
        rows = np.array([self.column(metric) for metric in metrics])
        rows = rows[:, ~np.isnan(rows).any(axis=0)]
        first_of_a_run = np.ones(rows.shape[1], dtype=bool)
        first_of_a_run[1:] = (rows[:, 1:] != rows[:, :-1]).any(axis=0)
        return frozenset(zip(*rows[:, first_of_a_run].tolist(), strict=True))

    def last(self, metric: str) -> float:
        """The newest measured value of `metric`; NaN when there is none."""
        values = self.column(metric)
        measured = np.flatnonzero(~np.isnan(values))
        return float(values[measured[-1]]) if len(measured) else float("nan")


def column_of(frame: pd.DataFrame, metric: str) -> NDArray[np.float64]:
    """The values of a metric of a window's frame, one a row, not to be written into.

    Raises:
        KeyError: The frame has no such metric.
    """
    # All values are one array: to take a column of it is ten times as fast as from the frame.
    values: NDArray[np.float64] = frame.to_numpy(dtype=np.float64)
    return values[:, frame.columns.get_loc(metric)]


def vertices_of(vertices: pd.DataFrame) -> tuple[str, ...]:
    """Ids of the vertices in such a part of a window, in its order."""
    return tuple(str(column[0]) for column in vertices.columns.tolist()[:: len(VERTEX_METRICS)])


def times_of(frame: pd.DataFrame | pd.Series) -> pd.DatetimeIndex:
    """Times of the rows of either part of a window, or of a column of it."""
    index = frame.index
    return index if isinstance(index, pd.DatetimeIndex) else pd.DatetimeIndex(index)
