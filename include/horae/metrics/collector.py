"""Sources and a clock in, the job's window out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import JobDescription, JobPresence
from horae.domain.window import MetricsWindow, times_of
from horae.errors import ExternalError
from horae.metrics.derivation import derive
from horae.metrics.grid import grid_point, step_of
from horae.metrics.rows import Rows, last_row_with
from horae.metrics.source import MetricSource, VertexHistory, VertexMetrics, VertexSource
from horae.metrics.vertex_rows import last_known, vertex_frame
from horae.settings.job_spec import TimeSettings

Row = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one observation gave.

    Attributes:
        window: The window up to now.
        unavailable: Name of each source that failed at least once to what it said last; the
            metrics of such a source are missing where it failed.
    """

    window: MetricsWindow
    unavailable: Mapping[str, str]


class Collector:
    """Samples the sources of one job for one observation.

    Args:
        sources: Name to source. Where two give the same metric the first counts. Sources whose
            values belong together (end offsets and positions) are best listed side by side.
        clock: Tells when to sample, and waits.
    """

    def __init__(self, sources: Mapping[str, MetricSource], clock: Clock) -> None:
        self._sources = dict(sources)
        self._vertex_sources = {
            name: source for name, source in sources.items() if isinstance(source, VertexSource)
        }
        self._clock = clock
        self._unavailable: dict[str, str] = {}
        self._vertices_now: VertexMetrics = {}
        self._vertex_rows: dict[datetime, VertexMetrics] = {}

    def collect(
        self,
        description: JobDescription,
        previous: MetricsWindow | None,
        time: TimeSettings,
        *,
        job: str | None = None,
    ) -> Collected:
        """Sample now and at every grid point of the next `sampling_seconds`, and join the past.

        Repeating it is safe: it only reads. A source that fails costs only its own metrics.

        Args:
            description: The job as it was found.
            previous: The window before; None: there is none. One on another grid is not used.
            time: Grid, sampling time and length of the window.
            job: Name that the window is stored under; None: the engine's.
        """
        self._unavailable, self._vertex_rows = {}, {}
        rows, collected_at = self._rows(description, time)
        past = _past(previous, time)
        joined = _joined(past, rows, time)
        self._back_fill(joined, past, time)
        derive(joined)
        frame = joined.frame()
        running = description.presence is JobPresence.RUNNING
        window = MetricsWindow(
            job=job or description.name,
            job_id=description.job_id if running else None,
            version=description.version.id if running and description.version else None,
            configuration=description.configuration if running else None,
            grid_seconds=time.grid_seconds,
            frame=frame,
            collected_at=collected_at,
            vertices=self._vertices(times_of(frame), previous, time),
        )
        return Collected(window=window, unavailable=dict(self._unavailable))

    def _rows(
        self, description: JobDescription, time: TimeSettings
    ) -> tuple[dict[datetime, Row], datetime]:
        """Grid point to what was sampled in it, and when the last sample was taken."""
        at = self._clock.now()
        last = at + timedelta(seconds=time.sampling_seconds)
        rows: dict[datetime, Row] = {}
        while True:
            point = grid_point(at, time.grid_seconds)
            row = self._sampled(at, description.configuration)
            self._vertex_rows[point] = self._vertices_now
            delay = {"sample_delay_seconds": (at - point).total_seconds()}
            rows[point] = row | delay if row else {}
            after = grid_point(self._clock.now(), time.grid_seconds) + step_of(time.grid_seconds)
            if after > last:
                return rows, at
            self._clock.wait((after - self._clock.now()).total_seconds())
            at = max(after, self._clock.now())

    def _sampled(self, at: datetime, configuration: Configuration | None) -> Row:
        row: Row = {}
        self._vertices_now = {}
        for name, source in self._sources.items():
            try:
                row = {**source.sample(at), **row}
                if name in self._vertex_sources and not self._vertices_now:
                    self._vertices_now = self._vertex_sources[name].sample_vertices(at)
            except ExternalError as error:
                self._unavailable[name] = str(error)
        if configuration is not None and row.get("parallelism") == configuration.parallelism:
            row |= _settings(configuration)
        return row

    def _back_fill(self, rows: Rows, past: pd.DataFrame | None, time: TimeSettings) -> None:
        """Write what the sources remember over the rows that the past does not hold for sure."""
        for name, source in self._sources.items():
            known = None if past is None else last_row_with(past, source.metrics)
            # The last known row is asked for again: records still under way are there by now.
            start = (rows.start if known is None else known) - rows.step
            try:
                told = source.history(start, rows.end, time.grid_seconds)
            except ExternalError as error:
                self._unavailable[name] = str(error)
                continue
            for metric, values in told.items():
                rows.write_over(metric, values)

    def _vertices(
        self, index: pd.DatetimeIndex, previous: MetricsWindow | None, time: TimeSettings
    ) -> pd.DataFrame | None:
        same_grid = previous is not None and previous.grid_seconds == time.grid_seconds
        past = previous.vertices if previous is not None and same_grid else None
        if past is None and not self._vertex_sources:
            return None
        told = self._told_of_vertices(index, past, time)
        return vertex_frame(past, self._vertex_rows, told, index, time.grid_seconds)

    def _told_of_vertices(
        self, index: pd.DatetimeIndex, past: pd.DataFrame | None, time: TimeSettings
    ) -> list[VertexHistory]:
        """What the sources remember of the rows that the past does not hold for sure."""
        step = step_of(time.grid_seconds)
        known = index[0] if past is None else max(index[0], last_known(past))
        start, end = known.to_pydatetime() - step, index[-1].to_pydatetime()
        told: list[VertexHistory] = []
        for name, source in self._vertex_sources.items():
            try:
                told.append(source.vertex_history(start, end, time.grid_seconds))
            except ExternalError as error:
                self._unavailable[name] = str(error)
        return told


def _settings(configuration: Configuration) -> Row:
    return {
        "slots": float(configuration.slots),
        "cpu_cores": configuration.cpu_cores,
        "memory_mb": float(configuration.memory_mb),
        "checkpoint_interval_seconds": configuration.checkpoint_interval_seconds,
        "task_managers": float(configuration.task_managers),
    }


def _past(previous: MetricsWindow | None, time: TimeSettings) -> pd.DataFrame | None:
    if previous is None or previous.grid_seconds != time.grid_seconds:
        return None
    return previous.frame if len(previous.frame) else None


def _joined(
    past: pd.DataFrame | None, sampled: Mapping[datetime, Row], time: TimeSettings
) -> Rows:
    """The past and the new rows on one gapless grid, no longer than the window.

    A new row takes the place of an old one as a whole, for its values belong to one moment.
    """
    length = max(1, int(time.window_seconds // time.grid_seconds))
    rows = Rows.up_to(max(sampled), count=length, grid_seconds=time.grid_seconds)
    if past is not None:
        rows.join(past)
    for point, row in sampled.items():
        if row:
            rows.replace(point, row)
    return rows
