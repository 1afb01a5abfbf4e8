"""Fronts with known members."""

import math

import numpy as np

from horae.domain.candidate import Candidate, Candidates
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.optimisation.pareto import AT_ONCE, front_rows, is_non_dominated, pareto_front


def test_only_what_is_nowhere_better_falls_out() -> None:
    """(2, 2) beats (3, 3) and (2, 3); (1, 3) and (3, 1) are better somewhere; equals both stay."""
    rows = np.array([[2, 2], [3, 3], [2, 3], [1, 3], [3, 1], [2, 2]], dtype=np.float64)
    assert is_non_dominated(rows).tolist() == [True, False, False, True, True, True]


def test_infinite_is_the_worst_and_unknown_is_out() -> None:
    """(1, inf) is still the cheapest; a row with NaN is dominated and dominates nothing."""
    rows = np.array([[1, math.inf], [2, 5], [3, math.inf], [math.nan, 0]])
    assert is_non_dominated(rows).tolist() == [True, True, False, False]


def test_a_front_is_the_same_however_many_rows_are_looked_at_at_once() -> None:
    """Of 500 rows with ties, three times as many as at once, each is a member that none beats."""
    rng = np.random.default_rng(1)
    cost = rng.integers(1, 40, 500)
    rows = np.column_stack([cost, 400 // cost + rng.integers(0, 9, 500), rng.integers(0, 4, 500)])
    rows = rows.astype(np.float64)
    no_worse = (rows[:, None] <= rows).all(axis=2)
    beaten = (no_worse & ~no_worse.T).any(axis=0)
    assert is_non_dominated(rows).tolist() == (~beaten).tolist()
    assert len(rows) > 3 * AT_ONCE
    _, firsts = np.unique(rows, axis=0, return_index=True)
    assert front_rows(rows).tolist() == [row for row in sorted(firsts) if not beaten[row]]


def candidate(parallelism: int, money: float, risk: float, recovery: float) -> Candidate:
    """With these objectives."""
    return Candidate(
        configuration=Configuration(
            parallelism=parallelism,
            slots=1,
            cpu_cores=1.0,
            memory_mb=1024,
            checkpoint_interval_seconds=10.0,
        ),
        money_per_hour=money,
        latency_risk=risk,
        recovery_seconds=recovery,
        capacity=500.0 * parallelism,
    )


def columns(*each: Candidate) -> Candidates:
    """All of them."""
    return Candidates(
        configurations=Configurations(one.configuration for one in each),
        money_per_hour=np.array([one.money_per_hour for one in each]),
        latency_risk=np.array([one.latency_risk for one in each]),
        recovery_seconds=np.array([one.recovery_seconds for one in each]),
        capacity=np.array([one.capacity for one in each]),
    )


def test_a_front_is_sorted_by_money_and_counts_what_it_was_taken_from() -> None:
    """Two is cheaper and safer than three, in whatever order they come."""
    one, two = candidate(1, 1.0, 0.5, math.inf), candidate(2, 2.0, 0.1, 60.0)
    three, four = candidate(3, 3.0, 0.1, 60.0), candidate(4, 4.0, 0.0, 30.0)
    front = pareto_front(columns(four, three, two, one), peak_load=700.0)
    assert front.members == (one, two, four)
    assert (front.evaluated, front.peak_load) == (4, 700.0)
    assert pareto_front(columns(one, two, three, four), peak_load=700.0) == front


def test_a_front_of_nothing_is_empty() -> None:
    """No candidate, no member."""
    assert pareto_front(columns(), peak_load=1.0).members == ()
