"""What every engine must hold; test_engines.py runs it on the fake, tests/live on a real Flink."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import pytest

from horae.domain.action import OutcomeResult, Rescale, RescalePath
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import Fate, JobDescription, JobPresence
from horae.engines.engine import Engine, Snapshot
from horae.engines.journal import StepState, Taken
from horae.engines.rescaling import rescale
from horae.errors import JobNotRunning, Refused
from journals import LonelyJournal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """What a test plays on: a job that runs in `base`, and up to four TaskManagers.

    The base has parallelism 1 and TaskManagers of one slot.
    """

    engine: Engine
    clock: Clock
    job: str
    base: Configuration

    def wait(self, ask: Callable[[], T], good: Callable[[T], bool]) -> T:
        """The first good answer; fails after a minute."""
        deadline = self.clock.now() + timedelta(seconds=60)
        while not good(answer := ask()):
            assert self.clock.now() < deadline, f"still {answer}"
            self.clock.wait(0.5)
        return answer

    def wait_until_it_runs(self, configuration: Configuration) -> JobDescription:
        """The job, once it runs in a configuration."""
        return self.wait(
            lambda: self.engine.describe(self.job), lambda one: one.configuration == configuration
        )

    def stop(self) -> Snapshot:
        """Stop the job with a savepoint."""
        return self.engine.snapshot(self.job, trigger_id=new_id(), stop=True)

    def newest_state(self, *job_ids: str) -> Snapshot:
        """The newest state of these incarnations, of which one has some."""
        newest = self.engine.newest_state(self.job, job_ids=job_ids)
        assert newest is not None, f"no state of {job_ids}"
        return newest


class SilentJournal(LonelyJournal):
    """Remembers steps; never halts."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def write(self, taken: Taken) -> None:
        """Remember what was begun."""
        if taken.state is StepState.OPEN:
            self.steps.append(taken.step.value)


def new_id() -> str:
    """A trigger or job id that was never used."""
    return uuid.uuid4().hex


class EngineContract:
    """A subclass gives the fixture `stage`."""

    def test_a_running_job_is_found_by_name_and_read_back(self, stage: Stage) -> None:
        """It is RUNNING in its configuration: one subtask a vertex, and one vertex is a source."""
        shown = stage.engine.describe(stage.job)
        assert (shown.presence, shown.configuration) == (JobPresence.RUNNING, stage.base)
        assert {(v.parallelism, v.running_subtasks) for v in shown.vertices} == {(1, 1)}
        assert any(vertex.is_source for vertex in shown.vertices)
        assert all(vertex.running_since is not None for vertex in shown.vertices)
        assert shown.asked == {vertex.id: 1 for vertex in shown.vertices}
        assert shown.version
        assert stage.engine.fate(stage.job, job_id=shown.job_id or "") is Fate.ALIVE

    def test_an_unknown_name_is_absent(self, stage: Stage) -> None:
        """Looking for a job that was never there is answered, not an error."""
        assert stage.engine.describe("nobody").presence is JobPresence.ABSENT

    def test_it_can_all_be_done_here(self, stage: Stage) -> None:
        """The stage has the adaptive scheduler, a program, savepoints and a provisioner."""
        can = stage.engine.capabilities(stage.job)
        assert (can.in_place, can.savepoint, can.checkpoint, can.provisioned) == (True,) * 4
        assert can.restart or can.why_not["restart"]
        assert (can.maximum_task_managers, can.maximum_parallelism) == (4, 128)

    def test_a_checkpoint_leaves_the_job_running(self, stage: Stage) -> None:
        """It is completed when the call returns, needs no restore, and is the newest state.

        Asked of a job that has completed one, for an engine may decline what comes in its start.
        """
        began = stage.wait(
            lambda: stage.engine.progress(stage.job),
            lambda progress: progress.last_checkpoint_at is not None,
        )
        before = stage.engine.describe(stage.job).job_id or ""
        taken = stage.engine.snapshot(stage.job, trigger_id=new_id(), stop=False)
        assert (taken.stopped, taken.location) == (False, None)
        assert stage.engine.describe(stage.job).job_id == before
        seen = stage.wait(
            lambda: stage.engine.progress(stage.job),
            lambda progress: progress.last_checkpoint_at != began.last_checkpoint_at,
        )
        assert seen.failed_checkpoints == began.failed_checkpoints is not None
        newest = stage.newest_state(before)
        assert newest.location
        assert newest.checkpoint_id is not None
        assert newest.checkpoint_id >= (taken.checkpoint_id or 0)

    def test_resizing_in_place_keeps_the_incarnation(self, stage: Stage) -> None:
        """1 -> 2: same job and version, and the engine tells when its tasks stopped."""
        before = stage.engine.describe(stage.job)
        wanted = replace(stage.base, parallelism=2)
        stage.engine.provide(wanted, keep=True)
        stage.engine.resize(stage.job, wanted)
        after = stage.wait_until_it_runs(wanted)
        assert (after.job_id, after.version) == (before.job_id, before.version)
        stopped = stage.engine.progress(stage.job).interrupted_at
        assert stopped is not None
        assert all(v.running_since and v.running_since >= stopped for v in after.vertices)

    def test_each_vertex_may_have_a_parallelism_of_its_own(self, stage: Stage) -> None:
        """The last vertex stays at 1 while the others get 2: as asked, and as it runs."""
        *others, last = stage.engine.describe(stage.job).vertices
        wanted = replace(stage.base, parallelism=2, vertices=((last.id, 1),))
        stage.engine.provide(wanted, keep=True)
        stage.engine.resize(stage.job, wanted)
        shown = stage.wait_until_it_runs(wanted)
        expected = {vertex.id: 2 for vertex in others} | {last.id: 1}
        assert {vertex.id: vertex.parallelism for vertex in shown.vertices} == expected
        assert shown.asked == expected

    def test_a_start_gives_single_vertices_their_width(self, stage: Stage) -> None:
        """As when a job that ran so is started again: all of the configuration holds."""
        *others, last = stage.engine.describe(stage.job).vertices
        wanted = replace(stage.base, parallelism=2, vertices=((last.id, 1),))
        stage.engine.provide(wanted, keep=True)
        stopped, job_id = stage.stop(), new_id()
        for _ in range(2):
            stage.engine.start(stage.job, wanted, job_id=job_id, snapshot=stopped)
        shown = stage.wait_until_it_runs(wanted)
        expected = {one.id: 2 for one in others} | {last.id: 1}
        assert {vertex.id: vertex.parallelism for vertex in shown.vertices} == expected

    def test_stopping_tells_where_the_state_lies(self, stage: Stage) -> None:
        """The job is FINISHED; the same trigger id again gives the same savepoint."""
        trigger, job_id = new_id(), stage.engine.describe(stage.job).job_id or ""
        taken = stage.engine.snapshot(stage.job, trigger_id=trigger, stop=True)
        assert taken.stopped
        assert taken.location
        again = stage.engine.snapshot(stage.job, trigger_id=trigger, stop=True)
        assert again.location == taken.location
        assert stage.engine.describe(stage.job).presence is JobPresence.FINISHED
        assert stage.engine.fate(stage.job, job_id=job_id) is Fate.FINISHED
        assert stage.newest_state(job_id).location == taken.location

    def test_a_stopped_job_is_not_running(self, stage: Stage) -> None:
        """What needs a running job says so."""
        stage.stop()
        for need in (
            lambda: stage.engine.progress(stage.job),
            lambda: stage.engine.capabilities(stage.job),
            lambda: stage.engine.resize(stage.job, stage.base),
            lambda: stage.engine.snapshot(stage.job, trigger_id=new_id(), stop=False),
            lambda: stage.engine.snapshot(stage.job, trigger_id=new_id(), stop=True),
        ):
            with pytest.raises(JobNotRunning):
                need()

    def test_starting_twice_starts_once(self, stage: Stage) -> None:
        """The same id is recognised, and another one beside it is refused."""
        snapshot = stage.stop()
        wanted = replace(stage.base, checkpoint_interval_seconds=4.0)
        for job_id in (name := new_id(), name):
            stage.engine.start(stage.job, wanted, job_id=job_id, snapshot=snapshot)
        with pytest.raises(Refused):
            stage.engine.start(stage.job, wanted, job_id=new_id(), snapshot=snapshot)
        shown = stage.wait_until_it_runs(wanted)
        assert shown.job_id == name

    def test_an_ended_job_goes_on_from_its_newest_checkpoint(self, stage: Stage) -> None:
        """Ended twice it is cancelled once; the newest state never goes back from then on.

        An engine may complete a first checkpoint of the new incarnation as soon as it runs.
        """
        older, newer = stage.engine.describe(stage.job).job_id or "", new_id()
        stage.engine.snapshot(stage.job, trigger_id=new_id(), stop=False)
        for _ in range(2):
            stage.engine.end(stage.job, job_id=older)
        assert stage.engine.fate(stage.job, job_id=older) is Fate.CANCELLED
        assert stage.engine.describe(stage.job).presence is JobPresence.FINISHED
        left = stage.newest_state(older)
        rarely = replace(stage.base, checkpoint_interval_seconds=600.0)
        stage.engine.start(stage.job, rarely, job_id=newer, snapshot=left)
        stage.wait_until_it_runs(rarely)
        begun = stage.newest_state(newer, older)
        assert (begun.checkpoint_id or 0) >= (left.checkpoint_id or 0)
        taken = stage.engine.snapshot(stage.job, trigger_id=new_id(), stop=False)
        newest = stage.newest_state(newer, older)
        assert newest.location != left.location
        assert (
            (newest.checkpoint_id or 0) >= (taken.checkpoint_id or 0) > (left.checkpoint_id or 0)
        )

    def test_what_never_was_has_no_state_and_no_fate(self, stage: Stage) -> None:
        """An incarnation that was never started is unknown, and ending it ends nothing."""
        nobody = new_id()
        stage.engine.end(stage.job, job_id=nobody)
        assert stage.engine.fate(stage.job, job_id=nobody) is Fate.UNKNOWN
        assert stage.engine.newest_state(stage.job, job_ids=[nobody]) is None
        assert stage.engine.newest_state(stage.job, job_ids=[]) is None
        for touch in (
            lambda: stage.engine.resize(stage.job, stage.base, job_id=nobody),
            lambda: stage.engine.snapshot(
                stage.job, trigger_id=new_id(), stop=True, job_id=nobody
            ),
        ):
            with pytest.raises(JobNotRunning):
                touch()
        assert stage.engine.describe(stage.job).presence is JobPresence.RUNNING

    def test_nothing_starts_from_a_savepoint_that_was_disposed_of(self, stage: Stage) -> None:
        """Disposing twice is fine, and a start from what is gone is refused."""
        snapshot = stage.stop()
        for _ in range(2):
            stage.engine.dispose(snapshot.location or "")
        with pytest.raises(Refused):
            stage.engine.start(stage.job, stage.base, job_id=new_id(), snapshot=snapshot)
        assert stage.engine.describe(stage.job).presence is not JobPresence.RUNNING

    def test_too_many_task_managers_are_refused(self, stage: Stage) -> None:
        """Five cannot be had where four may run, and none of them is added."""
        with pytest.raises(Refused):
            stage.engine.provide(replace(stage.base, parallelism=5), keep=True)
        assert stage.engine.capabilities(stage.job).maximum_slots == 1

    def test_only_empty_task_managers_go(self, stage: Stage) -> None:
        """A TaskManager that is not needed goes, the one that runs the job stays."""
        stage.engine.provide(replace(stage.base, parallelism=2), keep=True)
        assert stage.engine.capabilities(stage.job).maximum_slots == 2
        stage.engine.provide(stage.base, keep=False)
        stage.wait(
            lambda: stage.engine.capabilities(stage.job).maximum_slots, lambda slots: slots == 1
        )
        assert stage.engine.describe(stage.job).configuration == stage.base

    @pytest.mark.parametrize(
        ("path", "changes"),
        [
            (RescalePath.IN_PLACE, {"parallelism": 2}),
            (
                RescalePath.SAVEPOINT,
                {"parallelism": 4, "slots": 2, "memory_mb": 896, "checkpoint_interval_seconds": 5},
            ),
        ],
    )
    def test_a_rescale_goes_there_and_back(
        self, stage: Stage, path: RescalePath, changes: dict[str, float]
    ) -> None:
        """Both ways there and back are DONE, verified, with an outage, and leave one version."""
        version = stage.engine.describe(stage.job).version
        there = replace(stage.base, **changes)  # type: ignore[arg-type]
        for origin, target in ((stage.base, there), (there, stage.base)):
            outcome = rescale(
                stage.engine,
                Rescale(
                    job=stage.job, action_id=new_id(), origin=origin, target=target, path=path,
                    lag_limit_records=100,
                ),
                journal=SilentJournal(),
                clock=stage.clock,
            )  # fmt: skip
            assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, target), outcome
            assert outcome.outage_seconds is not None
            assert 0 < outcome.outage_seconds < 60
        assert stage.engine.describe(stage.job).version == version
