"""The dynamic program on cases that can be done by hand."""

import numpy as np
import pytest

from horae.policy.dynamic_program import Program, solve
from horae.policy.program import broken_share


def to_and_fro(*, by: int) -> np.ndarray:
    """Of two ways this one leads from either configuration to the other."""
    possible = np.zeros((2, 2, 2), dtype=bool)
    possible[by] = ~np.eye(2, dtype=bool)
    return possible


def a_program(**changes: object) -> Program:
    """Small (100 records/s, 1 a second), large (300, 3 a second); 4 steps of 10 s, calm load."""
    known: dict[str, object] = {
        "seconds": np.full(4, 10.0),
        "decides": np.ones(4, dtype=bool),
        "load": np.full((1, 4), 50.0),
        "capacity": np.array([[100.0, 300.0]]),
        "outage": np.array([[2.0, 4.0]]),
        "replayed": np.zeros((1, 2)),
        "in_place": np.array([True, False]),
        "possible": to_and_fro(by=0),
        "price": np.array([1.0, 3.0]),
        "failures": np.zeros((4, 2)),
        "violation": 10.0,
        "action": 5.0,
        "limit": 10.0,
        "ages": np.array([0.0, 10.0, 40.0]),
    }
    return Program(**(known | changes))  # type: ignore[arg-type]


def test_staying_in_the_small_one_costs_its_price() -> None:
    """4 steps of 10 s at 1 a second are 40."""
    assert solve(a_program()).expected[0, 0, 0] == pytest.approx(40)


def test_from_the_large_one_it_pays_to_shrink_at_once() -> None:
    """Outage 2 s x 10 + action 5 + 40 of running are 65, less than 120 of staying."""
    plan = solve(a_program())
    assert plan.expected[0, 1, 0] == pytest.approx(65)
    assert plan.choice[0, 1, 0] == 0


def test_a_savepoint_pays_for_both_sets_of_task_managers() -> None:
    """By savepoint it is 4 s x (10 + 1 for the other set) + 5 + 40 = 89."""
    by_savepoint = a_program(possible=to_and_fro(by=1))
    assert solve(by_savepoint).expected[0, 1, 0] == pytest.approx(89)


def test_a_step_that_does_not_decide_stays() -> None:
    """With the first decision after 10 s the large one costs 30 more: 30 + 25 + 30 = 85."""
    late = a_program(decides=np.array([False, True, True, True]))
    plan = solve(late)
    assert plan.expected[0, 1, 0] == pytest.approx(85)
    assert plan.choice[0, 1, 0] == 1


def test_one_grows_for_a_peak_that_would_break_the_limit() -> None:
    """At load 200 the age grows by 5 s a step, beyond 10 s after two: 2 x 100 against 25 + 80."""
    peak = a_program(load=np.full((1, 4), 200.0))
    plan = solve(peak)
    stay = 4 * 10 + 2 * 10 * 10.0
    assert plan.choice[0, 0, 0] in (0, 1)
    assert plan.expected[0, 0, 0] < stay


def test_the_share_of_a_step_beyond_the_limit_is_exact() -> None:
    """From 5 s to 15 s of age half of the step is beyond 10 s; from 15 s to 12 s all of it."""
    left, drift = np.array([5.0, -5.0, 10.0]), np.array([10.0, -3.0, 10.0])
    share = broken_share(left, drift)
    np.testing.assert_allclose(share, [0.5, 1.0, 0.0])


def test_a_load_of_zero_empties_the_backlog() -> None:
    """Nothing arrives, so nothing is late after the step."""
    program = a_program(load=np.zeros((1, 4)))
    below, weight = program.place(30.0 + program.drifts_in(0)[0])
    assert (below.item(), weight.item()) == (0, 0.0)
    np.testing.assert_array_equal(program.drifts_in(0), program.drifts()[..., 0])


def test_of_two_ways_the_cheaper_one_is_taken() -> None:
    """In place for 2 s x 10 + 5 + 40 = 65; by the other way 1 s x (10 + 1) + 5 + 40 = 56."""
    both = np.stack([~np.eye(2, dtype=bool)] * 2)
    plan = solve(a_program(possible=both, outage=np.array([[2.0, 1.0]])))
    assert plan.expected[0, 1, 0] == pytest.approx(56)
    assert plan.way[0, 1, 0] == 1


def test_what_is_read_again_counts_like_an_outage_and_ages_the_backlog() -> None:
    """A second of replay is 10 more; outage 4 s and replay 8 s are 12 s of backlog."""
    both = np.stack([~np.eye(2, dtype=bool)] * 2)
    again = a_program(
        possible=both, outage=np.array([[2.0, 1.0]]), replayed=np.array([[0.0, 1.0]])
    )
    assert solve(again).expected[0, 1, 0] == pytest.approx(65)  # 56 + 10 is dearer than in place
    program = a_program(outage=np.array([[4.0, 4.0]]), replayed=np.array([[8.0, 8.0]]))
    np.testing.assert_allclose(program.delay, [[12.0, 12.0]])
    assert program.switch_money()[0, 0, 0] == pytest.approx(5 + (4 + 8) * 10)
