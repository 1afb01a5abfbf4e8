"""The rule of the Horizontal Pod Autoscaler, by the numbers that are published of it."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from horae.policy.hpa import Looks, limited, read_looks, recommended, stabilised
from horae.settings.policy_settings import ThresholdSettings
from policy_builders import GRID, a_window, at

DEFAULTS = ThresholdSettings(name="threshold")


def settings(**changes: object) -> ThresholdSettings:
    """The defaults, changed."""
    return ThresholdSettings.model_validate({"name": "threshold", **changes})


def looks(task_managers: Sequence[float], metric: Sequence[float], grid: float = 15.0) -> Looks:
    """Looks on a grid of the period in which Kubernetes looks, the last one being the newest."""
    ago = grid * np.arange(len(metric) - 1, -1, -1)
    return Looks(
        ago_seconds=ago,
        task_managers=np.array(task_managers, dtype=float),
        metric=np.array(metric, dtype=float),
    )


@pytest.mark.parametrize(
    ("count", "metric", "target", "expected"),
    [
        (3, 0.2, 0.1, 6),  # Kubernetes: 200m of 100m doubles the replicas
        (4, 0.05, 0.1, 2),  # Kubernetes: 50m of 100m halves them
        (1, 3.05, 0.5, 7),  # Kubernetes' walkthrough: 305 % of 50 % is 7 replicas
        (8, 1.0, 0.8, 10),  # at 80 % one step multiplies by at most 1.25
        (8, 1.0, 0.35, 23),  # at 35 % by at most 2.86: 22.9
        (10, 0.88, 0.8, 10),  # the ratio 1.1 is within the tolerance
        (10, 0.72, 0.8, 10),  # and so is 0.9
        (10, 0.89, 0.8, 12),  # 1.1125 is not: 11.1
        (10, 0.71, 0.8, 9),  # nor 0.8875: 8.9
    ],
)
def test_one_look_recommends_what_is_published(
    count: float, metric: float, target: float, expected: float
) -> None:
    """The ceiling of TaskManagers times metric over target, but for the tolerance."""
    assert recommended(count, metric, settings(target=target)) == expected


@pytest.mark.parametrize(("count", "metric"), [(math.nan, 0.5), (2, math.nan)])
def test_a_look_without_the_metric_recommends_nothing(count: float, metric: float) -> None:
    """Missing is missing."""
    assert math.isnan(recommended(count, metric, DEFAULTS))


def test_one_shrinks_to_the_largest_recommendation_of_five_minutes() -> None:
    """Ten at 40 % of 80 % recommend 5, one look 4 minutes ago at 64 % recommended 8: 8."""
    calm = [0.4] * 21
    calm[-17] = 0.64
    assert stabilised(10, looks([10] * 21, calm), DEFAULTS) == 8


def test_what_was_recommended_before_the_window_is_forgotten() -> None:
    """The look of exactly 300 s ago is out: 5."""
    calm = [0.64] + [0.4] * 20
    assert stabilised(10, looks([10] * 21, calm), DEFAULTS) == 5


def test_one_grows_at_once_by_default_and_to_the_smallest_where_it_is_stabilised() -> None:
    """Four at 160 % recommend 8; 30 s ago they recommended 6 (at 120 %), and 45 s ago 4."""
    past = looks([4] * 4, [0.8, 1.2, 1.6, 1.6])
    assert stabilised(4, past, DEFAULTS) == 8
    assert stabilised(4, past, settings(up_stabilisation_seconds=45)) == 6


def test_what_was_left_holds_one_from_shrinking_but_makes_nobody_grow() -> None:
    """Five there are and five are right; that eight were right minutes ago changes nothing."""
    assert stabilised(5, looks([8, 8, 5], [0.8, 0.8, 0.8]), DEFAULTS) == 5


def test_without_the_newest_look_nothing_is_recommended() -> None:
    """What was recommended before is no reason to move now."""
    assert math.isnan(stabilised(2, looks([2, 2], [1.6, math.nan]), DEFAULTS))


@pytest.mark.parametrize(
    ("now", "wanted", "expected"),
    [
        (1, 7, 5),  # four more are more than as many again
        (8, 23, 16),  # as many again are more than four more
        (8, 12, 12),
        (20, 1, 1),  # all may go at once
    ],
)
def test_a_step_is_limited_as_by_default_in_kubernetes(
    now: int, wanted: float, expected: float
) -> None:
    """At most doubled or four more within 15 s, whichever is more; fewer without a limit."""
    assert limited(wanted, now, looks([now], [0.8]), DEFAULTS) == expected


def test_what_was_added_a_moment_ago_counts_against_the_limit() -> None:
    """8 became 12 within the 15 s: from 8 at most 16."""
    assert limited(40, 12, looks([8, 12], [1, 1]), DEFAULTS) == 16


def test_a_limit_of_shrinking_is_kept() -> None:
    """A tenth of 20 may go: 18."""
    assert limited(1, 20, looks([20], [0.1]), settings(down_limit_ratio=0.1)) == 18


def test_cpu_is_cores_used_over_cores_there_are() -> None:
    """Two TaskManagers of one core use 1.5: 75 %, mean over the rows asked for."""
    window = a_window(
        500.0,
        configuration=at(2),
        rows=3,
        cpu_cores=1.0,
        task_managers=2.0,
        cpu_cores_used=[0.5, 1.0, 2.0],
    )
    found = read_looks(window, settings(metric_seconds=2 * GRID))
    assert found.metric == pytest.approx([0.25, 0.375, 0.75])
    assert list(found.ago_seconds) == [120, 60, 0]


def test_busy_is_the_mean_over_subtasks_and_else_the_busiest() -> None:
    """Where no mean was measured the busiest subtask's share stands for it."""
    window = a_window(
        500.0,
        rows=2,
        task_managers=1.0,
        busy_ratio_mean=[0.3, math.nan],
        busy_ratio_max=[0.5, 0.6],
    )
    assert read_looks(window, settings(metric="busy")).metric == pytest.approx([0.3, 0.6])
