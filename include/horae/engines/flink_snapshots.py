"""Checkpoints, savepoints and the end of a Flink job, each waited for until it is done.

A trigger id of ours makes a repeated call join the first one. HTTP 200 with COMPLETED is not yet
success: a failure cause may come with it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import OperationState
from horae.domain.clock import Clock
from horae.engines.engine import Snapshot
from horae.engines.flink_incarnations import ENDED, Incarnations, moment
from horae.engines.flink_storage import snapshot_at
from horae.errors import ExternalError, JobNotRunning, Refused, Unavailable, UnexpectedReply

# A job that is being stopped does not run until its end is noticed.
_POLL_SECONDS = 0.1
# The newest ended incarnations, one of which an earlier call may have stopped.
_LAST_ENDED = 3
# What Flink answers to a trigger when the job has ended since.
_ENDED_MEANWHILE = "FlinkJobNotFoundException"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operation:
    """Something long that is asked of a job: how to ask, how to look, what it is called."""

    job_id: str
    trigger: Callable[[], None]
    look: Callable[[], OperationState | None]
    what: str


class FlinkSnapshots:
    """Takes the snapshots of one cluster's jobs, and ends jobs.

    Args:
        client: The cluster.
        clock: For waiting.
        folder: Where savepoints go; None: the cluster's default.
        timeout_seconds: Longest wait for one of them, unless a call says another.
    """

    def __init__(
        self, client: FlinkClient, clock: Clock, folder: str | None, timeout_seconds: float
    ) -> None:
        self._client = client
        self._clock = clock
        self._folder = folder
        self._timeout = timedelta(seconds=timeout_seconds)

    def checkpoint(
        self,
        job: str,
        trigger_id: str,
        *,
        job_id: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Snapshot:
        """Trigger a checkpoint and wait for it; see `Engine.snapshot`.

        Raises:
            JobNotRunning: There is not exactly one live job of that name, or it ended meanwhile.
            Refused: The checkpoint failed.
            Unavailable: It did not end in time.
        """
        alive = Incarnations.read(self._client, job).one_alive(job, job_id).id
        operation = _Operation(
            job_id=alive,
            trigger=lambda: self._client.trigger_checkpoint(alive, trigger_id=trigger_id),
            look=lambda: self._client.checkpoint_state(alive, trigger_id),
            what=f"a checkpoint of job {job!r}",
        )
        state = self._done(operation, timeout_seconds)
        return Snapshot(
            location=None,
            completed_at=self._now(alive),
            stopped=False,
            checkpoint_id=state.checkpoint_id,
        )

    def stop(
        self,
        job: str,
        trigger_id: str,
        *,
        job_id: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Snapshot:
        """Stop the job with a savepoint and wait until it has ended; see `Engine.snapshot`.

        Raises:
            JobNotRunning: There is not exactly one live job of that name, or not the one meant,
                and none that Flink remembers to have been stopped by this very call; or it ended
                meanwhile.
            Refused: The savepoint failed; the job goes on running.
            Unavailable: It did not end in time.
        """
        stopping = self._to_stop(job, trigger_id, job_id)
        operation = _Operation(
            job_id=stopping,
            trigger=lambda: self._client.stop_with_savepoint(
                stopping, trigger_id=trigger_id, folder=self._folder
            ),
            look=lambda: self._client.savepoint_state(stopping, trigger_id),
            what=f"stopping job {job!r} with a savepoint",
        )
        state = self._done(operation, timeout_seconds)
        if state.location is None:
            raise UnexpectedReply(f"stopping job {job!r} told no savepoint's location")
        ended_at = self._wait_for_end(stopping, timeout_seconds)
        return Snapshot(
            location=state.location,
            completed_at=ended_at,
            stopped=True,
            checkpoint_id=self._id_of(stopping, state.location),
        )

    def end(self, job_id: str, timeout_seconds: float | None = None) -> None:
        """See `Engine.end`.

        Raises:
            Refused: Its newest checkpoint would be lost.
            Unavailable: It did not end in time.
        """
        if self._has_ended(job_id):
            return
        self._require_retention(job_id)
        try:
            self._client.cancel(job_id)
        except (Refused, Unavailable):
            # It may have ended by itself, or the reply got lost.
            if not self._has_ended(job_id):
                raise
        self._wait_for_end(job_id, timeout_seconds)

    def _patience(self, seconds: float | None) -> timedelta:
        return self._timeout if seconds is None else timedelta(seconds=seconds)

    def _require_retention(self, job_id: str) -> None:
        if self._client.checkpoint_config(job_id).externalization.kept_on_cancellation:
            return
        counts = self._client.checkpoints(job_id).counts
        if counts.completed or counts.in_progress:
            raise Refused(
                f"job {job_id} would lose its newest checkpoint if it were ended; set "
                "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION"
            )

    def _to_stop(self, job: str, trigger_id: str, job_id: str | None) -> str:
        """The incarnation that this trigger id has stopped before, or else the live one.

        So a call that comes late does not stop the incarnation after the one it was meant for.
        """
        found = Incarnations.read(self._client, job)
        for ended in found.ended[:_LAST_ENDED]:
            meant = job_id in (None, ended.id)
            if meant and self._client.savepoint_state(ended.id, trigger_id) is not None:
                return ended.id
        return found.one_alive(job, job_id).id

    def _done(self, operation: _Operation, timeout_seconds: float | None) -> OperationState:
        """Trigger unless that was done, and wait for the end."""
        patience = self._patience(timeout_seconds)
        deadline = self._clock.now() + patience
        if operation.look() is None:
            self._trigger(operation.trigger, operation.look)
        while True:
            state = operation.look()
            if state is None:
                raise self._forgotten(operation)
            if state.done:
                break
            if self._clock.now() >= deadline:
                raise Unavailable(f"{operation.what} did not end within {patience}")
            self._clock.wait(_POLL_SECONDS)
        if state.failure is not None:
            if _ENDED_MEANWHILE in state.failure:
                raise JobNotRunning(f"{operation.what} came too late: {state.failure}")
            raise Refused(f"{operation.what} failed: {state.failure}")
        return state

    def _forgotten(self, operation: _Operation) -> ExternalError:
        """What to raise when Flink does not know the trigger any more that it had taken."""
        if self._has_ended(operation.job_id):
            return JobNotRunning(
                f"job {operation.job_id} has ended or is unknown, and {operation.what} is "
                "forgotten; what it left is its newest state"
            )
        return Unavailable(
            f"the JobManager has forgotten {operation.what}, as it does when it starts again; "
            "ask again"
        )

    @staticmethod
    def _trigger(trigger: Callable[[], None], look: Callable[[], OperationState | None]) -> None:
        """Trigger; a lost reply is no failure where the cluster knows the trigger id."""
        try:
            trigger()
        except Unavailable:
            if look() is None:
                raise

    def _id_of(self, job_id: str, location: str) -> int | None:
        """The checkpoint id of a savepoint; None where neither its file nor Flink tells."""
        with suppress(ExternalError):
            stored = snapshot_at(location)
            if stored is not None:
                return stored.checkpoint_id
        with suppress(ExternalError):
            told = self._client.checkpoints(job_id).latest.savepoint
            if told is not None and told.external_path == location:
                return told.id
        return None

    def _has_ended(self, job_id: str) -> bool:
        return self._client.job_state(job_id) in (*ENDED, None)

    def _now(self, job_id: str) -> datetime:
        """The JobManager's time; unlike the job's states it is never seconds old."""
        details = self._client.job(job_id)
        return self._clock.now() if details is None else moment(details.now)

    def _wait_for_end(self, job_id: str, timeout_seconds: float | None = None) -> datetime:
        patience = self._patience(timeout_seconds)
        deadline = self._clock.now() + patience
        while (state := self._client.job_state(job_id)) not in (*ENDED, None):
            if self._clock.now() >= deadline:
                raise Unavailable(
                    f"job {job_id} is still {state} after {patience}; its end was asked for "
                    "and it should have ended"
                )
            self._clock.wait(_POLL_SECONDS)
        details = self._client.job(job_id)
        if details is None or details.end_time <= 0:  # what it shows may be seconds old
            return self._now(job_id)
        return moment(details.end_time)
