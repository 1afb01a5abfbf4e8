from dataclasses import replace

import pytest
from rescale_scene import AWAY, DOWN, NO, ORIGIN, OTHER, UP, Scene

from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.engines.fake import Fault
from horae.engines.journal import StepState
from horae.errors import Refused, Unavailable


@pytest.fixture
def scene() -> Scene:
    """A job that runs in ORIGIN."""
    return Scene()


class TestInPlace:
    """Only the parallelism changes."""

    def test_up(self, scene: Scene) -> None:
        """TaskManagers first, then a checkpoint, then the change, then a look whether it holds."""
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, UP)
        assert scene.changes == ["provide", "checkpoint", "resize", "checkpoint", "provide"]
        assert scene.diary.intended == [
            "recheck", "prepare", "checkpoint", "resize", "verify", "tidy",
        ]  # fmt: skip
        assert scene.engine.task_managers == {ORIGIN.shape: 4}

    def test_down(self, scene: Scene) -> None:
        """No TaskManager is added, and the one too many goes at the end."""
        outcome = scene.go(DOWN)
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, DOWN)
        assert scene.diary.intended == ["recheck", "checkpoint", "resize", "verify", "tidy"]
        assert scene.engine.task_managers == {ORIGIN.shape: 1}

    def test_the_outage_is_the_engines(self, scene: Scene) -> None:
        """Tasks stopped at the resize and ran 3 s later, however late we looked."""
        assert scene.go(UP).outage_seconds == 3.0

    def test_each_step_is_recorded_before_and_after(self, scene: Scene) -> None:
        """Intentions and results alternate."""
        scene.go(UP)
        states = [one.state for one in scene.diary.entries]
        assert states == [StepState.OPEN, StepState.DONE] * 6

    def test_fewer_subtasks_than_asked_go_back(self, scene: Scene) -> None:
        """A job that only gets 3 of 4 after the time is over is no success."""
        scene.engine.reachable_parallelism = 3
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)
        assert scene.engine.task_managers == {ORIGIN.shape: 2}
        assert "expected parallelism 4" in outcome.sentence

    def test_a_shrink_whose_lag_grows_goes_back(self, scene: Scene) -> None:
        """Lag above its limit that does not fall undoes a shrink."""
        scene.engine.lag_records = 5_000
        outcome = scene.go(DOWN)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)

    def test_growth_is_not_undone_for_lag(self, scene: Scene) -> None:
        """The smaller configuration would do no better; the outcome tells the lag."""
        scene.engine.lag_records = 5_000
        outcome = scene.go(UP)
        assert outcome.result is OutcomeResult.DONE
        assert "The lag of 5000 records does not fall yet." in outcome.sentence

    def test_an_unknown_lag_is_told(self, scene: Scene) -> None:
        """Unknown is not zero, and no failure."""
        scene.engine.lag_records = None
        assert "The engine does not tell the lag." in scene.go(DOWN).sentence

    def test_a_lost_reply_is_asked_again(self, scene: Scene) -> None:
        """Resizing may be repeated, so a reply that got lost costs a call and nothing else."""
        scene.engine.fail("resize", Fault(AWAY, done_first=True))
        assert scene.go(UP).result is OutcomeResult.DONE
        assert scene.changes.count("resize") == 2

    def test_one_failed_checkpoint_is_no_failure(self, scene: Scene) -> None:
        """Verification triggers another one."""
        outcome = self._with_failing_verification(scene, times=1)
        assert outcome.result is OutcomeResult.DONE

    def test_three_failed_checkpoints_go_back(self, scene: Scene) -> None:
        """A job that completes no checkpoint is not left there."""
        outcome = self._with_failing_verification(scene, times=3)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)

    def test_going_back_may_fail_too(self, scene: Scene) -> None:
        """The job is left running, a person is called, and the sentence has the reason."""
        outcome = self._with_failing_verification(scene, times=99)
        assert outcome.result is OutcomeResult.FAILED
        assert outcome.reached == ORIGIN
        assert "no checkpoint in 3 tries" in outcome.sentence
        assert "A person is needed." in outcome.sentence

    @staticmethod
    def _with_failing_verification(scene: Scene, times: int) -> Outcome:
        """Checkpoints fail after the job was resized."""
        scene.engine.fail("checkpoint", Fault(NO, times=times, after="resize"))
        return scene.go(UP)


class TestUntouched:
    """What ends before the job is touched."""

    @pytest.mark.parametrize(
        ("call", "error"),
        [("capabilities", NO), ("capabilities", AWAY), ("provide", NO), ("checkpoint", NO)],
    )
    def test_a_failure_before_the_job_is_touched_leaves_it(
        self, scene: Scene, call: str, error: Refused | Unavailable
    ) -> None:
        """The outcome is ABANDONED, and TaskManagers added for nothing are gone."""
        scene.engine.fail(call, Fault(error))
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, ORIGIN)
        assert scene.engine.task_managers == {ORIGIN.shape: 2}
        assert str(error) in outcome.sentence

    @pytest.mark.parametrize("step", ["recheck", "prepare", "checkpoint", "resize"])
    def test_the_kill_switch_stops_each_step(self, scene: Scene, step: str) -> None:
        """Thrown before any step up to the resize, it leaves the job as it is."""
        scene.diary.halt_before = step
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, ORIGIN)
        assert step not in scene.diary.intended
        assert "maintenance" in outcome.sentence
        assert "resize" not in scene.engine.calls
        assert scene.engine.task_managers == {ORIGIN.shape: 2}

    def test_what_cannot_be_recorded_is_not_done(self, scene: Scene) -> None:
        """A ledger that is away holds the action up before the job is touched."""
        scene.diary.break_from = "resize"
        with pytest.raises(Unavailable):
            scene.go(UP)
        assert "resize" not in scene.engine.calls

    def test_a_changed_job_is_left_alone(self, scene: Scene) -> None:
        """Somebody else rescaled it: nothing is added, removed or changed."""
        scene.engine.resize("ysb", DOWN)
        scene.clock.wait(10)
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, DOWN)
        assert scene.engine.task_managers == {ORIGIN.shape: 2}

    def test_a_stopped_job_is_left_alone(self, scene: Scene) -> None:
        """Nobody but its owner starts a job that was stopped."""
        scene.engine.snapshot("ysb", trigger_id="owner", stop=True)
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, None)
        assert scene.alive == 0

    @pytest.mark.parametrize(
        ("path", "ability"),
        [(RescalePath.IN_PLACE, "in_place"), (RescalePath.SAVEPOINT, "savepoint")],
    )
    def test_a_path_that_is_not_there_is_not_taken(
        self, scene: Scene, path: RescalePath, ability: str
    ) -> None:
        """Capabilities are asked again before every action."""
        scene.engine.capable[ability] = False
        outcome = scene.go(UP, path)
        assert outcome.result is OutcomeResult.ABANDONED
        assert f"not possible by path {path}: told so" in outcome.sentence

    def test_in_place_changes_parallelism_only(self, scene: Scene) -> None:
        """Another shape needs a restart."""
        assert scene.go(OTHER).result is OutcomeResult.ABANDONED

    def test_key_groups_are_the_limit(self, scene: Scene) -> None:
        """129 subtasks of 128 key groups cannot be."""
        outcome = scene.go(replace(ORIGIN, parallelism=129))
        assert outcome.result is OutcomeResult.ABANDONED
        assert "exceeds the job's 128 key groups" in outcome.sentence

    def test_a_failed_stop_leaves_the_job_running(self, scene: Scene) -> None:
        """The savepoint failed, the job goes on: nothing happened."""
        scene.engine.fail("stop", Fault(NO))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, ORIGIN)
        assert scene.engine.task_managers == {ORIGIN.shape: 2}


@pytest.mark.parametrize(
    "call", ["provide", "checkpoint", "resize", "stop", "end", "start", "describe"]
)
@pytest.mark.parametrize("error", [NO, AWAY])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("done_first", [True, False])
@pytest.mark.parametrize(
    "path", [RescalePath.IN_PLACE, RescalePath.SAVEPOINT, RescalePath.CHECKPOINT]
)
def test_whatever_fails_one_job_runs(
    call: str, error: Refused | Unavailable, times: int, done_first: bool, path: RescalePath
) -> None:
    """Any call failing up to three times ends with one job, running where the outcome says.

    What is refused on the way there and on the way back is FAILED.
    """
    scene = Scene()
    scene.engine.fail(call, Fault(error, times=times, done_first=done_first))
    outcome = scene.go(UP if path is RescalePath.IN_PLACE else OTHER, path)
    expected = {
        OutcomeResult.DONE: outcome.target,
        OutcomeResult.ROLLED_BACK: ORIGIN,
        OutcomeResult.ABANDONED: ORIGIN,
    }
    if outcome.result is OutcomeResult.FAILED:
        assert (call, error) in [("start", NO), ("resize", NO), ("stop", NO), ("provide", NO)]
        return
    scene.engine.fail(call, Fault(error, times=0))
    scene.clock.wait(10)
    assert scene.engine.describe("ysb").configuration == expected[outcome.result], outcome
    assert scene.alive == 1
