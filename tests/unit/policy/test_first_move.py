"""First moves, priced draw by draw."""

import numpy as np
import pytest

from horae.policy.dynamic_program import Program, solve
from horae.policy.first_move import roll, stand


def a_program(load: list[float]) -> Program:
    """Small (100 records/s, 1 a second) and large (300, 3 a second); decides from step 1 on."""
    steps = len(load)
    return Program(
        seconds=np.full(steps, 10.0),
        decides=np.arange(steps) > 0,
        load=np.array([load]),
        capacity=np.array([[100.0, 300.0]]),
        outage=np.array([[2.0, 4.0]]),
        replayed=np.zeros((1, 2)),
        in_place=np.array([True, False]),
        possible=np.stack([~np.eye(2, dtype=bool), np.zeros((2, 2), dtype=bool)]),
        price=np.array([1.0, 3.0]),
        failures=np.zeros((steps, 2)),
        violation=10.0,
        action=5.0,
        limit=10.0,
        ages=np.array([0.0, 5.0, 10.0, 20.0, 40.0]),
    )


def test_the_age_is_rolled_on_until_an_action_takes_effect() -> None:
    """At load 200 the small one falls behind by half a second a second: 5 s after 10 s."""
    standing = stand(solve(a_program([200.0] * 4)), current=0, age_seconds=0.0)
    assert standing.step == 1
    np.testing.assert_allclose(standing.ages, [5.0])


def test_seconds_beyond_the_limit_are_counted_on_the_way() -> None:
    """The limit of 10 s is reached after 20 s and broken for the other 20 s."""
    _, broken = roll(a_program([200.0] * 4), current=0, age_seconds=0.0, until=4)
    np.testing.assert_allclose(broken, [20.0])


def test_keeping_costs_the_price_of_keeping_and_the_plan_later() -> None:
    """Keeping the large one for 20 of 30 s costs 60, then shrinking pays not: 30 more."""
    standing = stand(solve(a_program([50.0] * 4)), current=1, age_seconds=0.0)
    assert standing.costs_of_keeping(20.0) == pytest.approx(90.0)


def test_a_move_gains_against_keeping() -> None:
    """Shrinking now costs 2 s x 10 + 5 + 30 s x 1 = 55, keeping for 30 s costs 90."""
    standing = stand(solve(a_program([50.0] * 4)), current=1, age_seconds=0.0)
    np.testing.assert_allclose(standing.moves().costs[0, 0], 55.0)
    assert standing.costs_of_keeping(30.0) == pytest.approx(90.0)


def test_the_stay_lasts_as_long_as_the_plan_does_not_leave() -> None:
    """A calm future is stayed in to its end: three steps of 10 s."""
    standing = stand(solve(a_program([50.0] * 4)), current=1, age_seconds=0.0)
    np.testing.assert_allclose(standing.stay_seconds(0, 0), [30.0])


def test_the_stay_ends_where_the_plan_leaves_again() -> None:
    """A peak of 2.5 times the small capacity is not sat out in it."""
    peak = a_program([50.0] * 5 + [250.0] * 8)
    standing = stand(solve(peak), current=1, age_seconds=0.0)
    assert 20.0 <= standing.stay_seconds(0, 0)[0] < 120.0
