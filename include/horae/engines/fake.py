"""An engine in memory: drives a fake cluster, records calls, and can be told to fail at any."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities, Fate, JobDescription, JobPresence
from horae.domain.task_manager import TaskManagerShape
from horae.engines.engine import Progress, Snapshot
from horae.engines.fake_cluster import FakeCluster
from horae.engines.fake_faults import Fault, Wire
from horae.engines.fake_incarnation import KEY_GROUPS, Incarnation
from horae.engines.fake_patience import appears, completed
from horae.errors import JobNotRunning, Refused, Unavailable

__all__ = ["FakeCluster", "FakeEngine", "Fault", "Incarnation"]

_SNAPSHOT_SECONDS = 300.0


class FakeEngine:
    """An `Engine` over a fake cluster of its own, or over one that it shares with others.

    Args:
        clock: Dates everything.
        configuration: What the job runs in at first; its TaskManagers are there.
        job: The job's name.
        maximum_task_managers: The most there may be.
        outage_seconds: What an interruption takes.
        cluster: One that is there already; None: one made of the rest.

    Attributes:
        cluster: What it drives.
        lag_records: What `progress` tells.
        capable: What `capabilities` tells of what can be done.
    """

    def __init__(
        self,
        clock: Clock,
        configuration: Configuration,
        *,
        job: str = "job",
        maximum_task_managers: int = 4,
        outage_seconds: float = 3.0,
        cluster: FakeCluster | None = None,
    ) -> None:
        self.cluster = cluster or FakeCluster(
            clock,
            configuration,
            job=job,
            maximum_task_managers=maximum_task_managers,
            outage_seconds=outage_seconds,
        )
        self.lag_records: float | None = 0.0
        self.capable = dict.fromkeys(("in_place", "savepoint", "checkpoint", "restart"), True)
        self._wire = Wire(clock)

    @classmethod
    def on(cls, cluster: FakeCluster) -> "FakeEngine":
        """Another engine over a cluster, as another process has."""
        return cls(cluster.clock, cluster.incarnations[0].wanted, cluster=cluster)

    @property
    def calls(self) -> list[str]:
        """Name of every call, in order; a call that failed too."""
        return self._wire.calls

    @property
    def incarnations(self) -> list[Incarnation]:
        """Every run of the job, in order."""
        return self.cluster.incarnations

    @property
    def task_managers(self) -> Counter[TaskManagerShape]:
        """How many of each shape there are."""
        return self.cluster.task_managers

    @property
    def reachable_parallelism(self) -> int:
        """The job never gets more subtasks than this."""
        return self.cluster.reachable_parallelism

    @reachable_parallelism.setter
    def reachable_parallelism(self, parallelism: int) -> None:
        self.cluster.reachable_parallelism = parallelism

    def fail(self, call: str, fault: Fault) -> None:
        """Make the next calls of a method fail."""
        self._wire.faults[call] = fault

    def describe(self, job: str) -> JobDescription:
        """See `Engine`."""
        with self._call("describe"):
            if job != self.cluster.job or not self.cluster.known:
                return JobDescription(name=job, presence=JobPresence.ABSENT, detail="no such job")
            if len(self.cluster.alive) > 1:
                twins = JobPresence.DOUBLED
                return JobDescription(name=job, presence=twins, detail="two live jobs")
            shown = [*self._ended(), *self.cluster.alive][-1]
            return shown.describe(job, self.cluster.now)

    def capabilities(self, job: str) -> Capabilities:
        """See `Engine`."""
        with self._call("capabilities"):
            self._alive(job)
            return Capabilities(
                in_place=self.capable["in_place"],
                vertices=self.capable["in_place"],
                savepoint=self.capable["savepoint"],
                checkpoint=self.capable["checkpoint"],
                restart=self.capable["restart"],
                provisioned=True,
                maximum_task_managers=self.cluster.maximum,
                maximum_slots=sum(shape.slots * n for shape, n in self.task_managers.items()),
                maximum_parallelism=KEY_GROUPS,
                why_not={name: "told so" for name, able in self.capable.items() if not able},
            )

    def progress(self, job: str) -> Progress:
        """See `Engine`."""
        with self._call("progress"):
            alive = self._alive(job)
            return Progress(
                lag_records=self.lag_records,
                last_checkpoint_at=alive.completed[-1].completed_at if alive.completed else None,
                failed_checkpoints=alive.failed_checkpoints,
                interrupted_at=alive.interrupted_at,
            )

    def snapshot(
        self,
        job: str,
        *,
        trigger_id: str,
        stop: bool,
        job_id: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Snapshot:
        """See `Engine`."""
        name = "stop" if stop else "checkpoint"
        with self._call(name):
            one = self._to_snapshot(job, trigger_id, job_id)
            if (one.job_id, trigger_id) not in self.cluster.operations:
                self._send(name, lambda: self.cluster.trigger(one, trigger_id, stop=stop))
            taken = completed(self.cluster, one, trigger_id, timeout_seconds or _SNAPSHOT_SECONDS)
            return taken if stop else replace(taken, location=None)

    def fate(self, job: str, *, job_id: str) -> Fate:
        """See `Engine`."""
        with self._call("fate"):
            one = self.cluster.find(job_id)
            return Fate.UNKNOWN if one is None else one.fate

    def end(self, job: str, *, job_id: str, timeout_seconds: float | None = None) -> None:
        """See `Engine`."""
        with self._call("end"):
            one = self.cluster.find(job_id)
            if one is None or not one.alive:
                return
            if one.completed and not self.cluster.retains:
                raise Refused(f"job {job_id} would lose its newest checkpoint if it were ended")
            ended = one
            self._send("end", lambda: self.cluster.end(ended, Fate.CANCELLED))

    def newest_state(self, job: str, *, job_ids: Sequence[str]) -> Snapshot | None:
        """See `Engine`."""
        with self._call("newest_state"):
            forgotten: list[str] = []
            for one in job_ids:
                known = self.cluster.find(one) is not None
                newest = self.cluster.storage.newest_of(one)
                if newest is not None and (known or not self.cluster.storage.broken):
                    return newest.snapshot
                # An engine that knows of one would know of those that came after it.
                forgotten = [] if known else [*forgotten, one]
            if forgotten and self.cluster.storage.broken:
                raise Refused(f"the storage of {', '.join(forgotten)} cannot be looked into")
            return None

    def dispose(self, location: str) -> None:
        """See `Engine`."""
        with self._call("dispose"):
            if self.cluster.storage.broken:
                raise Refused(f"{location} cannot be deleted: the storage does not answer")
            self.cluster.storage.states.pop(location, None)

    def resize(self, job: str, configuration: Configuration, *, job_id: str | None = None) -> None:
        """See `Engine`."""
        with self._call("resize"):
            alive = self._alive(job, job_id)
            self._send("resize", lambda: self.cluster.require(alive, configuration))

    def start(
        self, job: str, configuration: Configuration, *, job_id: str, snapshot: Snapshot
    ) -> None:
        """See `Engine`."""
        with self._call("start"):
            if self.cluster.find(job_id) is not None:
                self._resize_single(job_id, configuration)
                return
            if self.cluster.alive:
                raise Refused(f"another job named {self.cluster.job!r} is alive")
            try:
                self._send(
                    "start",
                    lambda: self.cluster.submit(configuration, job_id, snapshot.location),
                )
            except Unavailable:
                if not appears(self.cluster, job_id):
                    raise
            self._resize_single(job_id, configuration)

    def _resize_single(self, job_id: str, configuration: Configuration) -> None:
        started = self.cluster.find(job_id)
        if started is not None and started.alive and started.asked != configuration:
            self.cluster.require(started, configuration)

    def provide(
        self, configuration: Configuration, *, keep: bool, timeout_seconds: float | None = None
    ) -> None:
        """See `Engine`."""
        with self._call("provide"):
            self.cluster.provide(configuration, keep=keep)

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        with self._wire.call(name):
            self.cluster.require_an_answer()
            yield

    def _send(self, name: str, do: Callable[[], object]) -> None:
        self._wire.send(name, do, self.cluster.later)

    def _ended(self) -> list[Incarnation]:
        return [one for one in self.cluster.known if not one.alive]

    def _alive(self, job: str, job_id: str | None = None) -> Incarnation:
        alive = [one for one in self.cluster.alive if job == self.cluster.job]
        if len(alive) != 1:
            raise JobNotRunning(f"{len(alive)} live jobs are named {job!r}")
        if job_id not in (None, alive[0].job_id):
            raise JobNotRunning(f"job {alive[0].job_id} runs under its name, not {job_id}")
        return alive[0]

    def _to_snapshot(self, job: str, trigger_id: str, job_id: str | None) -> Incarnation:
        """The live job, or the last one where an earlier call with this id has stopped it."""
        ended = self._ended()
        if ended and (ended[-1].job_id, trigger_id) in self.cluster.operations:
            return ended[-1]
        return self._alive(job, job_id)
