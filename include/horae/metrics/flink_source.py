"""The job as Flink's REST shows it: progress, utilisation, checkpoints, liveness."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from horae.clients.flink import FlinkClient
from horae.clients.flink_metrics import Aggregation
from horae.clients.flink_replies import AggregatedMetric, CheckpointStatistics, JobDetails
from horae.clients.kafka import Partition
from horae.domain.clock import Clock
from horae.domain.job import JobDescription, JobPresence
from horae.errors import ExternalError
from horae.metrics.flink_reading import VertexReading, as_share, wanted_names
from horae.metrics.flink_vertices import vertex_values
from horae.metrics.source import VertexHistory, VertexMetrics

# A request makes the JobManager fetch new values, which takes well under a second, and answers
# with the old ones.
_FETCH_SECONDS = 1.0
_TRIES = 3
_AGGREGATIONS: tuple[Aggregation, ...] = ("min", "max", "avg", "sum")
_CPU_TIME = "Status.JVM.CPU.Time"
_HEAP_USED = "Status.JVM.Memory.Heap.Used"
_MIB = 2.0**20

_METRICS = frozenset(
    {
        "consumed_records_total",
        "consumed_records_per_second",
        "position_records_total",
        "lag_records",
        "processing_latency_seconds",
        "busy_ratio_max",
        "busy_ratio_mean",
        "backpressured_ratio_max",
        "cpu_seconds_total",
        "heap_used_mb",
        "checkpoint_duration_seconds",
        "checkpoint_size_mb",
        "checkpoint_age_seconds",
        "checkpoints_failed_total",
        "restarts_total",
        "running_subtasks_ratio",
        "uptime_seconds",
        "parallelism",
    }
)


class FlinkSource:
    """A metric source over Flink's REST.

    The CPU time and heap are those of all TaskManagers of the cluster, whatever they run.

    Args:
        client: Not closed by the source.
        job: The job as it was found; its id is followed, not its name.
        partitions: Tells the partitions of the job's input. Offsets are only a position when
            each of them has one.
        clock: Waits while Flink fetches.
    """

    def __init__(
        self,
        client: FlinkClient,
        job: JobDescription,
        partitions: Callable[[], Collection[Partition]],
        clock: Clock,
    ) -> None:
        self._client = client
        self._job = job
        self._partitions = partitions
        self._clock = clock
        self._before: dict[str, VertexReading] = {}
        self._vertices: VertexMetrics = {}

    @property
    def metrics(self) -> frozenset[str]:
        """All but the load and the settings of the TaskManagers."""
        return _METRICS

    def sample(self, at: datetime) -> Mapping[str, float]:
        """The present values; nothing for a doubled job, and only that it is down for one that is.

        Takes one to three seconds, for Flink answers with old values while it fetches new ones.
        """
        self._vertices = {}
        if self._job.presence is JobPresence.DOUBLED:
            return {}
        details = self._client.job(self._job.job_id) if self._job.job_id else None
        if details is None:
            return {"running_subtasks_ratio": 0.0}
        values = _liveness(details)
        if details.state == "RUNNING":
            values |= self._progress(details)
            values |= _checkpoints(self._client.checkpoints(details.id), details.now)
            values |= self._cluster(details.id)
        return {name: value for name, value in values.items() if not math.isnan(value)}

    def history(
        self, start: datetime, end: datetime, grid_seconds: float
    ) -> Mapping[str, Mapping[datetime, float]]:
        """Nothing: Flink remembers no metrics."""
        return {}

    def sample_vertices(self, at: datetime) -> VertexMetrics:
        """What the readings of the newest sample say of each vertex, in the plan's order."""
        return self._vertices

    def vertex_history(self, start: datetime, end: datetime, grid_seconds: float) -> VertexHistory:
        """Nothing: Flink remembers no metrics."""
        return {}

    def _progress(self, details: JobDetails) -> dict[str, float]:
        """What the vertices' readings say; nothing when there are none that are new."""
        readings = self._new_readings(details)
        before, self._before = self._before, readings or self._before
        if not readings:
            return {}
        pairs = [(reading, before.get(key)) for key, reading in readings.items()]
        self._vertices = {
            key: vertex_values(reading, before.get(key)) for key, reading in readings.items()
        }
        return {
            **_utilisation(pairs),
            **_consumption(pairs),
            "position_records_total": self._position(readings.values()),
            "uptime_seconds": min(reading.running_seconds for reading in readings.values()),
        }

    def _new_readings(self, details: JobDetails) -> dict[str, VertexReading]:
        """Vertex id to reading; empty while a vertex tells nothing, or all tell the same again.

        A vertex that has just been started is unknown until the next fetch, and Flink fetches no
        more often than its `metrics.fetcher.update-interval`.
        """
        vertices = {vertex.id: vertex.parallelism for vertex in details.vertices}
        self._touch(details.id, vertices)
        for _ in range(_TRIES):
            self._clock.wait(_FETCH_SECONDS)
            found = {
                vertex: VertexReading.of(parallelism, self._vertex(details.id, vertex))
                for vertex, parallelism in vertices.items()
            }
            known = all(not math.isnan(reading.running_ms) for reading in found.values())
            if known and any(self._is_new(vertex, reading) for vertex, reading in found.items()):
                return found
        return {}

    def _is_new(self, vertex: str, reading: VertexReading) -> bool:
        return reading.seconds_since(self._before.get(vertex)) != 0  # NaN: tasks were started

    def _touch(self, job_id: str, vertices: Collection[str]) -> None:
        for vertex in vertices:
            self._client.vertex_metric_names(job_id, vertex)

    def _vertex(self, job_id: str, vertex: str) -> Mapping[str, AggregatedMetric]:
        names = wanted_names(self._client.vertex_metric_names(job_id, vertex))
        return self._client.vertex_metrics(job_id, vertex, names, _AGGREGATIONS)

    def _position(self, readings: Collection[VertexReading]) -> float:
        try:
            partitions = self._partitions()
        except ExternalError:
            return math.nan  # the broker's own source says why it does not answer
        known = {key: at for reading in readings for key, at in reading.positions.items()}
        wanted = [known.get(as_flink_writes(partition)) for partition in partitions]
        offsets = [offset for offset in wanted if offset is not None]
        return float(sum(offsets)) if len(offsets) == len(wanted) else math.nan

    def _cluster(self, job_id: str) -> dict[str, float]:
        found = self._client.task_managers_metrics([_CPU_TIME, _HEAP_USED], ("max", "sum"))
        restarts = self._client.job_metrics(job_id, ["numRestarts"])
        cpu, heap = found.get(_CPU_TIME), found.get(_HEAP_USED)
        values = {"restarts_total": restarts.get("numRestarts", math.nan)}
        if cpu is not None and cpu.sum is not None:
            values["cpu_seconds_total"] = cpu.sum / 1e9
        if heap is not None and heap.max is not None:
            values["heap_used_mb"] = heap.max / _MIB
        return values


def as_flink_writes(partition: Partition) -> Partition:
    """The partition with its topic as it stands in names of metrics."""
    return Partition(re.sub(r"[ .:,]", "_", partition.topic), partition.number)


def _liveness(details: JobDetails) -> dict[str, float]:
    wanted = sum(vertex.parallelism for vertex in details.vertices)
    running = sum(vertex.tasks.get("RUNNING", 0) for vertex in details.vertices)
    if not wanted or details.state != "RUNNING":
        return {"running_subtasks_ratio": running / wanted if wanted else 0.0}
    return {
        "running_subtasks_ratio": min(1.0, running / wanted),
        "parallelism": float(max(vertex.parallelism for vertex in details.vertices)),
    }


Pairs = list[tuple[VertexReading, VertexReading | None]]
"""Each vertex's reading with the one before; None: there was none."""


def _utilisation(pairs: Pairs) -> dict[str, float]:
    """The busiest vertex is the one that was so over the last minute; see `busy_ratio`."""
    gauged = [pair for pair in pairs if not math.isnan(pair[0].busy_gauge)]
    waits = [reading.backpressured_ratio(before) for reading, before in pairs]
    values = {
        "backpressured_ratio_max": max(
            (wait for wait in waits if not math.isnan(wait)), default=math.nan
        )
    }
    if gauged:
        reading, before = max(gauged, key=lambda pair: pair[0].busy_gauge)
        mean = reading.busy_ratio(before)
        values["busy_ratio_mean"] = mean
        values["busy_ratio_max"] = as_share(mean * reading.skew)
    return values


def _consumption(pairs: Pairs) -> dict[str, float]:
    sources = [pair for pair in pairs if not math.isnan(pair[0].consumed)]
    if not sources:
        return {}
    pending = [reading.pending for reading, _ in sources]
    lags = [reading.emit_lag_ms for reading, _ in sources]
    known = [lag for lag in lags if not math.isnan(lag)]
    return {
        "consumed_records_total": sum(reading.consumed for reading, _ in sources),
        "consumed_records_per_second": sum(
            reading.consumed_per_second(before) for reading, before in sources
        ),
        "lag_records": sum(pending),
        "processing_latency_seconds": max(known, default=math.nan) / 1000,
    }


def _checkpoints(statistics: CheckpointStatistics, now_ms: int) -> dict[str, float]:
    values = {"checkpoints_failed_total": float(statistics.counts.failed)}
    newest = statistics.latest.completed
    if newest is not None:
        values["checkpoint_duration_seconds"] = newest.end_to_end_duration / 1000
        values["checkpoint_size_mb"] = newest.state_size / _MIB
        values["checkpoint_age_seconds"] = max(0, now_ms - newest.trigger_timestamp) / 1000
    return values
