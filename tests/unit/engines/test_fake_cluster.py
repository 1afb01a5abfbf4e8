"""The model cluster counts what a real one would lose or double."""

from dataclasses import replace

import pytest

from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.domain.job import Fate, JobPresence
from horae.engines import fake_harm
from horae.engines.engine import Snapshot
from horae.engines.fake import FakeCluster, FakeEngine, Fault
from horae.errors import JobNotRunning, Refused, Unavailable

BASE = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=10
)
AWAY = Unavailable("told to be away")


@pytest.fixture
def clock() -> ManualClock:
    """Simulated time."""
    return ManualClock()


@pytest.fixture
def cluster(clock: ManualClock) -> FakeCluster:
    """A job that reads 100 records a second."""
    return FakeCluster(clock, BASE, records_per_second=100)


@pytest.fixture
def engine(cluster: FakeCluster) -> FakeEngine:
    """An engine over it."""
    return FakeEngine.on(cluster)


def stopped(engine: FakeEngine, trigger_id: str = "t") -> Snapshot:
    """The job, stopped with a savepoint."""
    return engine.snapshot("job", trigger_id=trigger_id, stop=True)


class TestRecords:
    """What a reader of the output has seen."""

    def test_periodic_checkpoints_commit(self, cluster: FakeCluster, clock: ManualClock) -> None:
        """After 25 s two checkpoints of 10 s are done: 20 s x 100 records."""
        clock.wait(25)
        account = cluster.account()
        assert (account.committed, account.lost, account.doubled) == (2_000, 0, 0)

    def test_a_start_from_the_newest_state_doubles_nothing(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Stopped at 15 s and started 5 s later: after 40 s all up to the last checkpoint once."""
        clock.wait(15)
        snapshot = stopped(engine)
        clock.wait(5)
        engine.start("job", BASE, job_id="second", snapshot=snapshot)
        clock.wait(20)  # it runs from 23 s on and completes a checkpoint at 33 s
        account = cluster.account()
        assert (account.committed, account.lost, account.doubled) == (3_300, 0, 0)

    def test_a_start_from_an_older_state_doubles(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """From the savepoint at 15 s although a checkpoint at 28 s was committed: 13 s twice."""
        clock.wait(15)
        snapshot = stopped(engine)
        engine.start("job", BASE, job_id="second", snapshot=snapshot)
        clock.wait(14)  # it runs from 18 s on and completes a checkpoint at 28 s
        engine.end("job", job_id="second")
        engine.start("job", BASE, job_id="third", snapshot=snapshot)
        clock.wait(20)
        assert cluster.account().doubled == 1_300

    def test_twins_double(self, cluster: FakeCluster, clock: ManualClock) -> None:
        """Two that go on from one state commit what follows twice."""
        clock.wait(15)
        cluster.catch_up()
        cluster.submit(BASE, "twin", cluster.incarnations[0].state)
        clock.wait(20)
        assert cluster.account().doubled > 0

    def test_a_start_from_nothing_doubles_everything(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Without a state the job begins at the beginning: the 15 s before are seen again."""
        clock.wait(15)
        nothing = replace(stopped(engine), location=None)
        engine.start("job", BASE, job_id="second", snapshot=nothing)
        clock.wait(20)
        assert cluster.account().doubled == 1_500

    def test_a_gap_is_lost(self, cluster: FakeCluster) -> None:
        """Records that were skipped are counted once something after them is seen."""
        cluster.storage.output.commit(0, 100)
        cluster.storage.output.commit(130, 200)
        account = cluster.account()
        assert (account.committed, account.lost, account.doubled) == (170, 30, 0)


class TestJobManager:
    """It dies, with high availability and without."""

    def test_without_high_availability_only_the_storage_remembers(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Away for 10 s, then there is no such job, and its checkpoint of 10 s is found."""
        clock.wait(15)
        fake_harm.kill_job_manager(cluster, high_availability=False)
        with pytest.raises(Unavailable):
            engine.describe("job")
        clock.wait(10)
        assert engine.describe("job").presence is JobPresence.ABSENT
        assert engine.fate("job", job_id="first") is Fate.UNKNOWN
        newest = engine.newest_state("job", job_ids=["first"])
        assert newest is not None
        assert newest.checkpoint_id == 1

    def test_a_broken_storage_cannot_tell(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """What the engine has forgotten cannot be looked for, what it knows can."""
        clock.wait(15)
        fake_harm.break_storage(cluster)
        assert engine.newest_state("job", job_ids=["first"]) is not None
        fake_harm.kill_job_manager(cluster, high_availability=False)
        clock.wait(10)
        with pytest.raises(Refused):
            engine.newest_state("job", job_ids=["first"])

    def test_with_high_availability_the_job_goes_on(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """The parallelism that was asked for stays, triggers and ended jobs are forgotten."""
        snapshot = stopped(engine)
        engine.start("job", replace(BASE, parallelism=1), job_id="second", snapshot=snapshot)
        fake_harm.kill_job_manager(cluster, high_availability=True)
        clock.wait(30)
        shown = engine.describe("job")
        assert (shown.job_id, shown.presence) == ("second", JobPresence.RUNNING)
        assert shown.asked == {"source": 1, "window": 1}
        assert engine.fate("job", job_id="first") is Fate.UNKNOWN
        assert cluster.account().doubled == 0


class TestTaskManager:
    """One dies, and comes back or not."""

    def test_the_job_shrinks_and_grows_again(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Of two slots one is left for 30 s; what is asked for stays."""
        fake_harm.kill_task_manager(cluster, back_after_seconds=30)
        clock.wait(10)
        shown = engine.describe("job")
        assert shown.configuration == replace(BASE, parallelism=1)
        assert shown.asked == {"source": 2, "window": 2}
        clock.wait(30)
        assert engine.describe("job").configuration == BASE

    def test_without_a_slot_the_job_waits(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Both are gone: STARTING until new ones are provided."""
        for _ in range(2):
            fake_harm.kill_task_manager(cluster, back_after_seconds=None)
        clock.wait(600)
        assert engine.describe("job").presence is JobPresence.STARTING
        engine.provide(BASE, keep=True)
        clock.wait(10)
        assert engine.describe("job").configuration == BASE


class TestSavepoints:
    """Triggered, under way, done or failed."""

    def test_one_that_takes_longer_stops_the_job_all_the_same(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Waiting ends after 5 s, the job after 20 s."""
        cluster.savepoint_seconds = 20
        with pytest.raises(Unavailable):
            engine.snapshot("job", trigger_id="t", stop=True, timeout_seconds=5)
        assert engine.fate("job", job_id="first") is Fate.ALIVE
        clock.wait(20)
        assert engine.fate("job", job_id="first") is Fate.FINISHED

    def test_one_of_an_interrupted_job_fails(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """A TaskManager dies meanwhile: the savepoint is refused, and the job goes on."""
        cluster.savepoint_seconds = 20
        with pytest.raises(Unavailable):
            engine.snapshot("job", trigger_id="t", stop=True, timeout_seconds=5)
        fake_harm.kill_task_manager(cluster)
        with pytest.raises(Refused):
            engine.snapshot("job", trigger_id="t", stop=True)
        assert engine.fate("job", job_id="first") is Fate.ALIVE

    def test_nothing_is_completed_while_the_storage_is_broken(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Periodic checkpoints fail and are counted, and a stop is refused."""
        fake_harm.break_storage(cluster)
        clock.wait(25)
        with pytest.raises(Refused):
            stopped(engine)
        assert engine.progress("job").failed_checkpoints == 3  # two periodic ones and the stop
        fake_harm.break_storage(cluster, broken=False)
        assert stopped(engine, "another").stopped


class TestCalls:
    """Calls that are slow, or take effect late."""

    def test_a_late_start_is_waited_for(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """The reply is lost and the job appears 7 s later: one start, no error."""
        snapshot = stopped(engine)
        engine.fail("start", Fault(None, late_seconds=7))
        before = clock.now()
        engine.start("job", BASE, job_id="second", snapshot=snapshot)
        assert (clock.now() - before).total_seconds() == 7
        assert [one.job_id for one in cluster.alive] == ["second"]

    def test_a_start_that_comes_too_late_makes_twins(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """Who starts another one without waiting long enough has two."""
        snapshot = stopped(engine)
        engine.fail("start", Fault(None, late_seconds=40))
        with pytest.raises(Unavailable):
            engine.start("job", BASE, job_id="second", snapshot=snapshot)
        engine.start("job", BASE, job_id="third", snapshot=snapshot)
        clock.wait(20)
        assert engine.describe("job").presence is JobPresence.DOUBLED

    def test_two_engines_share_a_cluster(self, cluster: FakeCluster, engine: FakeEngine) -> None:
        """What one stops the other finds stopped; each has its own calls and faults."""
        other = FakeEngine.on(cluster)
        other.fail("describe", Fault(AWAY))
        stopped(engine)
        assert engine.describe("job").presence is JobPresence.FINISHED
        with pytest.raises(Unavailable):
            other.describe("job")
        with pytest.raises(JobNotRunning):
            other.progress("job")
        assert other.calls == ["describe", "progress"]

    def test_a_slow_call_takes_its_time(self, engine: FakeEngine, clock: ManualClock) -> None:
        """Ten seconds, then the answer."""
        engine.fail("describe", Fault(None, delay_seconds=10))
        before = clock.now()
        assert engine.describe("job").presence is JobPresence.RUNNING
        assert (clock.now() - before).total_seconds() == 10


class TestPersons:
    """Somebody else's hands."""

    def test_a_person_resizes(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """What is asked for shows it at once, what runs a little later."""
        fake_harm.person_resizes(cluster, 1)
        assert engine.describe("job").asked == {"source": 1, "window": 1}
        clock.wait(5)
        assert engine.describe("job").configuration == replace(BASE, parallelism=1)

    def test_a_person_starts_it_anew(
        self, cluster: FakeCluster, engine: FakeEngine, clock: ManualClock
    ) -> None:
        """From its newest state, under another id: nothing is doubled."""
        clock.wait(15)
        fake_harm.person_restarts(cluster, "hers")
        clock.wait(20)
        assert engine.describe("job").job_id == "hers"
        assert engine.fate("job", job_id="first") is Fate.CANCELLED
        assert cluster.account().doubled == 0

    def test_a_person_cancels(self, cluster: FakeCluster, engine: FakeEngine) -> None:
        """The job has ended, and nobody asked an engine for it."""
        fake_harm.person_cancels(cluster)
        assert engine.describe("job").presence is JobPresence.FINISHED
        assert engine.calls == ["describe"]
