"""Flink in session or standalone mode, over REST."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from horae.clients.flink import FlinkClient
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities, Fate, JobDescription
from horae.engines.engine import Progress, Snapshot
from horae.engines.flink_capabilities import read_capabilities
from horae.engines.flink_description import describe
from horae.engines.flink_disposal import dispose
from horae.engines.flink_incarnations import Incarnations, fate
from horae.engines.flink_lifesigns import read_progress
from horae.engines.flink_newest_state import NewestState
from horae.engines.flink_snapshots import FlinkSnapshots
from horae.engines.flink_start import FlinkStart
from horae.engines.flink_storage import FlinkStorage
from horae.engines.flink_task_managers import FlinkTaskManagers, require_slots
from horae.engines.provisioner import Provisioner
from horae.errors import JobNotRunning, Unavailable
from horae.settings.job_spec import EngineSettings

# The job may shrink to this when a TaskManager is lost, instead of waiting for a new one.
_FEWEST_SUBTASKS = 1
_POLL_SECONDS = 0.5
# Reading the state of a job that was just started may take a while.
_PLANNING_PATIENCE = timedelta(seconds=30)


class FlinkEngine:
    """An `Engine` over one Flink cluster.

    Args:
        client: The cluster.
        settings: How the job is started again, where savepoints go, how long a step may take.
        clock: For waiting.
        provisioner: Who adds and removes TaskManagers; None: nobody.
        sql_runner: Jar that runs SQL scripts; needed only where the cluster has none yet.
    """

    def __init__(
        self,
        client: FlinkClient,
        settings: EngineSettings,
        clock: Clock,
        *,
        provisioner: Provisioner | None = None,
        sql_runner: Path | None = None,
    ) -> None:
        timeout = settings.step_timeout_seconds
        self._client = client
        self._settings = settings
        self._clock = clock
        self._provisioner = provisioner
        self._start = FlinkStart(client, clock, settings.program, sql_runner)
        self._snapshots = FlinkSnapshots(client, clock, settings.savepoint_folder, timeout)
        self._timeout_seconds = timeout

    def describe(self, job: str) -> JobDescription:
        """See `Engine`."""
        return describe(self._client, job)

    def capabilities(self, job: str) -> Capabilities:
        """See `Engine`; `why_not` also tells when there is no `high_availability`."""
        return read_capabilities(
            self._client, job, provisioner=self._provisioner,
            storage=self._storage(), not_startable=self._start.why_not(),
        )  # fmt: skip

    def progress(self, job: str) -> Progress:
        """See `Engine`."""
        return read_progress(self._client, self._clock, job)

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
        take = self._snapshots.stop if stop else self._snapshots.checkpoint
        return take(job, trigger_id, job_id=job_id, timeout_seconds=timeout_seconds)

    def fate(self, job: str, *, job_id: str) -> Fate:
        """See `Engine`."""
        return fate(self._client, job_id)

    def end(self, job: str, *, job_id: str, timeout_seconds: float | None = None) -> None:
        """See `Engine`."""
        self._snapshots.end(job_id, timeout_seconds=timeout_seconds)

    def newest_state(self, job: str, *, job_ids: Sequence[str]) -> Snapshot | None:
        """See `Engine`."""
        look = NewestState(client=self._client, clock=self._clock, storage=self._storage())
        return look.of(job, job_ids)

    def dispose(self, location: str) -> None:
        """See `Engine`."""
        dispose(self._client, self._clock, location, self._timeout_seconds)

    def resize(self, job: str, configuration: Configuration, *, job_id: str | None = None) -> None:
        """See `Engine`; a vertex runs on with fewer subtasks than wanted while slots lack."""
        alive = Incarnations.read(self._client, job).one_alive(job, job_id)
        details = self._client.job(alive.id)
        if details is None or not details.vertices:
            raise JobNotRunning(f"job {job!r} shows no plan yet; wait until its tasks run")
        bounds = {
            vertex.id: (_FEWEST_SUBTASKS, configuration.parallelism_of(vertex.id))
            for vertex in details.vertices
        }
        self._client.require(details.id, bounds)

    def start(
        self, job: str, configuration: Configuration, *, job_id: str, snapshot: Snapshot
    ) -> None:
        """See `Engine`; Flink starts every vertex alike, so that single ones are resized then."""
        self._start.start(job, configuration, job_id=job_id, snapshot=snapshot)
        if configuration.vertices:
            self._resize_once_planned(job, configuration, job_id)

    def provide(
        self, configuration: Configuration, *, keep: bool, timeout_seconds: float | None = None
    ) -> None:
        """See `Engine`."""
        if self._provisioner is None:
            require_slots(self._client, configuration)
            return
        patience = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        FlinkTaskManagers(self._client, self._clock, self._provisioner, patience).provide(
            configuration, keep=keep
        )

    def _resize_once_planned(self, job: str, configuration: Configuration, job_id: str) -> None:
        """Resize a job that was just started, as soon as it shows its vertices.

        Raises:
            Unavailable: It does not in time; starting it again goes on from here.
        """
        deadline = self._clock.now() + _PLANNING_PATIENCE
        while True:
            try:
                return self.resize(job, configuration, job_id=job_id)
            except JobNotRunning as error:
                if self._clock.now() >= deadline:
                    raise Unavailable(f"job {job_id} was started, but {error}") from error
            self._clock.wait(_POLL_SECONDS)

    def _storage(self) -> FlinkStorage:
        return FlinkStorage.read(self._client, self._settings)
