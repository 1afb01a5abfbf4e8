"""The bound on instances whose optimum is plain."""

import numpy as np
import pytest

from horae.simulation.references.bound import Levels, front, lower_bound
from horae.simulation.references.ceiling import Ceiling

SECONDS = 600
TWO = Levels(price=np.array([1.0, 3.0]), capacity=np.array([100.0, 300.0]))


def a_ceiling(high: slice) -> Ceiling:
    """A load of 50 records/s, of 250 in between; a second's records may wait."""
    load = np.full(SECONDS, 50.0)
    load[high] = 250.0
    never = np.zeros(SECONDS, dtype=bool)
    return Ceiling(
        load=load,
        factor=np.ones(SECONDS),
        most=np.full(SECONDS, 1e9),
        waiting=load,
        idle=never,
        dark=never,
    )


def test_without_violations_and_changes_the_larger_one_is_held_all_the_time() -> None:
    """No violation and no change: the larger configuration for 600 s."""
    bound = lower_bound(a_ceiling(slice(300, 480)), TWO)
    assert bound.money(violation_seconds=0, actions=0) == pytest.approx(3.0 * 600)


def test_two_changes_save_what_is_not_needed_but_for_the_steps_they_are_made_in() -> None:
    """With two changes the larger one is paid for in the load's three steps, less at their ends.

    In a step with a change the cheaper price is charged, so between one and three of the steps
    are dear: 600 + 2 x 60 at least, 600 + 2 x 180 at most.
    """
    bound = lower_bound(a_ceiling(slice(300, 480)), TWO)
    money = bound.money(violation_seconds=0, actions=2)
    assert 600 + 2 * 60 <= money <= 600 + 2 * 180


@pytest.mark.parametrize("high", [slice(570, 600), slice(0, 30)])
def test_a_change_within_a_step_costs_no_more_than_its_seconds(high: slice) -> None:
    """A peak of half a step can be had for 570 s of the small one and 30 s of the large one."""
    money = lower_bound(a_ceiling(high), TWO).money(violation_seconds=0, actions=1)
    assert 600 <= money <= 570 * 1 + 30 * 3


def test_violations_may_stand_in_for_money() -> None:
    """With as many violations as the peak and its backlog take, the smaller one will do.

    180 s at 150 records/s too little leave 27,000 records, 120 s at 50 more than comes do not
    work them off: 300 s but for the second in which as much waits as may.
    """
    bound = lower_bound(a_ceiling(slice(300, 480)), TWO)
    assert bound.money(violation_seconds=300, actions=0) == pytest.approx(600)
    assert bound.money(violation_seconds=150, actions=0) > 600


def test_darkness_is_violation_whatever_is_paid() -> None:
    """A budget below the seconds of darkness cannot be kept at any price."""
    best = a_ceiling(slice(0, 0))
    dark = np.zeros(SECONDS, dtype=bool)
    dark[100:150] = True
    struck = Ceiling(
        load=best.load,
        factor=best.factor,
        most=best.most,
        waiting=best.waiting,
        idle=dark,
        dark=dark,
    )
    bound = lower_bound(struck, TWO)
    assert bound.money(violation_seconds=0, actions=0) > 3.0 * SECONDS
    assert bound.money(violation_seconds=100, actions=0) == pytest.approx(SECONDS)


def test_the_front_leaves_out_what_is_dearer_and_no_larger() -> None:
    """Of equal prices the larger stays; what costs more must carry more."""
    levels = front(np.array([2.0, 1.0, 1.0, 3.0, 4.0]), np.array([50.0, 40.0, 60.0, 70.0, 70.0]))
    assert levels.price.tolist() == [1.0, 3.0]
    assert levels.capacity.tolist() == [60.0, 70.0]


def test_neighbours_share_the_lower_price_and_the_larger_capacity() -> None:
    """Where there are too many levels, each group is no dearer and no smaller than its members."""
    levels = front(np.arange(1.0, 7.0), np.arange(10.0, 70.0, 10.0), most=3)
    assert levels.price.tolist() == [1.0, 3.0, 5.0]
    assert levels.capacity.tolist() == [20.0, 40.0, 60.0]
