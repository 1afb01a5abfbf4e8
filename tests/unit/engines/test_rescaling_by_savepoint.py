from dataclasses import dataclass, replace

import pytest
from rescale_scene import AWAY, NO, ORIGIN, OTHER, Diary, Scene

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.job import JobPresence
from horae.engines import fake_harm
from horae.engines.action_ids import derived_id
from horae.engines.fake import FakeCluster, Fault
from horae.engines.journal import Step, StepState, Taken


@dataclass
class Unlucky(Diary):
    """A TaskManager dies as soon as the job was verified."""

    cluster: FakeCluster | None = None

    def write(self, taken: Taken) -> None:
        """Remember, and kill."""
        super().write(taken)
        if taken.step is Step.VERIFY and taken.state is StepState.DONE and self.cluster:
            fake_harm.kill_task_manager(self.cluster, back_after_seconds=None)


@dataclass
class Overruled(Diary):
    """A person asks for another parallelism, which takes effect later, before the verification."""

    cluster: FakeCluster | None = None

    def write(self, taken: Taken) -> None:
        """Remember, and let them ask."""
        super().write(taken)
        if taken.step is Step.VERIFY and taken.state is StepState.OPEN and self.cluster:
            (one,) = self.cluster.alive
            one.asked = replace(one.wanted, parallelism=3)


@pytest.fixture
def scene() -> Scene:
    """A job that runs in ORIGIN."""
    return Scene()


class TestSavepoint:
    """Stopped, and started from its savepoint in another shape."""

    def test_to_another_shape(self, scene: Scene) -> None:
        """New TaskManagers stand ready before the stop, and the old ones are gone at the start."""
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, OTHER)
        assert scene.changes == ["provide", "stop", "provide", "start", "checkpoint", "provide"]
        assert scene.engine.task_managers == {OTHER.shape: 2}
        assert outcome.outage_seconds == 3.0
        assert scene.alive == 1

    def test_it_starts_from_its_own_savepoint(self, scene: Scene) -> None:
        """Trigger and job id derive from the action's id alone."""
        scene.go(OTHER, RescalePath.SAVEPOINT)
        started = scene.engine.incarnations[-1]
        assert started.job_id == derived_id("action-1", "job")
        assert started.restored == f"memory:{derived_id('action-1', 'stop')}"

    def test_no_room_beside_the_old_ones(self, scene: Scene) -> None:
        """Then the new TaskManagers come once the job is stopped and the old ones are gone."""
        wanted = replace(OTHER, parallelism=6)  # 3 of the new shape beside 2 old ones: 5 of 4
        outcome = scene.go(wanted, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, wanted)
        assert scene.engine.task_managers == {wanted.shape: 3}

    @pytest.mark.parametrize("call", ["stop", "start"])
    def test_a_lost_reply_doubles_nothing(self, scene: Scene, call: str) -> None:
        """The repeated step is recognised by its id: one savepoint, one job."""
        scene.engine.fail(call, Fault(AWAY, done_first=True))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert outcome.result is OutcomeResult.DONE
        assert (len(scene.engine.incarnations), scene.alive) == (2, 1)

    def test_a_cluster_away_for_a_minute_is_waited_for(self, scene: Scene) -> None:
        """A stopped job is started however long it takes within the step's time: 30 x 2 s."""
        scene.engine.fail("start", Fault(AWAY, times=30))
        assert scene.go(OTHER, RescalePath.SAVEPOINT).result is OutcomeResult.DONE

    @pytest.mark.parametrize("broken", ["provide", "start", "verify", "tidy"])
    def test_the_ledger_does_not_leave_a_job_stopped(self, scene: Scene, broken: str) -> None:
        """Once stopped, one goes on without the ledger and tells so."""
        scene.diary.break_from = broken
        scene.diary.break_after = "stop"
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, OTHER)
        assert "The ledger was away for" in outcome.sentence

    def test_the_kill_switch_does_not_leave_a_job_stopped(self, scene: Scene) -> None:
        """It is read before recheck, provide and stop, and no more after that."""
        assert scene.go(OTHER, RescalePath.SAVEPOINT).result is OutcomeResult.DONE
        assert scene.diary.asked == 3

    def test_a_refused_start_goes_back_to_the_savepoint(self, scene: Scene) -> None:
        """The new incarnation never was, so the original savepoint is the newest state."""
        scene.engine.fail("start", Fault(NO))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)
        last = scene.engine.incarnations[-1]
        assert last.restored == f"memory:{derived_id('action-1', 'stop')}"
        assert last.job_id == derived_id("action-1", "back 1 job")
        assert scene.engine.task_managers == {ORIGIN.shape: 2}
        assert scene.alive == 1

    def test_task_managers_that_cannot_be_had_go_back(self, scene: Scene) -> None:
        """Refused after the stop: the job runs again where it was."""
        scene.engine.fail("provide", Fault(NO, times=2))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)

    def test_a_running_incarnation_goes_back_from_a_fresh_savepoint(self, scene: Scene) -> None:
        """What it committed since the first savepoint is not written twice."""
        smaller = replace(OTHER, parallelism=2)
        scene.engine.lag_records = 5_000
        outcome = scene.go(smaller, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)
        last = scene.engine.incarnations[-1]
        assert last.restored == f"memory:{derived_id('action-1', 'back 1 stop')}"

    def test_without_a_fresh_savepoint_the_newest_checkpoint_serves(self, scene: Scene) -> None:
        """The incarnation completed a checkpoint while it was verified, so it counts."""
        scene.engine.lag_records = 5_000
        scene.engine.fail("stop", Fault(NO, after="start"))
        outcome = scene.go(replace(OTHER, parallelism=2), RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)
        last = scene.engine.incarnations[-1]
        moved = derived_id("action-1", "job")
        assert last.restored is not None
        assert last.restored.startswith(f"memory:{moved}/chk-")

    def test_when_nothing_starts_a_person_is_needed(self, scene: Scene) -> None:
        """The savepoint is in the journal, and no job runs."""
        scene.engine.fail("start", Fault(NO, times=99))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.FAILED, None)
        assert scene.engine.describe("ysb").presence is JobPresence.FINISHED
        assert f"memory:{derived_id('action-1', 'stop')}" in outcome.sentence

    def test_a_person_who_asks_for_something_else_before_it_is_verified_is_heard(self) -> None:
        """The job runs as wanted still, and is about to change: it is left to that person."""
        scene = Scene(diary=Overruled())
        scene.diary.cluster = scene.engine.cluster
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert outcome.result is OutcomeResult.OVERTAKEN
        assert "somebody asked for parallelism 3" in outcome.sentence

    def test_what_is_not_to_be_had_for_a_moment_is_waited_for(self, scene: Scene) -> None:
        """The folder of savepoints is away for ten seconds, just when the job is to be started."""
        scene.engine.fail("start", Fault(NO, times=2))
        begun = scene.clock.now()
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)
        # refused on the way there and on the first way back; 15 s later it starts
        assert (scene.clock.now() - begun).total_seconds() >= 15.0
        assert scene.diary.intended.count("start") == 3

    def test_left_over_task_managers_are_no_failure(self, scene: Scene) -> None:
        """The job runs as wanted; the sentence tells what is left."""
        scene.engine.fail("provide", Fault(NO, after="start"))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert outcome.result is OutcomeResult.DONE
        assert "TaskManagers may be left over" in outcome.sentence

    def test_a_job_whose_tasks_restart_at_the_end_is_where_it_was_verified(self) -> None:
        """A TaskManager dies after the verification: the job lives, and shows no configuration."""
        scene = Scene(diary=Unlucky())
        scene.diary.cluster = scene.engine.cluster
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert scene.engine.describe("ysb").presence is JobPresence.STARTING
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, OTHER)
        assert "Since then" not in outcome.sentence
