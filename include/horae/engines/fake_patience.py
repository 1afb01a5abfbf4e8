"""Waiting for what a fake cluster does, as an engine waits for a real one."""

from datetime import timedelta

from horae.engines.engine import Snapshot
from horae.engines.fake_cluster import FakeCluster
from horae.engines.fake_incarnation import Incarnation
from horae.errors import Refused, Unavailable

_POLL_SECONDS = 0.5
# A start whose reply was lost is looked for so long: what is not there then is not to come.
_APPEARANCE_SECONDS = 30.0


def completed(
    cluster: FakeCluster, one: Incarnation, trigger_id: str, timeout_seconds: float
) -> Snapshot:
    """Wait for what was triggered.

    Raises:
        Refused: It failed; the job goes on as before.
        Unavailable: The JobManager is away or has forgotten it, or it takes longer.
    """
    deadline = cluster.clock.now() + timedelta(seconds=timeout_seconds)
    while True:
        cluster.require_an_answer()
        operation = cluster.operations.get((one.job_id, trigger_id))
        if operation is None:
            raise Unavailable(f"the JobManager has forgotten trigger {trigger_id}")
        if operation.failure is not None:
            raise Refused(f"the snapshot failed: {operation.failure}")
        if operation.snapshot is not None:
            return operation.snapshot
        if cluster.clock.now() >= deadline:
            raise Unavailable(f"no snapshot within {timeout_seconds} s")
        cluster.clock.wait(_POLL_SECONDS)


def appears(cluster: FakeCluster, job_id: str) -> bool:
    """Whether a start whose reply was lost takes effect after all."""
    deadline = cluster.clock.now() + timedelta(seconds=_APPEARANCE_SECONDS)
    while cluster.clock.now() < deadline:
        cluster.clock.wait(_POLL_SECONDS)
        cluster.catch_up()
        if cluster.find(job_id) is not None:
            return True
    return False
