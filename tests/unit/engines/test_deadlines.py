from rescale_scene import ORIGIN, UP

from horae.domain.action import Rescale, RescalePath
from horae.engines.deadlines import deadlines


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
    """8 s: 80 s a step, 24 s for a savepoint; an action takes 4 x (6 x 2 x 80 + 4 x 80 + 60)."""
    limits = deadlines(an_order((1.0, 8.0)), 300)
    assert (limits.step, limits.stop) == (80, 24)
    assert limits.worst_case == 4 * (12 * 80 + 4 * 80 + 60)


def test_a_short_prediction_leaves_time_for_a_cluster_to_come_back() -> None:
    """A minute a step and 15 s a savepoint, whatever is predicted."""
    limits = deadlines(an_order((0.1, 0.5)), 300)
    assert (limits.step, limits.stop) == (60, 15)


def test_the_spec_is_the_ceiling() -> None:
    """An outage of 100 s predicted: a step still ends after the 50 s that the spec allows."""
    limits = deadlines(an_order((50.0, 100.0)), 50)
    assert (limits.step, limits.stop) == (50, 50)
