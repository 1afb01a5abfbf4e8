"""What is left out of the plan."""

import numpy as np

from horae.policy.pruning import keep_front


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
