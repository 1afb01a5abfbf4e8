from dataclasses import replace

import pytest

from flow_builders import FOUR, a_failure, a_trace
from horae.domain.job import Fate, JobPresence
from horae.errors import JobNotRunning, Refused, Unavailable
from horae.simulation.cluster.simulated_job import SimulatedJob
from horae.simulation.job.job_model import LogNormal, OutageModel, Outages
from simulated_jobs import BOTH_WAYS, JOB, SIX, a_job, checkpoint, grow_in_place, stop

SLOW_CHECKPOINTS = replace(FOUR, checkpoint_interval_seconds=60.0)


def replayed(job: SimulatedJob) -> float:
    """Records that actions had read again."""
    return job.flow.replications[0].replayed


class TestInPlace:
    """The tasks restart, and the job keeps its id."""

    def test_it_stops_after_its_preparation_and_is_down_for_its_outage(self) -> None:
        """At 117 asked, at 118 down, at 125 (7 s later) running with six subtasks."""
        job = a_job()
        job.clock.wait(105)
        grow_in_place(job)
        assert job.clock.second == 117
        assert job.engine.describe(JOB).configuration == FOUR
        job.clock.wait(1)
        stopped = job.engine.describe(JOB)
        assert (stopped.presence, stopped.configuration) == (JobPresence.STARTING, None)
        assert {each.running_subtasks for each in stopped.vertices} == {0}
        job.clock.wait(7)
        running = job.engine.describe(JOB)
        assert (running.presence, running.configuration) == (JobPresence.RUNNING, SIX)
        assert {each.running_since for each in running.vertices} == {job.clock.at(125)}
        assert running.job_id == "first"
        assert job.engine.progress(JOB).interrupted_at == job.clock.at(118)

    @pytest.mark.parametrize(("reactive", "begun"), [(False, 115), (True, 110)])
    def test_it_goes_on_from_the_newest_checkpoint(self, reactive: bool, begun: int) -> None:
        """200 records/s are read again since the one that was triggered, at 115.

        In reactive mode, which restarts before anybody took one, since the periodic one of 110.
        """
        job = a_job(reactive_mode=reactive)
        job.clock.wait(105)
        grow_in_place(job)
        job.clock.wait(1)
        assert replayed(job) == pytest.approx(200 * (118 - begun))
        job.clock.wait(7)
        assert job.flow.position(0) == pytest.approx(200 * begun)

    def test_it_drains_as_after_such_a_change(self) -> None:
        """Twice the load after a rescale, where a failure's restart drains as fast as it can."""
        path = OutageModel(seconds=LogNormal(median=7.0), drain=LogNormal(median=2.0))
        job = a_job(outages=Outages(in_place=path), due=(a_failure(300),))
        grow_in_place(job)
        job.clock.wait(400)
        first, second = job.flow.replications[0].started[1:]
        assert job.flow.capacity[0, first + 1] == pytest.approx(400)
        assert job.flow.capacity[0, second + 1] == pytest.approx(600)

    def test_asking_again_restarts_nothing(self) -> None:
        """One outage, however often it is asked for."""
        job = a_job()
        grow_in_place(job)
        job.clock.wait(3)
        job.engine.resize(JOB, SIX)
        job.clock.wait(30)
        job.engine.resize(JOB, SIX)
        job.clock.wait(30)
        assert len(job.flow.replications[0].started) == 2

    def test_without_slots_it_gets_what_there_is_and_the_rest_when_they_come(self) -> None:
        """Asked for six with four slots it stays as it is; six come, and it has them."""
        job = a_job()
        job.engine.resize(JOB, SIX)
        job.clock.wait(60)
        shown = job.engine.describe(JOB)
        assert (shown.configuration, shown.asked) == (FOUR, {"source": 6, "process": 6})
        job.engine.provide(SIX, keep=True)
        job.clock.wait(7)
        assert job.engine.describe(JOB).configuration == SIX

    def test_a_job_that_cannot_says_so(self) -> None:
        """A model without such an outage: not capable, with a reason, and refused."""
        job = a_job(outages=Outages(savepoint=BOTH_WAYS.savepoint))
        can = job.engine.capabilities(JOB)
        assert not can.in_place
        assert "in_place" in can.why_not
        with pytest.raises(Refused, match="cannot be rescaled in place"):
            job.engine.resize(JOB, SIX)

    def test_a_failure_on_the_way_is_over_before_the_tasks_run(self) -> None:
        """It strikes at 5, while they are down from 1 to 8, for 45 s: they run at 50, not 8."""
        job = a_job(due=(a_failure(5, visible=5, dark=40),))
        job.engine.resize(JOB, replace(FOUR, parallelism=3))
        job.clock.wait(49)
        assert job.engine.describe(JOB).presence is JobPresence.STARTING
        job.clock.wait(1)
        assert job.engine.describe(JOB).presence is JobPresence.RUNNING


class TestSavepoint:
    """The job is stopped, and started under another id."""

    def test_it_runs_on_while_the_savepoint_is_taken(self) -> None:
        """Asked at 100 it processes until 102, and what it has done until then is in it."""
        job = a_job()
        job.clock.wait(100)
        taken = stop(job)
        assert taken.completed_at == job.clock.now() == job.clock.at(102)
        assert job.flow.position(0) == pytest.approx(200 * 102)

    @pytest.mark.parametrize(("waited", "runs_at"), [(0, 114), (5, 114), (30, 133)])
    def test_the_outage_counts_from_the_stop(self, waited: int, runs_at: int) -> None:
        """Stopped at 102, down for 12 s: it runs at 114 where it was started by then.

        Where the start came later, a second after that; nothing is read again.
        """
        job = a_job()
        job.clock.wait(100)
        taken = stop(job)
        job.clock.wait(waited)
        job.engine.start(JOB, FOUR, job_id="second", snapshot=taken)
        job.clock.wait(60)
        shown = job.engine.describe(JOB)
        assert (shown.job_id, shown.started_at) == ("second", job.clock.at(102 + waited))
        assert shown.vertices[0].running_since == job.clock.at(runs_at)
        assert replayed(job) == 0.0
        assert job.engine.progress(JOB).interrupted_at == job.clock.at(102)

    def test_one_that_takes_too_long_is_joined_by_the_next_call(self) -> None:
        """After one of two seconds it is unavailable, and the job is stopped at 2 all the same."""
        job = a_job()
        with pytest.raises(Unavailable, match="no snapshot within 1 s"):
            stop(job, timeout=1.0)
        job.clock.wait(20)
        assert stop(job).completed_at == job.clock.at(2)
        assert job.clock.second == 21

    def test_a_failure_lets_it_fail_and_the_job_goes_on(self) -> None:
        """It strikes between trigger and completion; later a checkpoint is refused likewise."""
        job = a_job(due=(a_failure(101),))
        job.clock.wait(100)
        with pytest.raises(Refused, match="a task stopped before it was complete"):
            stop(job)
        job.clock.wait(10)
        with pytest.raises(Refused, match="not all tasks run"):
            checkpoint(job)
        job.clock.wait(60)
        assert job.engine.fate(JOB, job_id="first") is Fate.ALIVE
        assert job.engine.progress(JOB).failed_checkpoints == 2

    def test_a_longer_preparation_counts(self) -> None:
        """5 s from asking until the processing stops, where a checkpoint takes 2."""
        path = OutageModel(seconds=LogNormal(median=12.0), prepare=LogNormal(median=5.0))
        job = a_job(outages=Outages(savepoint=path))
        assert stop(job).completed_at == job.clock.at(5)

    def test_what_an_action_takes_is_the_same_for_everybody(self) -> None:
        """Same seed, same outages, one after the other; another seed, others."""

        def outages(seed: int) -> list[int]:
            path = OutageModel(seconds=LogNormal(median=20.0, deviation=0.5))
            job = a_job(seed=seed, outages=Outages(savepoint=path))
            for number in range(3):
                taken = job.engine.snapshot(JOB, trigger_id=f"{number}", stop=True)
                job.engine.start(JOB, FOUR, job_id=f"{number}", snapshot=taken)
                job.clock.wait(300)
            return [int(at) for at in job.flow.replications[0].started]

        first, again, other = outages(3), outages(3), outages(4)
        assert first == again != other
        assert len(set(first)) == 4


class TestCheckpointPath:
    """A job that was ended as it is goes on from its newest checkpoint."""

    def test_what_it_did_since_is_read_again(self) -> None:
        """Ended at 127 the periodic one of 120 is the newest: 7 s of 200 records/s."""
        job = a_job()
        job.clock.wait(127)
        job.engine.end(JOB, job_id="first")
        newest = job.engine.newest_state(JOB, job_ids=["first"])
        assert newest is not None
        assert newest.completed_at == job.clock.at(122)
        job.engine.start(JOB, FOUR, job_id="second", snapshot=newest)
        assert replayed(job) == pytest.approx(7 * 200)
        job.clock.wait(12)
        assert job.flow.position(0) == pytest.approx(120 * 200)

    def test_soon_after_a_failure_it_is_the_one_that_was_restored(self) -> None:
        """Struck at 125, back at 140 from the one of 120, ended at 145 before the next one.

        Catching up it did 400 records/s for 5 s.
        """
        job = a_job(due=(a_failure(125),))
        job.clock.wait(145)
        job.engine.end(JOB, job_id="first")
        newest = job.engine.newest_state(JOB, job_ids=["first"])
        assert newest is not None
        assert newest.completed_at == job.clock.at(122)
        job.engine.start(JOB, FOUR, job_id="second", snapshot=newest)
        job.clock.wait(60)
        assert replayed(job) == pytest.approx(400 * 5)

    def test_one_that_completed_none_has_the_state_of_the_one_before_it(self) -> None:
        """A new incarnation that was ended at once is passed over."""
        job = a_job()
        taken = stop(job)
        job.engine.start(JOB, SLOW_CHECKPOINTS, job_id="second", snapshot=taken)
        job.clock.wait(30)
        job.engine.end(JOB, job_id="second")
        assert job.engine.newest_state(JOB, job_ids=["second", "first"]) == taken
        assert job.engine.newest_state(JOB, job_ids=["second"]) is None


class TestFailure:
    """A failure of the flow is seen as that of a real job."""

    def test_it_is_not_noticed_at_once_and_the_job_keeps_its_id(self) -> None:
        """Struck at 100, seen at 105, back at 115."""
        job = a_job(due=(a_failure(100),))
        job.clock.wait(104)
        assert job.engine.describe(JOB).presence is JobPresence.RUNNING
        job.clock.wait(1)
        assert job.engine.describe(JOB).presence is JobPresence.STARTING
        assert job.engine.progress(JOB).lag_records is None
        job.clock.wait(10)
        shown = job.engine.describe(JOB)
        assert (shown.presence, shown.job_id) == (JobPresence.RUNNING, "first")
        assert {each.running_since for each in shown.vertices} == {job.clock.at(115)}
        assert job.engine.progress(JOB).interrupted_at == job.clock.at(105)

    def test_a_job_that_never_stopped_was_never_interrupted(self) -> None:
        """And its newest checkpoint is the one that began at 90, complete at 92."""
        job = a_job()
        job.clock.wait(100)
        seen = job.engine.progress(JOB)
        assert seen.interrupted_at is None
        assert seen.last_checkpoint_at == job.clock.at(92)
        assert seen.lag_records == 0.0


class TestOneJob:
    """What does not concern the job is nobody's."""

    def test_a_job_of_another_name_does_not_run(self) -> None:
        """Nothing can be asked of it."""
        with pytest.raises(JobNotRunning):
            a_job().engine.progress("other")

    def test_a_run_is_recorded_with_what_was_paid(self) -> None:
        """An hour of four cores, whose last half was six from their request on."""
        job = a_job(a_trace(200.0, seconds=3_600))
        job.clock.wait(1_800)
        grow_in_place(job)
        job.clock.wait(3_600 - job.clock.second)
        record = job.record()
        assert record.cores.sum() == 1_800 * 4 + 1_800 * 6
        # Up to 1,813, when it stops; down for 7 s.
        assert (~record.up).nonzero()[0].tolist() == list(range(1_813, 1_820))
        assert record.configurations == ((0, FOUR), (1_820, SIX))
