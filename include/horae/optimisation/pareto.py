"""Which candidates no other one beats."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from horae.domain.candidate import Candidate, Front
from horae.performance.models import Floats, Integers


def is_non_dominated(objectives: Floats) -> NDArray[np.bool_]:
    """Rows that no other row dominates: nowhere worse and somewhere better.

    Args:
        objectives: `n x k`, minimised; infinity is allowed. Equal rows do not dominate one
            another. A row with NaN is dominated, and dominates nothing.

    Returns:
        `n`.
    """
    rows = np.flatnonzero(~np.isnan(objectives).any(axis=1))
    # What dominates a row has a smaller sum of ranks: in this order nothing dominates what stands
    # before it, and what stands first is good in everything and rules most of the others out.
    ranks = [np.unique(column, return_inverse=True)[1].ravel() for column in objectives[rows].T]
    left = rows[np.argsort(np.sum(ranks, axis=0), kind="stable")]
    found = np.zeros(len(objectives), dtype=np.bool_)
    while len(left):
        member, others = objectives[left[0]], objectives[left]
        found[left[0]] = True
        better = (others < member).any(axis=1)
        equal = (others == member).all(axis=1)
        found[left[equal]] = True
        left = left[better]
    return found


def front_rows(objectives: Floats) -> Integers:
    """Indices of the rows that no other row dominates, ascending; of equal ones the first.

    Args:
        objectives: As for `is_non_dominated`.
    """
    return first_of_equals(objectives, np.flatnonzero(is_non_dominated(objectives)))


def first_of_equals(objectives: Floats, members: Integers) -> Integers:
    """Of some rows, given ascending, the first of each that are equal; ascending."""
    _, firsts = np.unique(objectives[members], axis=0, return_index=True)
    return members[np.sort(firsts)]


def pareto_front(candidates: Sequence[Candidate], *, peak_load: float) -> Front:
    """The non-dominated of `candidates`, cheapest first; the same for any order of them.

    Args:
        candidates: Evaluated ones; may be empty.
        peak_load: Load that they were evaluated at, records/s.
    """
    objectives = np.array(
        [(one.money_per_hour, one.latency_risk, one.recovery_seconds) for one in candidates],
        dtype=np.float64,
    ).reshape(len(candidates), 3)
    keep = is_non_dominated(objectives)
    kept = [one for one, stays in zip(candidates, keep, strict=True) if stays]
    kept.sort(key=lambda one: (one.money_per_hour, one.latency_risk, one.configuration))
    return Front(members=tuple(kept), evaluated=len(candidates), peak_load=peak_load)
