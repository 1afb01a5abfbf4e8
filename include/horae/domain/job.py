"""A job as its engine shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from horae.domain.configuration import Configuration


class JobPresence(StrEnum):
    """What looking a job up by its name found."""

    RUNNING = "running"
    STARTING = "starting"  # created, initialising, restarting: not yet, or not again
    ABSENT = "absent"
    FINISHED = "finished"  # ended by itself, or cancelled, or stopped
    FAILED = "failed"
    DOUBLED = "doubled"  # two live jobs of the same name: never guess which one is meant

    @property
    def is_alive(self) -> bool:
        """Whether there is exactly one live job."""
        return self in (JobPresence.RUNNING, JobPresence.STARTING)


class Fate(StrEnum):
    """What became of one incarnation of a job."""

    ALIVE = "alive"
    FINISHED = "finished"  # by itself, or stopped with a savepoint
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the engine knows no such incarnation: never started, or forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class JobVersion:
    """What invalidates what was learned of a job.

    Attributes:
        plan_hash: Hash of the vertices and how they are connected; the same at any parallelism.
        engine_version: Version of the engine, such as `2.3.0`.
    """

    plan_hash: str
    engine_version: str

    @property
    def id(self) -> str:
        """Short name of the version, the same for equal versions."""
        return f"{self.plan_hash[:12]}-{self.engine_version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vertex:
    """One vertex of the running plan.

    Attributes:
        id: The engine's id, stable over restarts of the same plan.
        name: For people.
        parallelism: Subtasks it has.
        max_parallelism: Key groups, hence the most subtasks it can ever have.
        running_subtasks: Subtasks in state RUNNING.
        running_since: When the vertex last became RUNNING; None while it is not.
        is_source: Whether it has no input.
        inputs: Ids of the vertices it reads from, in the plan's order; once more for each further
            edge from the same vertex.
        hashed: Whether an input is partitioned by a hash of its key, so that key groups are what
            its subtasks share.
    """

    id: str
    name: str
    parallelism: int
    max_parallelism: int
    running_subtasks: int
    running_since: datetime | None
    is_source: bool
    inputs: tuple[str, ...] = ()
    hashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDescription:
    """What the engine shows of a job, found by name.

    Attributes:
        name: The job's name.
        presence: Whether there is exactly one live job of that name.
        detail: A sentence for people: states, ids of the twins, why it failed.
        job_id: The engine's present id; changes with every restart from a savepoint.
        started_at: Start of this incarnation.
        vertices: In topological order; empty unless running or starting.
        configuration: What it runs in; None unless running.
        version: None unless running.
        asked: Vertex id to the parallelism that was last asked for, by whomever; None where the
            engine does not tell.
    """

    name: str
    presence: JobPresence
    detail: str
    job_id: str | None = None
    started_at: datetime | None = None
    vertices: tuple[Vertex, ...] = ()
    configuration: Configuration | None = None
    version: JobVersion | None = None
    asked: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an engine can do to one job here.

    Attributes:
        in_place: Parallelism can change without a savepoint.
        vertices: Single vertices can be given a parallelism of their own, in place or by a start.
        savepoint: It can be stopped with a savepoint and started from it.
        checkpoint: It can be ended and started from its newest checkpoint, also after a savepoint
            that failed or took too long.
        restart: It can be started again from what lies in its storage when the engine has
            forgotten it.
        provisioned: TaskManagers can be added and removed.
        maximum_task_managers: The most that can be had; None when there is no provisioner.
        maximum_slots: The most slots the job can get without a provisioner.
        maximum_parallelism: Smallest number of key groups over the vertices.
        why_not: For each ability that lacks, its name to a sentence saying why.
    """

    in_place: bool
    vertices: bool
    savepoint: bool
    checkpoint: bool
    restart: bool
    provisioned: bool
    maximum_task_managers: int | None
    maximum_slots: int | None
    maximum_parallelism: int
    why_not: dict[str, str] = field(hash=False)  # or nobody could keep an answer by its question
