"""The reactive baseline: bands of busy time, and lag."""

from dataclasses import replace

import numpy as np
import pytest

from horae.domain.action import RescalePath
from horae.domain.proposal import Proposal, Reason, Stay
from horae.policy.policy import Situation
from horae.policy.threshold import ThresholdPolicy
from horae.settings.job_spec import ThresholdSettings
from policy_builders import CAPABLE, a_forecast, a_situation, a_window, at

POLICY = ThresholdPolicy(settings=ThresholdSettings(name="threshold"))  # 0.4, 0.6, 0.85


def busy(share: float, current: int = 2, **changes: object) -> Situation:
    """A job at `current` slots whose busiest subtask is busy so long."""
    age = changes.pop("age", 0.5)
    known: dict[str, object] = {
        "current": at(current),
        "forecast": a_forecast([500.0] * 30),
        "window": a_window(
            500.0,
            configuration=at(current),
            busy_ratio_max=share,
            processing_latency_seconds=age,  # type: ignore[arg-type]
        ),
    }
    return a_situation(**(known | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0.41, 0.6, 0.84])
def test_within_the_bands_it_stays(share: float) -> None:
    """Between 40 % and 85 % nothing is done."""
    answer = POLICY.propose(busy(share))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.WITHIN_THRESHOLDS


def test_above_the_upper_band_it_scales_out_to_the_target() -> None:
    """88 % at two slots are 1.76 busy slots; three would be 59 % busy."""
    answer = POLICY.propose(busy(0.88))
    assert isinstance(answer, Proposal)
    assert (answer.reason, answer.target) == (Reason.THRESHOLD_UP, at(3))
    assert answer.path is RescalePath.IN_PLACE


def test_below_the_lower_band_it_scales_in_to_the_target() -> None:
    """25 % at two slots are half a busy slot: one slot would be 50 % busy."""
    answer = POLICY.propose(busy(0.25))
    assert isinstance(answer, Proposal)
    assert (answer.reason, answer.target) == (Reason.THRESHOLD_DOWN, at(1))


def test_a_late_job_is_not_shrunk_though_it_is_idle() -> None:
    """A backlog of 90 s with a limit of 30 s scales out, whatever busy time says."""
    answer = POLICY.propose(busy(0.1, age=90.0))
    assert isinstance(answer, Proposal)
    assert answer.reason is Reason.THRESHOLD_UP


def test_a_late_job_of_unknown_busy_time_is_taken_for_busy() -> None:
    """Two busy slots at 60 % are 3.3: four."""
    answer = POLICY.propose(busy(np.nan, age=90.0))
    assert isinstance(answer, Proposal)
    assert answer.target == at(4)


def test_where_nothing_is_enough_it_takes_the_largest() -> None:
    """95 % at three slots want 4.75; four there are."""
    answer = POLICY.propose(busy(0.95, current=3))
    assert isinstance(answer, Proposal)
    assert answer.target == at(4)


def test_at_the_largest_it_stays() -> None:
    """Nothing larger can be reached."""
    answer = POLICY.propose(busy(0.95, current=4))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NO_CANDIDATE


def test_without_rescaling_in_place_it_takes_a_savepoint() -> None:
    """The way follows from what the engine can do."""
    answer = POLICY.propose(busy(0.9, capabilities=replace(CAPABLE, in_place=False)))
    assert isinstance(answer, Proposal)
    assert answer.path is RescalePath.SAVEPOINT
