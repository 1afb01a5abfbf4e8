"""A metric source over a simulated job: what the real ones would tell of it, lies included."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from horae.errors import Unavailable
from horae.metrics.grid import grid_point, grid_points, step_of
from horae.metrics.source import VertexHistory, VertexMetrics
from horae.performance.models import Floats
from horae.simulation.cluster.cluster import SimulatedCluster
from horae.simulation.cluster.readings import TOLD, TOLD_WHILE_DOWN, Readings
from horae.simulation.cluster.starts import SETTINGS
from horae.simulation.cluster.vertex_readings import VertexReadings

LOAD = "load_records_per_second"


class SimulatedSource:
    """A `MetricSource` and `VertexSource` that reads a flow up to the present and not beyond.

    Of the time before its first sample it remembers everything, as a monitoring system would that
    was there before us; of what came later only the load, as a broker does.

    Args:
        cluster: Whose job is measured.
    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._clock = cluster.clock
        self._readings = Readings(cluster)
        self._vertices = VertexReadings(self._readings, cluster)
        self._first: datetime | None = None
        self._now = self._before = 0

    @property
    def metrics(self) -> frozenset[str]:
        """All but what follows from others, and the heap, of which a model knows nothing."""
        return frozenset({LOAD, *TOLD, *SETTINGS})

    def sample(self, at: datetime) -> Mapping[str, float]:
        """See `MetricSource`. Only the input, and that the job is down, while it is down.

        Raises:
            Unavailable: `at` has not come yet.
        """
        if at > self._clock.now():
            raise Unavailable(f"nothing is known of {at.isoformat()} yet; ask when it has come")
        self._first = self._first or at
        second = self._clock.second_of(at)
        self._before, self._now = (self._now or second), second
        elapsed = (at - self._clock.at(0)).total_seconds()
        found, up = self._readings.at(np.array([second]), np.array([elapsed]))
        names = TOLD if up[0] else TOLD_WHILE_DOWN
        return _first({name: found[name] for name in names})

    def history(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> Mapping[str, Mapping[datetime, float]]:
        """See `MetricSource`."""
        points, seconds = self._rows(start, end, grid_seconds)
        step = step_of(grid_seconds).total_seconds()
        load = self._readings.load(seconds, step)
        told = {LOAD: dict(zip(points, load.tolist(), strict=True))}
        early = self._early(points)
        if early:
            elapsed = seconds[:early].astype(np.float64)
            found, up = self._readings.at(seconds[:early], elapsed)
            for name, values in found.items():
                known = values if name in TOLD_WHILE_DOWN else np.where(up, values, np.nan)
                told[name] = _known(points[:early], known)
        return told

    def sample_vertices(self, at: datetime) -> VertexMetrics:
        """See `VertexSource`. Rates are means since the sample before."""
        found, up = self._vertices.at(np.array([self._now]), np.array([self._before]))
        if not up[0]:
            return {}
        return {vertex: _first(metrics) for vertex, metrics in found.items()}

    def vertex_history(self, start: datetime, end: datetime, grid_seconds: float) -> VertexHistory:
        """See `VertexSource`."""
        points, seconds = self._rows(start, end, grid_seconds)
        early = self._early(points)
        if not early:
            return {}
        step = round(step_of(grid_seconds).total_seconds())
        found, up = self._vertices.at(seconds[:early], np.maximum(0, seconds[:early] - step))
        return {
            vertex: {
                name: _known(points[:early], np.where(up, values, np.nan))
                for name, values in metrics.items()
            }
            for vertex, metrics in found.items()
        }

    def _rows(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> "tuple[Sequence[datetime], np.ndarray[tuple[int], np.dtype[np.int64]]]":
        """Grid points after `start` that lie within the run so far, and their seconds."""
        origin, step = self._clock.at(0), step_of(grid_seconds)
        first = grid_point(max(start, origin), grid_seconds) + step
        last = grid_point(min(end, self._clock.now()), grid_seconds)
        if last < first:
            return [], np.zeros(0, dtype=np.int64)
        points = grid_points(first, last, grid_seconds)
        begun = (first - origin).total_seconds()
        elapsed = begun + np.arange(len(points)) * step.total_seconds()
        return points, np.floor(elapsed + 1e-6).astype(np.int64)

    def _early(self, points: Sequence[datetime]) -> int:
        """How many of the points lie before the first sample."""
        if self._first is None:
            return len(points)
        return sum(1 for point in points if point <= self._first)


def _first(metrics: Mapping[str, Floats]) -> dict[str, float]:
    """The one value of each metric, where there is any."""
    values = {name: float(values[0]) for name, values in metrics.items()}
    return {name: value for name, value in values.items() if value == value}


def _known(points: Sequence[datetime], values: Floats) -> dict[datetime, float]:
    if not np.isnan(values).any():
        return dict(zip(points, values.tolist(), strict=True))
    return {point: value for point, value in zip(points, values.tolist(), strict=True)
            if value == value}  # fmt: skip
