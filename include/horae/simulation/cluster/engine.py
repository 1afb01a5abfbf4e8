"""An engine over a simulated cluster."""

from collections.abc import Sequence

from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities, Fate, JobDescription, JobPresence
from horae.engines.engine import Progress, Snapshot
from horae.errors import JobNotRunning, Refused, Unavailable
from horae.simulation.cluster.checkpoints import ROW
from horae.simulation.cluster.cluster import SimulatedCluster
from horae.simulation.cluster.incarnation import Incarnation, Stored
from horae.simulation.cluster.storage import Operation

_PATIENCE_SECONDS = 300.0


class SimulatedEngine:
    """An `Engine` whose job is row 0 of a flow.

    Args:
        cluster: What it drives.
    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._clock = cluster.clock

    def describe(self, job: str) -> JobDescription:
        """See `Engine`."""
        if job != self._cluster.job:
            return JobDescription(name=job, presence=JobPresence.ABSENT, detail="no such job")
        return self._cluster.describe()

    def capabilities(self, job: str) -> Capabilities:
        """See `Engine`."""
        self._alive(job)
        model = self._cluster.model
        stops = model.outages.savepoint is not None or model.outages.pod_restart is not None
        in_place = model.outages.in_place is not None
        able = {"in_place": in_place, "savepoint": stops, "vertices": in_place}
        missing = [name for name, can in able.items() if not can]
        why_not = {name: f"the model of the job has no outage by {name}" for name in missing}
        return Capabilities(
            in_place=in_place,
            vertices=in_place or model.starts_vertices,
            savepoint=stops,
            checkpoint=True,
            restart=False,
            provisioned=True,
            maximum_task_managers=model.maximum_task_managers,
            maximum_slots=self._cluster.pool.slots,
            maximum_parallelism=model.key_groups,
            why_not=why_not | {"restart": "this engine never forgets a job, so none is lost"},
        )

    def progress(self, job: str) -> Progress:
        """See `Engine`."""
        one = self._alive(job)
        newest, stopped = self._cluster.storage.newest(one), self._cluster.interrupted()
        flow = self._cluster.flow
        return Progress(
            lag_records=float(flow.backlog[ROW, flow.now]) if self._cluster.runs else None,
            last_checkpoint_at=None if newest is None else self._clock.at(newest.completed),
            failed_checkpoints=one.failed_checkpoints,
            interrupted_at=None if stopped is None else self._clock.at(stopped),
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
        one = self._to_snapshot(job, trigger_id, job_id)
        operation = self._cluster.trigger(one, trigger_id, stop=stop)
        stored = self._completed(operation, timeout_seconds)
        return Snapshot(
            location=stored.location if stop else None,
            completed_at=self._clock.at(stored.completed),
            stopped=stop,
            checkpoint_id=stored.number,
        )

    def fate(self, job: str, *, job_id: str) -> Fate:
        """See `Engine`."""
        one = self._cluster.find(job_id)
        return Fate.UNKNOWN if one is None else one.fate

    def end(self, job: str, *, job_id: str, timeout_seconds: float | None = None) -> None:
        """See `Engine`."""
        one = self._cluster.find(job_id)
        if one is not None:
            self._cluster.end(one, Fate.CANCELLED)

    def newest_state(self, job: str, *, job_ids: Sequence[str]) -> Snapshot | None:
        """See `Engine`."""
        known = [one for job_id in job_ids if (one := self._cluster.find(job_id)) is not None]
        newest = next((at for one in known if (at := self._cluster.storage.newest(one))), None)
        if newest is None:
            return None
        return Snapshot(
            location=newest.location,
            completed_at=self._clock.at(newest.completed),
            stopped=newest.savepoint,
            checkpoint_id=newest.number,
        )

    def dispose(self, location: str) -> None:
        """See `Engine`."""
        self._cluster.storage.states.pop(location, None)

    def resize(self, job: str, configuration: Configuration, *, job_id: str | None = None) -> None:
        """See `Engine`."""
        one = self._alive(job, job_id)
        if self._cluster.model.outages.in_place is None:
            raise Refused("this job cannot be rescaled in place; stop it with a savepoint")
        self._cluster.resize(one, configuration)

    def start(
        self, job: str, configuration: Configuration, *, job_id: str, snapshot: Snapshot
    ) -> None:
        """See `Engine`."""
        if self._cluster.find(job_id) is None:
            self._cluster.submit(configuration, job_id, snapshot.location)

    def provide(
        self, configuration: Configuration, *, keep: bool, timeout_seconds: float | None = None
    ) -> None:
        """See `Engine`."""
        seconds = self._cluster.provide(configuration, keep=keep)
        most = _PATIENCE_SECONDS if timeout_seconds is None else timeout_seconds
        self._clock.wait(min(seconds, most))
        if seconds > most:
            raise Unavailable(f"TaskManagers take {seconds} s, longer than the {most:g} s allowed")

    def _completed(self, operation: Operation, timeout_seconds: float | None) -> Stored:
        most = _PATIENCE_SECONDS if timeout_seconds is None else timeout_seconds
        if operation.stored is None and operation.failure is None:
            left = (self._clock.at(operation.due) - self._clock.now()).total_seconds()
            self._clock.wait(min(left, most))
        if operation.failure is not None:
            raise Refused(f"the snapshot failed: {operation.failure}")
        if operation.stored is None:
            raise Unavailable(f"no snapshot within {most:g} s; the same trigger joins it")
        return operation.stored

    def _alive(self, job: str, job_id: str | None = None) -> Incarnation:
        one = self._cluster.last
        if job != self._cluster.job or not one.alive:
            raise JobNotRunning(f"no live job is named {job!r}")
        if job_id not in (None, one.job_id):
            raise JobNotRunning(f"job {one.job_id} runs under its name, not {job_id}")
        return one

    def _to_snapshot(self, job: str, trigger_id: str, job_id: str | None) -> Incarnation:
        """The live job, or the last one where an earlier call with this id has stopped it."""
        one = self._cluster.last
        joins = self._cluster.storage.operation(one, trigger_id) is not None
        return one if joins and job == self._cluster.job else self._alive(job, job_id)
