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
from horae.domain.job import JobDescription, JobPresence
from horae.engines.engine import Engine, Snapshot
from horae.engines.rescaling import rescale
from horae.errors import JobNotRunning, Refused

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


class SilentJournal:
    """Remembers steps; never halts."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def intend(self, step: str, detail: str) -> None:
        """Remember."""
        self.steps.append(step)

    def result(self, step: str, detail: str) -> None:
        """Nothing."""

    def halted(self) -> str | None:
        """Never."""
        return None


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
        assert shown.job_id
        assert shown.version

    def test_an_unknown_name_is_absent(self, stage: Stage) -> None:
        """Looking for a job that was never there is answered, not an error."""
        assert stage.engine.describe("nobody").presence is JobPresence.ABSENT

    def test_it_can_all_be_done_here(self, stage: Stage) -> None:
        """The stage has the adaptive scheduler, a program, savepoints and a provisioner."""
        can = stage.engine.capabilities(stage.job)
        assert (can.in_place, can.savepoint, can.provisioned) == (True, True, True)
        assert (can.maximum_task_managers, can.maximum_parallelism) == (4, 128)

    def test_a_checkpoint_leaves_the_job_running(self, stage: Stage) -> None:
        """It is completed when the call returns, and needs no restore."""
        before = stage.engine.describe(stage.job).job_id
        taken = stage.engine.snapshot(stage.job, trigger_id=new_id(), stop=False)
        assert (taken.stopped, taken.location) == (False, None)
        assert stage.engine.describe(stage.job).job_id == before
        seen = stage.wait(
            lambda: stage.engine.progress(stage.job),
            lambda progress: progress.last_checkpoint_at is not None,
        )
        assert seen.failed_checkpoints == 0

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

    def test_stopping_tells_where_the_state_lies(self, stage: Stage) -> None:
        """The job is FINISHED; the same trigger id again gives the same savepoint."""
        trigger = new_id()
        taken = stage.engine.snapshot(stage.job, trigger_id=trigger, stop=True)
        assert taken.stopped
        assert taken.location
        again = stage.engine.snapshot(stage.job, trigger_id=trigger, stop=True)
        assert again.location == taken.location
        assert stage.engine.describe(stage.job).presence is JobPresence.FINISHED

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

    def test_abandoning_tells_the_newest_state(self, stage: Stage) -> None:
        """A job ended without a savepoint goes on from its newest checkpoint."""
        job_id = stage.engine.describe(stage.job).job_id or ""
        stage.engine.snapshot(stage.job, trigger_id=new_id(), stop=False)
        newest = stage.engine.abandon(stage.job, job_id=job_id)
        assert newest is not None
        assert newest.location
        assert stage.engine.describe(stage.job).presence is JobPresence.FINISHED
        again = stage.engine.abandon(stage.job, job_id=job_id)
        assert again is not None
        assert again.location == newest.location
        stage.engine.start(stage.job, stage.base, job_id=new_id(), snapshot=newest)
        stage.wait_until_it_runs(stage.base)

    def test_abandoning_what_never_was_tells_nothing(self, stage: Stage) -> None:
        """An incarnation that was never started has no state."""
        assert stage.engine.abandon(stage.job, job_id=new_id()) is None

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
