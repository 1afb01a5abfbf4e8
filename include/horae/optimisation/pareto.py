"""Which candidates no other one beats."""

import numpy as np
from numpy.typing import NDArray

from horae.domain.candidate import Candidates, Front
from horae.performance.models import Floats, Integers

AT_ONCE = 128
"""Rows that are compared with one another at once: more only make the tables larger."""


def is_non_dominated(objectives: Floats) -> NDArray[np.bool_]:
    """Rows that no other row dominates: nowhere worse and somewhere better.

    Args:
        objectives: `n x k`, minimised; infinity is allowed. Equal rows do not dominate one
            another. A row with NaN is dominated, and dominates nothing.

    Returns:
        `n`.
    """
    order, begins = _in_order(objectives)
    members = _is_member(objectives[order[begins]])
    found = np.zeros(len(objectives), dtype=np.bool_)
    found[order] = members[begins.cumsum() - 1]
    return found


def front_rows(objectives: Floats) -> Integers:
    """Indices of the rows that no other row dominates, ascending; of equal ones the first.

    Args:
        objectives: As for `is_non_dominated`.
    """
    order, begins = _in_order(objectives)
    firsts = order[begins]
    rows: Integers = np.sort(firsts[_is_member(objectives[firsts])])
    return rows


def _in_order(objectives: Floats) -> tuple[Integers, NDArray[np.bool_]]:
    """Rows without NaN by their columns, the first one first, and where other values begin.

    Equal rows follow one another as they come in, and what dominates a row stands before it.
    """
    rows = np.flatnonzero(~np.isnan(objectives).any(axis=1))
    order = rows[np.lexsort(objectives[rows].T[::-1])]
    ordered = objectives[order]
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return order, begins


def _is_member(distinct: Floats) -> NDArray[np.bool_]:
    """Which rows are on the front, where none are equal and a row stands after what beats it."""
    found = np.zeros(len(distinct), dtype=np.bool_)
    left = np.arange(len(distinct))
    while len(left):
        some, left = left[:AT_ONCE], left[AT_ONCE:]
        beats = is_nowhere_worse(distinct[some], distinct[some])
        np.fill_diagonal(beats, val=False)
        members = some[~beats.any(axis=0)]
        found[members] = True
        left = left[~is_nowhere_worse(distinct[members], distinct[left]).any(axis=0)]
    return found


def is_nowhere_worse(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Whether each row of `one` is at most each row of `other`: `n x m`."""
    least = np.ones((len(one), len(other)), dtype=np.bool_)
    for mine, theirs in zip(one.T, other.T, strict=True):
        least &= mine[:, None] <= theirs
    return least


def pareto_front(candidates: Candidates, *, peak_load: float) -> Front:
    """The non-dominated of `candidates`, cheapest first; the same for any order of them.

    Args:
        candidates: Evaluated ones; may be empty.
        peak_load: Load that they were evaluated at, records/s.
    """
    objectives = np.column_stack(
        [candidates.money_per_hour, candidates.latency_risk, candidates.recovery_seconds]
    )
    kept = [candidates[place] for place in np.flatnonzero(is_non_dominated(objectives)).tolist()]
    kept.sort(key=lambda one: (one.money_per_hour, one.latency_risk, one.configuration))
    return Front(members=tuple(kept), evaluated=len(candidates), peak_load=peak_load)
