"""An engine in memory: records calls, and can be told to fail at any of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities, JobDescription, JobPresence, JobVersion, Vertex
from horae.domain.task_manager import TaskManagerShape
from horae.engines.engine import Progress, Snapshot
from horae.errors import HoraeError, JobNotRunning, Refused

_KEY_GROUPS = 128
_VERTICES = ("source", "window")


@dataclass(slots=True)
class Incarnation:
    """One run of the fake job, from a start to an end.

    Attributes:
        job_id: Its id.
        configuration: What it runs in.
        started_at: When it was started.
        running_since: When its tasks run, or will.
        interrupted_at: When its tasks last stopped.
        ended_at: When it ended; None while it lives.
        restored: What it was started from.
        completed: Its checkpoints and savepoints, the newest last.
    """

    job_id: str
    configuration: Configuration
    started_at: datetime
    running_since: datetime
    interrupted_at: datetime | None = None
    ended_at: datetime | None = None
    restored: str | None = None
    completed: list[Snapshot] = field(default_factory=list)


@dataclass(slots=True)
class Fault:
    """A failure to come.

    Attributes:
        error: What is raised.
        times: How often, from the next call on.
        done_first: The call takes effect before it fails, as when a reply gets lost.
        after: It fails only once this other call was made; None: at once.
    """

    error: HoraeError
    times: int = 1
    done_first: bool = False
    after: str | None = None

    def waits(self, calls: Sequence[str]) -> bool:
        """Whether the time of this failure has not come, or is over."""
        return self.times <= 0 or (self.after is not None and self.after not in calls)


class FakeEngine:
    """An `Engine` with one job of two vertices, which runs from the beginning.

    Args:
        clock: Dates everything.
        configuration: What the job runs in at first; its TaskManagers are there.
        job: The job's name.
        maximum_task_managers: The most there may be.
        outage_seconds: What an interruption takes.

    Attributes:
        calls: Name of every call, in order; a call that failed too.
        lag_records: What `progress` tells.
        reachable_parallelism: The job never gets more subtasks than this.
        capable: What `capabilities` tells of in-place and savepoint.
        incarnations: Every run of the job, in order.
        task_managers: How many of each shape there are.
    """

    def __init__(
        self,
        clock: Clock,
        configuration: Configuration,
        *,
        job: str = "job",
        maximum_task_managers: int = 4,
        outage_seconds: float = 3.0,
    ) -> None:
        self._clock = clock
        self._job = job
        self._maximum = maximum_task_managers
        self._outage = timedelta(seconds=outage_seconds)
        self._faults: dict[str, Fault] = {}
        self._triggers: dict[str, Snapshot] = {}
        self.calls: list[str] = []
        self.lag_records: float | None = 0.0
        self.reachable_parallelism = _KEY_GROUPS
        self.capable = {"in_place": True, "savepoint": True}
        self.task_managers = Counter({configuration.shape: configuration.task_managers})
        now = clock.now()
        self.incarnations = [Incarnation("first", configuration, now, now)]

    def fail(self, call: str, fault: Fault) -> None:
        """Make the next calls of a method fail."""
        self._faults[call] = fault

    def describe(self, job: str) -> JobDescription:
        """See `Engine`."""
        with self._call("describe"):
            return self._description(job)

    def capabilities(self, job: str) -> Capabilities:
        """See `Engine`."""
        with self._call("capabilities"):
            self._alive(job)
            return Capabilities(
                in_place=self.capable["in_place"],
                savepoint=self.capable["savepoint"],
                provisioned=True,
                maximum_task_managers=self._maximum,
                maximum_slots=sum(shape.slots * n for shape, n in self.task_managers.items()),
                maximum_parallelism=_KEY_GROUPS,
                why_not={name: "told so" for name, able in self.capable.items() if not able},
            )

    def progress(self, job: str) -> Progress:
        """See `Engine`."""
        with self._call("progress"):
            alive = self._alive(job)
            return Progress(
                lag_records=self.lag_records,
                last_checkpoint_at=alive.completed[-1].completed_at if alive.completed else None,
                failed_checkpoints=0,
                interrupted_at=alive.interrupted_at,
            )

    def snapshot(self, job: str, *, trigger_id: str, stop: bool) -> Snapshot:
        """See `Engine`."""
        with self._call("stop" if stop else "checkpoint"):
            if trigger_id not in self._triggers:
                alive = self._alive(job)
                self._triggers[trigger_id] = self._taken(alive, trigger_id, stop)
            return self._triggers[trigger_id]

    def abandon(self, job: str, *, job_id: str) -> Snapshot | None:
        """See `Engine`."""
        with self._call("abandon"):
            ours = [one for one in self.incarnations if one.job_id == job_id]
            if not ours:
                return None
            ours[0].ended_at = ours[0].ended_at or self._clock.now()
            return ours[0].completed[-1] if ours[0].completed else None

    def resize(self, job: str, configuration: Configuration) -> None:
        """See `Engine`."""
        with self._call("resize"):
            alive = self._alive(job)
            alive.configuration = self._attainable(alive.configuration, configuration.parallelism)
            alive.interrupted_at = self._clock.now()
            alive.running_since = alive.interrupted_at + self._outage

    def start(
        self, job: str, configuration: Configuration, *, job_id: str, snapshot: Snapshot
    ) -> None:
        """See `Engine`."""
        with self._call("start"):
            if any(one.job_id == job_id for one in self.incarnations):
                return
            if any(one.ended_at is None for one in self.incarnations):
                raise Refused(f"another job named {self._job!r} is alive")
            now = self._clock.now()
            attainable = self._attainable(configuration, configuration.parallelism)
            before = self.incarnations[-1].ended_at
            self.incarnations.append(
                Incarnation(
                    job_id, attainable, now, now + self._outage, before, None, snapshot.location
                )
            )

    def provide(self, configuration: Configuration, *, keep: bool) -> None:
        """See `Engine`."""
        with self._call("provide"):
            shape, count = configuration.shape, configuration.task_managers
            if not keep:
                self._remove_unused(shape, count)
            missing = max(0, count - self.task_managers[shape])
            if self.task_managers.total() + missing > self._maximum:
                raise Refused(f"{missing} more TaskManagers were asked for, at most "
                              f"{self._maximum} may run")  # fmt: skip
            self.task_managers[shape] += missing

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        self.calls.append(name)
        fault = self._faults.get(name)
        if fault is None or fault.waits(self.calls):
            yield
            return
        fault.times -= 1
        if not fault.done_first:
            raise fault.error
        yield
        raise fault.error

    def _alive(self, job: str) -> Incarnation:
        alive = [one for one in self.incarnations if one.ended_at is None and job == self._job]
        if len(alive) != 1:
            raise JobNotRunning(f"{len(alive)} live jobs are named {job!r}")
        return alive[0]

    def _description(self, job: str) -> JobDescription:
        if job != self._job:
            return JobDescription(name=job, presence=JobPresence.ABSENT, detail="no such job")
        alive = [one for one in self.incarnations if one.ended_at is None]
        if len(alive) > 1:
            return JobDescription(name=job, presence=JobPresence.DOUBLED, detail="two live jobs")
        if not alive:
            last = self.incarnations[-1]
            return JobDescription(
                name=job, presence=JobPresence.FINISHED, detail="ended", job_id=last.job_id,
                started_at=last.started_at,
            )  # fmt: skip
        return self._live(alive[0])

    def _live(self, one: Incarnation) -> JobDescription:
        running = self._clock.now() >= one.running_since
        vertices = (self._vertex(name, one, running) for name in _VERTICES)
        return JobDescription(
            name=self._job,
            presence=JobPresence.RUNNING if running else JobPresence.STARTING,
            detail=f"job {one.job_id}",
            job_id=one.job_id,
            started_at=one.started_at,
            vertices=tuple(vertices),
            configuration=one.configuration if running else None,
            version=JobVersion(plan_hash="0" * 64, engine_version="fake") if running else None,
        )

    @staticmethod
    def _vertex(name: str, one: Incarnation, running: bool) -> Vertex:
        parallelism = one.configuration.parallelism
        return Vertex(
            id=name, name=name, parallelism=parallelism, max_parallelism=_KEY_GROUPS,
            running_subtasks=parallelism if running else 0,
            running_since=one.running_since if running else None, is_source=name == "source",
        )  # fmt: skip

    def _taken(self, alive: Incarnation, trigger_id: str, stop: bool) -> Snapshot:
        now = self._clock.now()
        location = f"memory:{trigger_id}"
        alive.completed.append(Snapshot(location=location, completed_at=now, stopped=stop))
        if stop:
            alive.ended_at = now
        return Snapshot(location=location if stop else None, completed_at=now, stopped=stop)

    def _attainable(self, configuration: Configuration, parallelism: int) -> Configuration:
        slots = configuration.slots * self.task_managers[configuration.shape]
        return replace(
            configuration, parallelism=min(parallelism, slots, self.reachable_parallelism)
        )

    def _remove_unused(self, shape: TaskManagerShape, count: int) -> None:
        used = Counter(
            {
                one.configuration.shape: one.configuration.task_managers
                for one in self.incarnations
                if one.ended_at is None
            }
        )
        needed = used | Counter({shape: count})
        self.task_managers &= needed
