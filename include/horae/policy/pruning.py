"""Leave out configurations that another one beats, or is as good as, in all the plan looks at."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from horae.optimisation.pareto import front_rows, is_nowhere_worse
from horae.performance.models import Floats, Integers

MOST_PLANNED = 12
"""Configurations beyond which the plan tells apart less finely: its cost grows with their number,
and twelve sizes and shapes between the least and the most leave steps of some 15 %."""

TOLERANCE, COARSER = 0.01, 1.5
"""Share by which costs may differ and be as good, at first and from one try to the next. Capacity
is known to some 5 %, so a share of a few per cent tells two configurations hardly apart."""


def keep_front(costs: Floats, *, always: int) -> Integers:
    """Indices of the rows that no other row dominates, `always` first.

    Args:
        costs: `n x m`, each column minimised; infinite is allowed, NaN is not.
        always: A row that is kept whatever it costs.

    Returns:
        Ascending after the first. Of equal rows the first is kept.
    """
    front = front_rows(costs)
    beaten = (costs[always] <= costs[front]).all(axis=1)
    return np.concatenate([[always], front[~beaten]])


def keep_few(
    costs: Floats, *, kind_of: Callable[[int], Hashable], always: int, most: int = MOST_PLANNED
) -> tuple[Integers, float]:
    """The front, or where it has more than `most` rows a part of it that stands for the rest.

    A row that is left out is at most so much cheaper, in each column, than one that is kept: a
    share of its own cost. The share is the least of a few that leaves no more than `most` rows.
    The row that is always kept stands for none but those that it beats.

    Args:
        costs: As for `keep_front`; finite.
        kind_of: Says of which kind a row is. Of rows that stand for as many others, one of a kind
            that was kept is taken.
        always: A row that is kept whatever it costs.
        most: Rows, at least 2.

    Returns:
        Indices, `always` first and then ascending, and the share; 0 where the front was small.
    """
    front = keep_front(costs, always=always)
    if len(front) <= most:
        return front, 0.0
    others, tolerance = front[1:], TOLERANCE
    at, kinds = costs[others], [kind_of(row) for row in others.tolist()]
    while len(chosen := _cover(at, kinds, tolerance, most)) >= most:
        tolerance *= COARSER
    return np.concatenate([front[:1], others[chosen]]), tolerance


def _cover(costs: Floats, kinds: Sequence[Hashable], tolerance: float, most: int) -> list[int]:
    """Greedily the rows that stand for the most others, until all are stood for; ascending.

    As many as `most` are too many: none is looked for beyond them.
    """
    chosen, seen = list[int](), set[Hashable]()
    within = is_nowhere_worse(costs, costs + tolerance * np.abs(costs))
    stands = within.astype(np.float32)  # a product of numbers counts far sooner than one of truths
    left = np.ones(len(costs), dtype=np.float32)
    while left.any() and len(chosen) < most:
        many = stands @ left
        best = np.flatnonzero(many == many.max()).tolist()
        place = next((each for each in best if kinds[each] in seen), best[0])
        chosen.append(place)
        seen.add(kinds[place])
        left[within[place]] = 0
    return sorted(chosen)
