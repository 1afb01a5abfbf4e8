"""The reactive baseline: TaskManagers follow a mean."""

from dataclasses import replace

import numpy as np
import pytest

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.proposal import Proposal, Reason, Stay
from horae.policy.policy import Situation
from horae.policy.threshold import ThresholdPolicy
from horae.settings.policy_settings import ThresholdSettings
from policy_builders import CAPABLE, a_forecast, a_situation, a_window, at

POLICY = ThresholdPolicy(settings=ThresholdSettings(name="threshold"))  # CPU at 80 %, 10 %, 300 s


def using(cores: object, current: Configuration | None = None, **changes: object) -> Situation:
    """A job in `current` (two slots by default) whose TaskManagers of one core use so many."""
    current = current or at(2)
    rows = len(cores) if isinstance(cores, list) else 30  # type: ignore[arg-type]
    window = a_window(
        500.0,
        rows=rows,
        configuration=current,
        task_managers=float(current.task_managers),
        cpu_cores_used=cores,  # type: ignore[arg-type]
    )
    known: dict[str, object] = {
        "current": current,
        "forecast": a_forecast([500.0] * 30),
        "window": window,
    }
    return replace(a_situation(**(known | changes)), foresight=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("cores", [1.44, 1.6, 1.76])
def test_within_the_tolerance_it_stays(cores: float) -> None:
    """72 %, 80 % and 88 % of two cores are within 10 % of 80 %."""
    answer = POLICY.propose(using(cores))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.WITHIN_THRESHOLDS


def test_above_the_target_it_grows() -> None:
    """1.9 of two cores are 95 %: 2 x 0.95 / 0.8 = 2.4, three."""
    answer = POLICY.propose(using(1.9))
    assert isinstance(answer, Proposal)
    assert (answer.reason, answer.target) == (Reason.THRESHOLD_UP, at(3))
    assert answer.path is RescalePath.IN_PLACE
    assert not answer.urgent


def test_below_the_target_it_shrinks_once_it_was_so_for_five_minutes() -> None:
    """0.6 of two cores are 30 %: 0.75, one; a row in which two were right holds it back."""
    answer = POLICY.propose(using(0.6))
    assert isinstance(answer, Proposal)
    assert (answer.reason, answer.target) == (Reason.THRESHOLD_DOWN, at(1))
    held = POLICY.propose(using([0.6] * 20 + [1.6] + [0.6] * 4))
    assert isinstance(held, Stay)
    assert held.reason is Reason.STABILISING


def test_all_slots_of_the_task_managers_are_used() -> None:
    """Two slots each: from 2 TaskManagers to 3 is from 4 subtasks to 6, not to 5."""
    choices = tuple(at(p, slots=2) for p in (2, 4, 5, 6))
    answer = POLICY.propose(using(1.9, at(4, slots=2), choices=choices))
    assert isinstance(answer, Proposal)
    assert answer.target == at(6, slots=2)


def test_the_next_larger_is_taken_where_that_number_is_not_legal() -> None:
    """Three are wanted, 1, 2 and 4 are legal: four; two of four are wanted: two is nearest."""
    choices = (at(1), at(2), at(4))
    up = POLICY.propose(using(1.9, choices=choices))
    assert isinstance(up, Proposal)
    assert up.target == at(4)
    down = POLICY.propose(using(1.3, at(4), choices=(at(1), at(3), at(4))))
    assert isinstance(down, Proposal)
    assert down.target == at(3)


def test_where_nothing_is_enough_it_takes_the_largest() -> None:
    """All of three cores want 3.75; four there are, and of seven wanted still four."""
    answer = POLICY.propose(using(3.0, at(3)))
    assert isinstance(answer, Proposal)
    assert answer.target == at(4)


def test_at_the_largest_it_stays() -> None:
    """Nothing larger can be reached."""
    answer = POLICY.propose(using(4.0, at(4)))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NO_CANDIDATE


def test_the_shape_and_the_interval_stay() -> None:
    """Larger TaskManagers and a longer interval are not what it looks at."""
    others = (at(4, memory_mb=2048), at(4, checkpoint_interval_seconds=60.0), at(3, cpu_cores=2.0))
    answer = POLICY.propose(using(1.9, choices=(at(2), *others)))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NO_CANDIDATE


def test_without_the_metric_it_stays() -> None:
    """CPU was not measured in the newest row: nothing is recommended, and that is said."""
    answer = POLICY.propose(using([1.9] * 9 + [np.nan]))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NOT_MEASURED


def test_without_rescaling_in_place_it_takes_a_savepoint() -> None:
    """The way follows from what the engine can do."""
    answer = POLICY.propose(using(1.9, capabilities=replace(CAPABLE, in_place=False)))
    assert isinstance(answer, Proposal)
    assert answer.path is RescalePath.SAVEPOINT
