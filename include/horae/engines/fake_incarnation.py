"""One run of a fake job, what it has completed, and what an engine shows of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from horae.domain.configuration import Configuration
from horae.domain.job import Fate, JobDescription, JobPresence, JobVersion, Vertex
from horae.engines.engine import Snapshot

KEY_GROUPS = 128
VERTICES = ("source", "window")
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Incarnation:
    """One run of the fake job, from a start to an end.

    Attributes:
        job_id: Its id.
        configuration: What it runs in.
        started_at: When it was started.
        running_since: When its tasks run, or will; `NEVER` while there are no slots for them.
        interrupted_at: When its tasks last stopped.
        ended_at: When it ended; None while it lives.
        restored: What it was started from.
        completed: Its checkpoints and savepoints, the newest last.
        asked: What it shall run in; None: as it does.
        ending: How it ended.
        forgotten: The JobManager knows it no more.
        position: Records up to this one are in its newest state.
        checkpoint_at: When the next periodic checkpoint is due.
        checkpoint_id: The number of its newest checkpoint or of the one it was started from.
        failed_checkpoints: Those that failed.
    """

    job_id: str
    configuration: Configuration
    started_at: datetime
    running_since: datetime
    interrupted_at: datetime | None = None
    ended_at: datetime | None = None
    restored: str | None = None
    completed: list[Snapshot] = field(default_factory=list)
    asked: Configuration | None = None
    ending: Fate = Fate.FINISHED
    forgotten: bool = False
    position: int = 0
    checkpoint_at: datetime | None = None
    checkpoint_id: int = 0
    failed_checkpoints: int = 0

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def wanted(self) -> Configuration:
        """What it shall run in."""
        return self.asked or self.configuration

    @property
    def state(self) -> str | None:
        """Where its newest state lies; None: it starts at the beginning of the input."""
        return self.completed[-1].location if self.completed else self.restored

    @property
    def fate(self) -> Fate:
        """What became of it, as long as it is not forgotten."""
        return Fate.ALIVE if self.alive else self.ending

    def runs(self, now: datetime) -> bool:
        """Whether all its tasks run."""
        return self.alive and now >= self.running_since

    def due(self) -> datetime:
        """When the next periodic checkpoint is due."""
        first = max(self.running_since, self.started_at)
        if first == NEVER:
            return NEVER
        if self.checkpoint_at is None or self.checkpoint_at < first:
            self.checkpoint_at = first + self.interval
        return self.checkpoint_at

    @property
    def interval(self) -> timedelta:
        """Between two periodic checkpoints."""
        return timedelta(seconds=self.wanted.checkpoint_interval_seconds)

    def describe(self, job: str, now: datetime) -> JobDescription:
        """What an engine shows of it."""
        running = self.runs(now)
        live = JobPresence.RUNNING if running else JobPresence.STARTING
        dead = JobPresence.FAILED if self.ending is Fate.FAILED else JobPresence.FINISHED
        shown = JobDescription(
            name=job,
            presence=live if self.alive else dead,
            detail=f"job {self.job_id}" if self.alive else "ended",
            job_id=self.job_id,
            started_at=self.started_at,
        )
        if not self.alive:
            return shown
        return replace(
            shown,
            vertices=tuple(self._vertex(name, running) for name in VERTICES),
            configuration=self.configuration if running else None,
            version=JobVersion(plan_hash="0" * 64, engine_version="fake") if running else None,
            asked=self._asked(),
        )

    def _asked(self) -> Mapping[str, int]:
        return {vertex: self.wanted.parallelism_of(vertex) for vertex in VERTICES}

    def _vertex(self, name: str, running: bool) -> Vertex:
        parallelism = self.configuration.parallelism_of(name)
        return Vertex(
            id=name,
            name=name,
            parallelism=parallelism,
            max_parallelism=KEY_GROUPS,
            running_subtasks=parallelism if running else 0,
            running_since=self.running_since if running else None,
            is_source=name == VERTICES[0],
            inputs=() if name == VERTICES[0] else VERTICES[:1],
            hashed=name != VERTICES[0],
        )
