"""The state that a job is started from, over what it ran as."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from rescale_scene import ORIGIN, OTHER, Diary, Scene

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.job import Fate
from horae.engines import fake_harm
from horae.engines.action_ids import derived_id
from horae.engines.engine import Snapshot
from horae.engines.fake import FakeEngine
from horae.engines.journal import Step, StepState, Taken
from horae.errors import LeaseLost, Refused


@dataclass
class Remembering(Diary):
    """Looks have found the job's incarnations before and now; it may be cut off before a step."""

    found: tuple[str, ...] = ()
    cut_off_in: Step | None = None

    def seen(self) -> tuple[str, ...]:
        """The newest first."""
        return self.found

    def write(self, taken: Taken) -> None:
        """Refuse the result of that step."""
        if taken.step is self.cut_off_in and taken.state is not StepState.OPEN:
            raise LeaseLost("taken")
        super().write(taken)


class Blind(FakeEngine):
    """Its storage cannot be looked into: of what the cluster has forgotten nothing is known."""

    def newest_state(self, job: str, *, job_ids: Sequence[str]) -> Snapshot | None:
        """See `Engine`."""
        unknown = [one for one in job_ids if self.cluster.find(one) is None]
        if unknown and self.cluster.find(job_ids[-1]) is None:
            raise Refused(f"{unknown} cannot be looked up")
        return super().newest_state(job, job_ids=job_ids)


@pytest.mark.parametrize("path", [RescalePath.CHECKPOINT, RescalePath.SAVEPOINT])
def test_a_job_that_somebody_started_afresh_is_never_put_back(path: RescalePath) -> None:
    """Its checkpoints are numbered from 1 again, far below those of the run before it."""
    scene = Scene(diary=Remembering(found=("fresh", "first"), cut_off_in=Step.START))
    scene.clock.wait(600)
    cluster = scene.engine.cluster
    fake_harm.person_cancels(cluster)
    cluster.submit(ORIGIN, "fresh", None)
    scene.clock.wait(30)
    with pytest.raises(LeaseLost):
        scene.go(OTHER, path)
    scene.diary, taken = Remembering(found=("fresh", "first")), scene.diary.entries
    fake_harm.kill_job_manager(cluster, high_availability=False)
    assert scene.go(OTHER, path, taken=taken).result is not OutcomeResult.FAILED
    assert scene.alive == 1
    old = [one for one in scene.engine.incarnations if one.job_id == "first"]
    assert all("first" not in str(one.restored) for one in scene.engine.incarnations)
    assert (old[0].checkpoint_id or 0) > (scene.engine.incarnations[-1].checkpoint_id or 0)


def test_a_cluster_whose_storage_is_not_seen_from_here_is_gone_on_with() -> None:
    """The stop was done, the start was not sent: the cluster would know of it if it had been."""
    scene = Scene(diary=Remembering(found=("first", "before"), cut_off_in=Step.PROVIDE))
    with pytest.raises(LeaseLost):
        scene.go(OTHER, RescalePath.SAVEPOINT)
    started = Taken(
        number=5, step=Step.START, round=0, state=StepState.OPEN, at=scene.clock.now(),
        detail="as told", facts={"job_id": derived_id("action-1", "job")},
    )  # fmt: skip
    taken = [*scene.diary.entries, started]
    scene.diary = Remembering(found=(derived_id("action-1", "job"), "first", "before"))
    scene.engine = Blind.on(scene.engine.cluster)
    assert scene.engine.fate("ysb", job_id="first") is Fate.FINISHED
    assert scene.go(OTHER, RescalePath.SAVEPOINT, taken=taken).result is OutcomeResult.DONE
    assert scene.alive == 1
