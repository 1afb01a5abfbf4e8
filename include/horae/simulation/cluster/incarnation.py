"""One run of a simulated job under one id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from horae.domain.configuration import Configuration
from horae.domain.job import Fate, JobDescription, JobPresence, JobVersion, Vertex
from horae.simulation.job.job_model import JobModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A state in storage.

    Attributes:
        location: Where.
        position: Records up to this one are in it.
        begun: Second at which it was triggered.
        completed: Second at which it was complete.
        savepoint: The job was stopped with it.
    """

    location: str
    position: float
    begun: int
    completed: int
    savepoint: bool

    @property
    def number(self) -> int:
        """The engine's number: grows with time, hence over incarnations too."""
        return self.begun + 1


@dataclass(slots=True, kw_only=True)
class Incarnation:
    """One run.

    Attributes:
        job_id: Its id.
        asked: What it shall run in.
        started: Second at which it was submitted.
        starts_before: Starts of the processing that others had before it.
        position: Where it begins to read.
        interrupted: Second at which its tasks, or those of the one before it, last stopped for an
            action; None: never.
        ended: Second at which it ended; None: it lives.
        ending: How.
        newest: The newest state that it completed, as it was last looked at.
        failed_checkpoints: Those that were triggered and failed.
    """

    job_id: str
    asked: Configuration
    started: int
    starts_before: int = 0
    position: float = 0.0
    interrupted: int | None = None
    ended: int | None = None
    ending: Fate = Fate.FINISHED
    newest: Stored | None = field(default=None, repr=False)
    failed_checkpoints: int = 0

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None

    @property
    def fate(self) -> Fate:
        """What became of it."""
        return Fate.ALIVE if self.alive else self.ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an engine shows of an incarnation.

    Attributes:
        model: Of the job.
        version: Of the job.
        job: Its name.
        one: The incarnation.
        configuration: What it runs in, or ran in last.
        started_at: When it was submitted.
        running_since: When its tasks began to run; None while they do not.
    """

    model: JobModel
    version: JobVersion
    job: str
    one: Incarnation
    configuration: Configuration
    started_at: datetime
    running_since: datetime | None

    def description(self) -> JobDescription:
        """In the words of an engine."""
        one, running = self.one, self.running_since is not None
        if not one.alive:
            return JobDescription(
                name=self.job,
                presence=JobPresence.FINISHED,
                detail=f"job {one.job_id} is {one.ending}",
                job_id=one.job_id,
                started_at=self.started_at,
            )
        return JobDescription(
            name=self.job,
            presence=JobPresence.RUNNING if running else JobPresence.STARTING,
            detail=f"job {one.job_id}",
            job_id=one.job_id,
            started_at=self.started_at,
            vertices=tuple(self._vertices()),
            configuration=self.configuration if running else None,
            version=self.version if running else None,
            asked=self._asked(),
        )

    def _asked(self) -> Mapping[str, int]:
        return {
            each.name: self.one.asked.parallelism_of(each.name) for each in self.model.vertices
        }

    def _vertices(self) -> list[Vertex]:
        counts = {each.name: self.configuration.parallelism_of(each.name)
                  for each in self.model.vertices}  # fmt: skip
        return [
            Vertex(
                id=each.name,
                name=each.name,
                parallelism=counts[each.name],
                max_parallelism=self.model.key_groups,
                running_subtasks=counts[each.name] if self.running_since else 0,
                running_since=self.running_since,
                is_source=not each.inputs,
                inputs=each.inputs,
                hashed=each.hashed,
            )
            for each in self.model.vertices
        ]
