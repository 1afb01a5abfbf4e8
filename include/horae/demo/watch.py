"""What the demo sees of the job, every few seconds: for the live display and the summary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import JobDescription, JobPresence
from horae.domain.task_manager import TaskManagerShape
from horae.engines.engine import Engine
from horae.errors import ExternalError
from horae.metrics.source import MetricSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One look; None always means: it could not be read.

    Attributes:
        at: When.
        presence: Whether the job runs.
        configuration: What it runs in.
        task_managers: Shapes of the TaskManagers that there are, idle ones too: they cost.
        load: Offered since the look before, records/s.
        lag: Records not read.
        latency_seconds: Age of the oldest record when it leaves the source chain.
    """

    at: datetime
    presence: JobPresence | None
    configuration: Configuration | None
    task_managers: tuple[TaskManagerShape, ...]
    load: float | None
    lag: float | None
    latency_seconds: float | None


@dataclass(slots=True)
class Watcher:
    """Takes glances.

    Attributes:
        engine: Where the job is found.
        job: Its name there.
        sources: The job as it was found to where its metrics are read.
        task_managers: Tells the TaskManagers that run.
        clock: The time.
    """

    engine: Engine
    job: str
    sources: Callable[[JobDescription], Mapping[str, MetricSource]]
    task_managers: Callable[[], Mapping[str, TaskManagerShape]]
    clock: Clock
    _before: tuple[datetime, float] | None = None

    def glance(self) -> Glance:
        """Look once; what does not answer is left out."""
        now = self.clock.now()
        seen = self._described()
        values = self._values(seen, now) if seen else {}
        return Glance(
            at=now,
            presence=seen.presence if seen else None,
            configuration=seen.configuration if seen else None,
            task_managers=tuple(self.task_managers().values()),
            load=self._load(now, values.get("produced_records_total")),
            lag=values.get("lag_records"),
            latency_seconds=values.get("processing_latency_seconds"),
        )

    def _described(self) -> JobDescription | None:
        try:
            return self.engine.describe(self.job)
        except ExternalError:
            return None

    def _values(self, seen: JobDescription, now: datetime) -> Mapping[str, float]:
        values: dict[str, float] = {}
        for source in self.sources(seen).values():
            try:
                values = dict(source.sample(now)) | values
            except ExternalError:
                continue
        return values

    def _load(self, now: datetime, produced: float | None) -> float | None:
        if produced is None:
            return None
        before, self._before = self._before, (now, produced)
        if before is None or now <= before[0]:
            return None
        return (produced - before[1]) / (now - before[0]).total_seconds()
