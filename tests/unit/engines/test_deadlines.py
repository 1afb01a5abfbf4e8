from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rescale_scene import ORIGIN, OTHER, UP, Diary, Scene

from horae.domain.action import OutcomeResult, Rescale, RescalePath
from horae.domain.clock import ManualClock
from horae.engines.deadlines import deadlines
from horae.engines.fake import FakeEngine, Fault
from horae.engines.rescaling import rescale
from horae.errors import Refused, Unavailable


def an_order(outage: tuple[float, float] | None) -> Rescale:
    """To grow in place."""
    return Rescale(
        job="ysb", action_id="a", origin=ORIGIN, target=UP, path=RescalePath.IN_PLACE,
        lag_limit_records=0, outage_seconds=outage,
    )  # fmt: skip


def test_without_a_prediction_a_step_may_take_what_the_spec_allows() -> None:
    """Nothing else is known."""
    limits = deadlines(an_order(None), 300)
    assert (limits.step, limits.stop) == (300, 300)


def test_a_step_may_take_ten_times_the_longest_outage_predicted() -> None:
    """8 s: 80 s a step, and 24 s for a savepoint."""
    limits = deadlines(an_order((1.0, 8.0)), 300)
    assert (limits.step, limits.stop) == (80, 24)


class Slow:
    """An engine that lets every question wait as long as it can."""

    def __init__(self, engine: FakeEngine, clock: ManualClock, step: float) -> None:
        self._engine = engine
        self._clock = clock
        self._step = step
        self._tries = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if name in ("describe", "fate", "progress", "capabilities", "newest_state"):
                return getattr(self._engine, name)(*given, **named)
            first_of_two = not (named.get("keep") or named.get("stop") is False)
            self._tries += first_of_two
            if first_of_two and self._tries % 2:
                # Just before the deadline, so that it is tried once more.
                self._clock.wait(self._step - 3)
                raise Unavailable("slow")
            self._clock.wait(120 if name == "start" else named.get("timeout_seconds", 0))
            return getattr(self._engine, name)(*given, **named)

        return call


@pytest.mark.parametrize("fails", ["start", "checkpoint"])
@pytest.mark.parametrize("path", [RescalePath.SAVEPOINT, RescalePath.CHECKPOINT])
def test_no_action_takes_longer_than_its_worst_case(path: RescalePath, fails: str) -> None:
    """Every call lasts as long as it may, and the job never starts, or is never verified."""
    scene = Scene()
    order = replace(an_order((1.0, 8.0)), target=OTHER, path=path, may_use_checkpoint=True)
    after = None if fails == "start" else "start"
    scene.engine.fail(fails, Fault(Refused("no"), times=99, after=after))
    slow = Slow(scene.engine, scene.clock, step=80)
    outcome = rescale(slow, order, journal=Diary(), clock=scene.clock)  # type: ignore[arg-type]
    assert outcome.result is OutcomeResult.FAILED
    taken = (outcome.ended_at - outcome.started_at).total_seconds()
    assert 1_000 < taken <= deadlines(order, 300).worst_case


def test_a_short_prediction_leaves_time_for_a_cluster_to_come_back() -> None:
    """A minute a step and 15 s a savepoint, whatever is predicted."""
    limits = deadlines(an_order((0.1, 0.5)), 300)
    assert (limits.step, limits.stop) == (60, 15)


def test_the_spec_is_the_ceiling() -> None:
    """An outage of 100 s predicted: a step still ends after the 50 s that the spec allows."""
    limits = deadlines(an_order((50.0, 100.0)), 50)
    assert (limits.step, limits.stop) == (50, 50)
