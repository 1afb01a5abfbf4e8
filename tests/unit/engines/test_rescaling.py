from dataclasses import dataclass, field, replace

import pytest

from horae.domain.action import Outcome, OutcomeResult, Rescale, RescalePath
from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.engines.action_ids import derived_id
from horae.engines.fake import FakeEngine, Fault
from horae.engines.rescaling import rescale
from horae.errors import LedgerError, Refused, Unavailable

ORIGIN = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=10
)
UP = replace(ORIGIN, parallelism=4)
DOWN = replace(ORIGIN, parallelism=1)
OTHER = replace(ORIGIN, parallelism=4, slots=2, memory_mb=1024, checkpoint_interval_seconds=20)

NO = Refused("told to refuse")
AWAY = Unavailable("told to be away")


@dataclass
class Diary:
    """A journal that remembers, and halts or breaks before a given step.

    It breaks at the first step `break_from` that follows a step `break_after`.
    """

    halt_before: str | None = None
    break_from: str | None = None
    break_after: str = "recheck"
    asked: int = 0
    entries: list[tuple[str, str, str]] = field(default_factory=list)
    broken: bool = False

    @property
    def intended(self) -> list[str]:
        """Steps begun."""
        return [step for phase, step, _ in self.entries if phase == "intend"]

    def intend(self, step: str, detail: str) -> None:
        """Remember, or break."""
        self.broken |= step == self.break_from and self.break_after in self.intended
        self._write("intend", step, detail)

    def result(self, step: str, detail: str) -> None:
        """Remember, or break."""
        self._write("result", step, detail)

    def halted(self) -> str | None:
        """A reason once the next step is the one to halt before."""
        self.asked += 1
        done = len([1 for phase, _, _ in self.entries if phase == "result"])
        order = ["recheck", "provide", "checkpoint", "resize"]
        if self.halt_before is None or order[done] != self.halt_before:
            return None
        return "maintenance"

    def _write(self, phase: str, step: str, detail: str) -> None:
        if self.broken:
            raise LedgerError("the database is away")
        self.entries.append((phase, step, detail))


@dataclass
class Scene:
    """A fake engine and what was done with it."""

    clock: ManualClock = field(default_factory=ManualClock)
    diary: Diary = field(default_factory=Diary)

    def __post_init__(self) -> None:
        """Build the engine."""
        self.engine = FakeEngine(self.clock, ORIGIN, job="ysb", outage_seconds=3.0)

    def go(
        self, target: Configuration, path: RescalePath = RescalePath.IN_PLACE, limit: float = 100
    ) -> Outcome:
        """Rescale."""
        order = Rescale(
            job="ysb", action_id="action-1", origin=ORIGIN, target=target, path=path,
            lag_limit_records=limit,
        )  # fmt: skip
        return rescale(self.engine, order, journal=self.diary, clock=self.clock)

    @property
    def alive(self) -> int:
        """Live incarnations."""
        return sum(1 for one in self.engine.incarnations if one.ended_at is None)


@pytest.fixture
def scene() -> Scene:
    """A job that runs in ORIGIN."""
    return Scene()


def _doing(scene: Scene) -> list[str]:
    """Calls that change something."""
    return [c for c in scene.engine.calls if c not in ("describe", "progress", "capabilities")]


class TestInPlace:
    """Only the parallelism changes."""

    def test_up(self, scene: Scene) -> None:
        """TaskManagers first, then a checkpoint, then the change, then a look whether it holds."""
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, UP)
        assert _doing(scene) == ["provide", "checkpoint", "resize", "checkpoint", "provide"]
        assert scene.diary.intended == [
            "recheck", "provide", "checkpoint", "resize", "verify", "tidy",
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
        assert [phase for phase, _, _ in scene.diary.entries] == ["intend", "result"] * 6

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
        assert _doing(scene).count("resize") == 2

    def test_one_failed_checkpoint_is_no_failure(self, scene: Scene) -> None:
        """Verification triggers another one."""
        outcome = self._with_failing_verification(scene, times=1)
        assert outcome.result is OutcomeResult.DONE

    def test_three_failed_checkpoints_go_back(self, scene: Scene) -> None:
        """A job that completes no checkpoint is not left there."""
        outcome = self._with_failing_verification(scene, times=3)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)

    def test_going_back_may_fail_too(self, scene: Scene) -> None:
        """Then a person is needed, and the sentence has both reasons."""
        outcome = self._with_failing_verification(scene, times=99)
        assert outcome.result is OutcomeResult.FAILED
        assert outcome.sentence.count("no checkpoint in 3 tries") == 2
        assert "A person is needed." in outcome.sentence

    @staticmethod
    def _with_failing_verification(scene: Scene, times: int) -> Outcome:
        """Checkpoints fail after the job was resized."""
        scene.engine.fail("checkpoint", Fault(NO, times=times, after="resize"))
        return scene.go(UP)


class TestUntouched:
    """What ends before the job is touched."""

    @pytest.mark.parametrize("call", ["capabilities", "provide", "checkpoint"])
    @pytest.mark.parametrize("error", [NO, AWAY])
    def test_a_failure_before_the_job_is_touched_leaves_it(
        self, scene: Scene, call: str, error: Refused | Unavailable
    ) -> None:
        """The outcome is ABANDONED, and TaskManagers added for nothing are gone."""
        scene.engine.fail(call, Fault(error))
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, ORIGIN)
        assert scene.engine.task_managers == {ORIGIN.shape: 2}
        assert str(error) in outcome.sentence

    @pytest.mark.parametrize("step", ["recheck", "provide", "checkpoint", "resize"])
    def test_the_kill_switch_stops_each_step(self, scene: Scene, step: str) -> None:
        """Thrown before any step up to the resize, it leaves the job as it is."""
        scene.diary.halt_before = step
        outcome = scene.go(UP)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, ORIGIN)
        assert f"step {step} failed: not begun, the kill switch is thrown: maintenance" in (
            outcome.sentence
        )
        assert "resize" not in scene.engine.calls
        assert scene.engine.task_managers == {ORIGIN.shape: 2}

    def test_what_cannot_be_recorded_is_not_done(self, scene: Scene) -> None:
        """A ledger that is away stops the action before the job is touched."""
        scene.diary.break_from = "resize"
        assert scene.go(UP).result is OutcomeResult.ABANDONED
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
        assert f"not possible {path}: told so" in outcome.sentence

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


class TestSavepoint:
    """Stopped, and started from its savepoint in another shape."""

    def test_to_another_shape(self, scene: Scene) -> None:
        """New TaskManagers stand ready before the stop, and the old ones are gone at the start."""
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, OTHER)
        assert _doing(scene) == ["provide", "stop", "provide", "start", "checkpoint", "provide"]
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
        assert last.job_id == derived_id("action-1", "rollback job")
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
        assert last.restored == f"memory:{derived_id('action-1', 'rollback stop')}"

    def test_without_a_fresh_savepoint_the_newest_checkpoint_serves(self, scene: Scene) -> None:
        """The incarnation completed a checkpoint while it was verified, so it counts."""
        scene.engine.lag_records = 5_000
        scene.engine.fail("stop", Fault(NO, after="start"))
        outcome = scene.go(replace(OTHER, parallelism=2), RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.ROLLED_BACK, ORIGIN)
        last = scene.engine.incarnations[-1]
        assert last.restored == f"memory:{derived_id('action-1', 'verify 0')}"
        assert "No fresh savepoint could be taken" in outcome.sentence

    def test_when_nothing_starts_a_person_is_needed(self, scene: Scene) -> None:
        """The savepoint is in the journal, and no job runs."""
        scene.engine.fail("start", Fault(NO, times=99))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert (outcome.result, outcome.reached) == (OutcomeResult.FAILED, None)
        assert scene.engine.describe("ysb").presence is JobPresence.FINISHED
        details = [detail for phase, step, detail in scene.diary.entries if step == "stop"]
        assert f"memory:{derived_id('action-1', 'stop')}" in details[-1]

    def test_left_over_task_managers_are_no_failure(self, scene: Scene) -> None:
        """The job runs as wanted; the sentence tells what is left."""
        scene.engine.fail("provide", Fault(NO, after="start"))
        outcome = scene.go(OTHER, RescalePath.SAVEPOINT)
        assert outcome.result is OutcomeResult.DONE
        assert "TaskManagers may be left over" in outcome.sentence


@pytest.mark.parametrize("call", ["provide", "checkpoint", "resize", "stop", "start", "describe"])
@pytest.mark.parametrize("error", [NO, AWAY])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("done_first", [True, False])
@pytest.mark.parametrize("path", list(RescalePath))
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
