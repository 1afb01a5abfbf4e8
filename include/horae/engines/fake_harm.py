"""What may happen to a fake cluster at any time: parts of it die, and persons meddle."""

from dataclasses import replace
from datetime import timedelta

from horae.domain.job import Fate
from horae.engines.fake_cluster import FakeCluster
from horae.engines.fake_incarnation import Incarnation


def kill_job_manager(
    cluster: FakeCluster, *, high_availability: bool, away_seconds: float = 10.0
) -> None:
    """Kill the JobManager; another one answers after `away_seconds`.

    Triggers and ended jobs are forgotten either way. With high availability live jobs go on from
    their newest checkpoint, with the parallelism last asked for; without, they are gone, and only
    what they stored stays.
    """
    cluster.catch_up()
    cluster.away_until = cluster.now + timedelta(seconds=away_seconds)
    cluster.forget_requests()
    for one in cluster.known:
        if one.alive and high_availability:
            cluster.interrupt(one, until=cluster.away_until)
            continue
        if one.alive:
            cluster.end(one, Fate.FAILED)
        one.forgotten = True


def kill_task_manager(cluster: FakeCluster, *, back_after_seconds: float | None = 30.0) -> None:
    """Kill a TaskManager that runs the job; it comes back unless `back_after_seconds` is None.

    The job goes on from its newest checkpoint on the slots that are left, or waits for some.
    """
    cluster.catch_up()
    shapes = [one.configuration.shape for one in cluster.alive] + list(cluster.task_managers)
    shape = next((shape for shape in shapes if cluster.task_managers[shape] > 0), None)
    if shape is None:
        return
    cluster.task_managers[shape] -= 1
    for one in cluster.alive:
        if one.configuration.shape == shape:
            cluster.interrupt(one)

    def come_back() -> None:
        if cluster.task_managers[shape] < cluster.desired[shape]:
            cluster.task_managers[shape] += 1
            cluster.fit_to_slots()

    if back_after_seconds is not None:
        cluster.later(back_after_seconds, come_back, request=False)


def break_storage(cluster: FakeCluster, *, broken: bool = True) -> None:
    """Let no state be written, read or deleted, or mend it."""
    cluster.catch_up()
    cluster.storage.broken = broken


def fail_job(cluster: FakeCluster) -> None:
    """Let the job fail for good, as when its restarts are used up; its checkpoint stays."""
    cluster.catch_up()
    for one in cluster.alive:
        cluster.end(one, Fate.FAILED)


def person_cancels(cluster: FakeCluster) -> None:
    """Let a person cancel the job."""
    cluster.catch_up()
    for one in cluster.alive:
        cluster.end(one, Fate.CANCELLED)


def person_resizes(cluster: FakeCluster, parallelism: int) -> None:
    """Let a person ask for another parallelism in place."""
    cluster.catch_up()
    for one in cluster.alive:
        cluster.require(one, replace(one.wanted, parallelism=parallelism, vertices=()))


def person_restarts(cluster: FakeCluster, job_id: str) -> Incarnation | None:
    """Let a person start the job anew from its newest state; None: it could not be read."""
    person_cancels(cluster)
    state = cluster.storage.newest()
    if state is None or cluster.storage.broken:
        return None
    wanted = cluster.incarnations[-1].wanted
    cluster.provide(wanted, keep=True)
    cluster.submit(wanted, job_id, state.snapshot.location)
    return cluster.incarnations[-1]


def person_starts_afresh(cluster: FakeCluster, job_id: str) -> Incarnation:
    """Let a person start the job anew without any state; its checkpoints are counted from one."""
    person_cancels(cluster)
    wanted = cluster.incarnations[-1].wanted
    cluster.provide(wanted, keep=True)
    cluster.submit(wanted, job_id, None)
    return cluster.incarnations[-1]
