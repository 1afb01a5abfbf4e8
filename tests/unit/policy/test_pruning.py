"""What is left out of the plan."""

import numpy as np

from horae.performance.models import Floats
from horae.policy.pruning import TOLERANCE, keep_few, keep_front


def test_dominated_rows_are_left_out() -> None:
    """Row 2 is worse than row 1 in both columns."""
    assert keep_front(np.array([[1.0, 9.0], [5.0, 5.0], [6.0, 6.0]]), always=0).tolist() == [0, 1]


def test_the_present_one_is_kept_first_whatever_it_costs() -> None:
    """Row 2 is dominated, and kept."""
    costs = np.array([[1.0, 9.0], [5.0, 5.0], [6.0, 6.0]])
    assert keep_front(costs, always=2).tolist() == [2, 0, 1]


def test_of_equal_rows_the_first_is_kept() -> None:
    """Twins do not leave each other out."""
    costs = np.array([[9.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    assert keep_front(costs, always=0).tolist() == [0, 1]


def test_infinite_costs_are_beaten_by_finite_ones() -> None:
    """A configuration that never recovers loses against one that does, else equal."""
    costs = np.array([[0.0, 0.0], [1.0, np.inf], [1.0, 7.0]])
    assert keep_front(costs, always=2).tolist() == [2, 0]


def all_alike(_: int) -> str:
    """One kind."""
    return "same"


def a_line(rows: int, *, step: float = 0.005) -> Floats:
    """A front: each row costs 1 + `step` as much as the one before, and carries so much more."""
    growth = (1 + step) ** np.arange(rows)
    return np.column_stack([growth, -growth])


def test_a_small_front_is_kept_whole() -> None:
    """Six rows that are nearly as good as one another are no more than asked for."""
    kept, tolerance = keep_few(a_line(6), kind_of=all_alike, always=2, most=6)
    assert (kept.tolist(), tolerance) == ([2, 0, 1, 3, 4, 5], 0)


def test_each_row_that_is_left_out_has_one_nearly_as_good_that_is_kept() -> None:
    """Of 41 rows half a per cent apart, no more than ten are kept; none is far from any."""
    costs = a_line(41)
    kept, tolerance = keep_few(costs, kind_of=all_alike, always=0, most=10)
    assert 2 < len(kept) <= 10
    assert tolerance > 0
    bound = costs + tolerance * np.abs(costs)
    stood_for = (costs[kept[1:], None] <= bound).all(axis=2).any(axis=0)
    assert stood_for[1:].all()


def test_no_coarser_than_it_must_be() -> None:
    """Of 21 rows half a per cent apart, a row stands for itself and two on each side at 1 %."""
    kept, tolerance = keep_few(a_line(21), kind_of=all_alike, always=0, most=8)
    assert (len(kept), tolerance) == (1 + 5, TOLERANCE)  # 20 rows but the one kept always: 4 x 5


def test_of_rows_that_stand_for_as_many_the_kind_that_was_kept_is_taken() -> None:
    """Rows 1 to 3 stand for one another and so do 4 and 5: of these 5 is of the kind of 1."""
    few = np.array([[9.0, -9.0], [1.0, -1.0], [1.001, -1.001], [1.002, -1.002]])
    costs = np.vstack([few, [[2.0, -2.0], [2.001, -2.001]]])
    kinds = ["a", "b", "c", "c", "c", "b"]
    kept, _ = keep_few(costs, kind_of=kinds.__getitem__, always=0, most=3)
    assert kept.tolist() == [0, 1, 5]
