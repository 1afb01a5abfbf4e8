"""The newest state of a Flink job, over its incarnations, remembered or forgotten.

The greatest checkpoint id of an incarnation is its newest. REST tells it of the incarnations that
the cluster knows, seconds late; storage tells it at once, and also of those forgotten by a
JobManager without high availability.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import Checkpoint
from horae.domain.clock import Clock
from horae.engines.engine import Snapshot
from horae.engines.flink_incarnations import moment
from horae.engines.flink_storage import FlinkStorage, digits_told
from horae.errors import Refused

# A checkpoint may be replaced by the next one, and deleted, while one looks.
_LOOKS = 3
_STOPPED_WITH = "SYNC_SAVEPOINT"
# Without high availability, all jobs in application mode have an id of zeros.
_IN_APPLICATION_MODE = "000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A state that was completed.

    Attributes:
        snapshot: It.
        id: Its checkpoint id.
        deleted: The cluster says that it has deleted it, or never put it where it can be found.
        handed_on: Whether others may have seen the results up to it. Not of a savepoint that left
            the job running: Flink commits nothing with it.
        perhaps_of: Whose it may be instead; None: it is ours.
    """

    snapshot: Snapshot
    id: int
    deleted: bool = False
    handed_on: bool = True
    perhaps_of: str | None = None

    def __str__(self) -> str:
        """Where it lies, and its id."""
        return f"{self.snapshot.location} (checkpoint {self.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestState:
    """Looks for it.

    Attributes:
        client: The cluster.
        clock: For waiting until REST is fresh.
        storage: The cluster's folders.
    """

    client: FlinkClient
    clock: Clock
    storage: FlinkStorage

    def of(self, job: str, job_ids: Sequence[str]) -> Snapshot | None:
        """See `Engine.newest_state`.

        Raises:
            Refused: A forgotten incarnation's storage cannot be looked into; the newest state is
                gone; or it may be another job's.
        """
        closed = self.storage.why_not()
        if closed is not None:
            self.clock.wait(self.client.refresh_seconds())
            return self._remembered(job, job_ids, closed)
        for _ in range(_LOOKS - 1):
            try:
                return self._look(job, job_ids)
            except Refused:
                self.clock.wait(self.client.refresh_seconds())
        return self._look(job, job_ids)

    def _look(self, job: str, job_ids: Sequence[str]) -> Snapshot | None:
        """From storage and REST, the incarnations one by one."""
        for job_id in job_ids:
            told = self._told(job_id) or []
            ours = {one.snapshot.location for one in told}
            stored = [
                replace(one, perhaps_of=None) if one.snapshot.location in ours else one
                for one in self._stored(job_id, job_ids)
            ]
            # Of two that are the same, storage's: it tells the same of it at all times.
            newest = _newest(job, stored + told, self.storage.holds)
            if newest is not None:
                return newest
        return None

    def _remembered(self, job: str, job_ids: Sequence[str], closed: str) -> Snapshot | None:
        """From REST alone."""
        forgotten: list[str] = []
        for job_id in job_ids:
            told = self._told(job_id)
            if told is None:
                forgotten.append(job_id)
                continue
            # It remembers this one, and so would remember those that came after it: none did.
            forgotten.clear()
            newest = _newest(job, told, _unseen)
            if newest is not None:
                return newest
        if forgotten:
            raise Refused(
                f"the cluster does not know job {', '.join(forgotten)}, and whether it completed "
                f"a state cannot be looked up: {closed}"
            )
        return None

    def _told(self, job_id: str) -> list[_Found] | None:
        """What REST tells of an incarnation; None: the cluster does not know it.

        One that it does not know is not asked for: Flink remembers for some seconds that it did
        not find it, and would say so of one that is started meanwhile.
        """
        if self.client.job_state(job_id) is None:
            return None
        statistics = self.client.checkpoints_if_any(job_id)
        if statistics is None:
            return []
        latest = (statistics.latest.completed, statistics.latest.savepoint)
        return [_of_rest(one) for one in latest if one is not None]

    def _stored(self, job_id: str, ours: Sequence[str]) -> list[_Found]:
        """What lies in storage of an incarnation."""
        checkpoint = self.storage.newest_checkpoint(job_id)
        found = [] if checkpoint is None else [_of_storage(checkpoint)]
        savepoints = self.storage.savepoints_of(job_id)
        if savepoints:
            other = self._other_job_like(job_id, ours)
            found += [_of_storage(one, perhaps_of=other) for one in savepoints]
        return found

    def _other_job_like(self, job_id: str, ours: Sequence[str]) -> str | None:
        """Whose savepoints would be named like this incarnation's."""
        if digits_told(job_id) == _IN_APPLICATION_MODE:
            return "any job in application mode"
        alike = [
            one.id for one in self.client.jobs()
            if one.id not in ours and digits_told(one.id) == digits_told(job_id)
        ]  # fmt: skip
        return f"job {alike[0]}" if alike else None


def _of_rest(told: Checkpoint) -> _Found:
    nowhere = told.external_path is None or told.external_path.startswith("<")
    stopped = told.checkpoint_type == _STOPPED_WITH
    return _Found(
        snapshot=Snapshot(
            location=told.external_path,
            completed_at=moment(told.latest_ack_timestamp),
            stopped=stopped,
            checkpoint_id=told.id,
        ),
        id=told.id,
        deleted=told.discarded or nowhere,
        handed_on=stopped or not told.is_savepoint,
    )


def _of_storage(snapshot: Snapshot, *, perhaps_of: str | None = None) -> _Found:
    return _Found(snapshot=snapshot, id=snapshot.checkpoint_id or 0, perhaps_of=perhaps_of)


def _unseen(_: str) -> bool | None:
    """Whether a location holds a snapshot, where nothing can be seen."""
    return None


def _newest(
    job: str, found: Sequence[_Found], holds: Callable[[str], bool | None]
) -> Snapshot | None:
    """The newest; None: there is none.

    Raises:
        Refused: It is gone, or may be another job's.
    """
    # Of two with the same id, the one that is kept; then the one that is ours for certain.
    kept_and_ours = sorted(found, key=lambda one: (one.deleted, one.perhaps_of is not None))
    for newest in sorted(kept_and_ours, key=lambda one: one.id, reverse=True):
        location = newest.snapshot.location
        if newest.deleted or location is None or holds(location) is False:
            if not newest.handed_on:
                continue
            raise Refused(
                f"the newest state of job {job!r} is gone: {newest}; an older one would double "
                "what others have seen. Restore it, mount its folder here, or start the job by "
                "hand from what is left"
            )
        if newest.perhaps_of is not None:
            raise Refused(
                f"the newest state of job {job!r} may be {newest}, which may also be of "
                f"{newest.perhaps_of}; start the job by hand from the right one"
            )
        return newest.snapshot
    return None
