"""Checkpoints, savepoints and the end of a Flink job, each waited for until it is done.

A trigger id of ours makes a repeated call join the first one. HTTP 200 with COMPLETED is not yet
success: a failure cause may come with it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import OperationState
from horae.domain.clock import Clock
from horae.engines.engine import Snapshot
from horae.engines.flink_description import ENDED, Incarnations, moment
from horae.errors import Refused, Unavailable, UnexpectedReply

_POLL_SECONDS = 0.2


class FlinkSnapshots:
    """Takes the snapshots of one cluster's jobs.

    Args:
        client: The cluster.
        clock: For waiting.
        folder: Where savepoints go; None: the cluster's default.
        timeout_seconds: Longest wait for one of them.
    """

    def __init__(
        self, client: FlinkClient, clock: Clock, folder: str | None, timeout_seconds: float
    ) -> None:
        self._client = client
        self._clock = clock
        self._folder = folder
        self._timeout = timedelta(seconds=timeout_seconds)

    def checkpoint(self, job: str, trigger_id: str) -> Snapshot:
        """Trigger a checkpoint and wait for it.

        Raises:
            JobNotRunning: There is not exactly one live job of that name.
            Refused: The checkpoint failed.
            Unavailable: It did not end in time.
        """
        job_id = Incarnations.read(self._client, job).one_alive(job).id
        self._done(
            trigger=lambda: self._client.trigger_checkpoint(job_id, trigger_id=trigger_id),
            look=lambda: self._client.checkpoint_state(job_id, trigger_id),
            what=f"a checkpoint of job {job!r}",
        )
        return Snapshot(location=None, completed_at=self._now(job_id), stopped=False)

    def stop(self, job: str, trigger_id: str) -> Snapshot:
        """Stop the job with a savepoint and wait until it has ended.

        Raises:
            JobNotRunning: There is not exactly one live job of that name, and the last one did not
                end by this very call.
            Refused: The savepoint failed; the job goes on running.
            Unavailable: It did not end in time.
        """
        job_id = self._to_stop(job, trigger_id)
        state = self._done(
            trigger=lambda: self._client.stop_with_savepoint(
                job_id, trigger_id=trigger_id, folder=self._folder
            ),
            look=lambda: self._client.savepoint_state(job_id, trigger_id),
            what=f"stopping job {job!r} with a savepoint",
        )
        if state.location is None:
            raise UnexpectedReply(f"stopping job {job!r} told no savepoint's location")
        ended_at = self._wait_for_end(job_id)
        return Snapshot(location=state.location, completed_at=ended_at, stopped=True)

    def abandon(self, job_id: str) -> Snapshot | None:
        """See `Engine.abandon`."""
        details = self._client.job(job_id)
        if details is None:
            return None
        if self._client.job_state(job_id) not in ENDED:
            self._require_retention(job_id)
            self._client.cancel(job_id)
            self._wait_for_end(job_id)
        # What REST shows may be this old, and one checkpoint more decides where to go on from.
        self._clock.wait(self._client.refresh_seconds())
        latest = self._client.checkpoints(job_id).latest
        known = [one for one in (latest.completed, latest.savepoint) if one is not None]
        if not known:
            return None
        newest = max(known, key=lambda one: one.id)
        return Snapshot(
            location=newest.external_path,
            completed_at=moment(newest.latest_ack_timestamp),
            stopped=True,
        )

    def _require_retention(self, job_id: str) -> None:
        kept = self._client.checkpoint_config(job_id).externalization
        counts = self._client.checkpoints(job_id).counts
        if counts.completed and (not kept.enabled or kept.delete_on_cancellation):
            raise Refused(
                f"job {job_id} would lose its newest checkpoint if it were ended; set "
                "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION"
            )

    def _to_stop(self, job: str, trigger_id: str) -> str:
        """The live job, or the last one if an earlier call with this trigger id has stopped it."""
        found = Incarnations.read(self._client, job)
        if not found.alive and found.ended:
            last = found.ended[0].id
            if self._client.savepoint_state(last, trigger_id) is not None:
                return last
        return found.one_alive(job).id

    def _done(
        self,
        *,
        trigger: Callable[[], None],
        look: Callable[[], OperationState | None],
        what: str,
    ) -> OperationState:
        """Trigger unless that was done, and wait for the end."""
        if look() is None:
            self._trigger(trigger, look)
        deadline = self._clock.now() + self._timeout
        while True:
            state = look()
            if state is not None and state.done:
                break
            if self._clock.now() >= deadline:
                raise Unavailable(f"{what} did not end within {self._timeout}")
            self._clock.wait(_POLL_SECONDS)
        if state.failure is not None:
            raise Refused(f"{what} failed: {state.failure}")
        return state

    @staticmethod
    def _trigger(trigger: Callable[[], None], look: Callable[[], OperationState | None]) -> None:
        """Trigger; a lost reply is no failure where the cluster knows the trigger id."""
        try:
            trigger()
        except Unavailable:
            if look() is None:
                raise

    def _now(self, job_id: str) -> datetime:
        """The JobManager's time; unlike the job's states it is never seconds old."""
        details = self._client.job(job_id)
        return self._clock.now() if details is None else moment(details.now)

    def _wait_for_end(self, job_id: str) -> datetime:
        deadline = self._clock.now() + self._timeout
        while (state := self._client.job_state(job_id)) not in (*ENDED, None):
            if self._clock.now() >= deadline:
                raise Unavailable(
                    f"job {job_id} is still {state} after {self._timeout}; its end was asked for "
                    "and it should have ended"
                )
            self._clock.wait(_POLL_SECONDS)
        return self._now(job_id)
