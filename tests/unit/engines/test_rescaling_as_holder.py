"""Who does not hold the job's lease any more ends no job that lives, and leaves none down."""

from dataclasses import dataclass

import pytest
from rescale_scene import OTHER, UP, Diary, Scene

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.engines import fake_harm
from horae.engines.journal import Step, Taken
from horae.errors import LeaseLost, Unavailable


@dataclass
class Lapsed(Diary):
    """From a step on the lease is over, and the ledger does not answer, so often."""

    lapses_at: str = ""
    times: int = 1_000

    def require_lease(self) -> None:
        """Not from that step on."""
        if self.lapses_at in self.intended and self.times > 0:
            self.times -= 1
            raise Unavailable("the ledger is away")


@pytest.mark.parametrize(
    ("path", "target", "step"),
    [
        (RescalePath.IN_PLACE, UP, "resize"),
        (RescalePath.SAVEPOINT, OTHER, "stop"),
        (RescalePath.CHECKPOINT, OTHER, "secure"),
    ],
)
def test_a_job_that_lives_is_not_touched(
    path: RescalePath, target: Configuration, step: str
) -> None:
    """A process that stood still through its lease says so; its step is left to its successor."""
    scene = Scene(diary=Lapsed(lapses_at=step))
    with pytest.raises(LeaseLost, match="gone on with"):
        scene.go(target, path)
    assert not {"resize", "stop", "end"} & set(scene.changes)
    assert scene.diary.intended[-1] == step
    assert scene.alive == 1


def test_a_ledger_that_comes_back_in_time_is_waited_for() -> None:
    """It was away for some seconds longer than the lease lasts: nobody else has taken it."""
    scene = Scene(diary=Lapsed(lapses_at="stop", times=5))
    assert scene.go(OTHER, RescalePath.SAVEPOINT).result is OutcomeResult.DONE
    assert scene.changes.count("stop") == 1


def test_a_job_that_is_down_is_started_all_the_same() -> None:
    """Its start is the same whoever asks for it; TaskManagers are left to the successor."""
    scene = Scene(diary=Lapsed(lapses_at="start"))
    with pytest.raises(LeaseLost):
        scene.go(OTHER, RescalePath.SAVEPOINT)
    assert scene.diary.intended[-2:] == ["verify", "tidy"]
    assert scene.engine.describe("ysb").configuration == OTHER
    assert scene.alive == 1


@dataclass
class CutOff(Diary):
    """Before the start another process takes the lease."""

    def write(self, taken: Taken) -> None:
        """Refuse from there on."""
        if taken.step is Step.START:
            raise LeaseLost("taken")
        super().write(taken)


@dataclass
class Remembering(Diary):
    """Looks have found somebody's incarnation since, and another one long before."""

    def seen(self) -> tuple[str, ...]:
        """The newest first."""
        return ("theirs", "first", "before")


def test_what_somebody_started_meanwhile_and_lost_is_gone_on_from() -> None:
    """Theirs went further than our savepoint; only a look knows of it, and the engine forgot."""
    scene = Scene(diary=CutOff())
    with pytest.raises(LeaseLost):
        scene.go(OTHER, RescalePath.SAVEPOINT)
    cluster = scene.engine.cluster
    fake_harm.person_restarts(cluster, "theirs")
    scene.clock.wait(60)
    fake_harm.kill_job_manager(cluster, high_availability=False)
    taken, scene.diary = scene.diary.entries, Remembering()
    assert scene.go(OTHER, RescalePath.SAVEPOINT, taken=taken).result is OutcomeResult.DONE
    assert str(scene.engine.incarnations[-1].restored).startswith("memory:theirs/chk-")
    account = cluster.account()
    assert (account.lost, account.doubled) == (0, 0)
