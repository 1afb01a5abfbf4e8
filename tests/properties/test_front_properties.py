"""What holds of every front."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from horae.optimisation.pareto import is_non_dominated
from horae.performance.models import Floats

# Small integers, so that ties are common; infinity is a legal objective and NaN a gap.
values = st.one_of(st.integers(0, 3).map(float), st.sampled_from([float("inf"), float("nan")]))
tables = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=values)


def dominates(one: Floats, other: Floats) -> bool:
    """The definition, in words: nowhere worse and somewhere better."""
    return bool((one <= other).all() and (one < other).any())


@given(tables)
def test_no_member_is_dominated_and_every_other_is(table: Floats) -> None:
    """Each row without a gap is either a member or dominated by one."""
    keep = is_non_dominated(table)
    for row, kept in zip(table, keep, strict=True):
        if np.isnan(row).any():
            assert not kept
        else:
            assert kept != any(dominates(member, row) for member in table[keep])


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(table: Floats, random: object) -> None:
    """A shuffled table has the shuffled answer."""
    order = list(range(len(table)))
    random.shuffle(order)
    assert is_non_dominated(table[order]).tolist() == is_non_dominated(table)[order].tolist()


@given(tables)
def test_a_front_is_its_own_front(table: Floats) -> None:
    """Leaving the dominated rows out changes nothing."""
    assert is_non_dominated(table[is_non_dominated(table)]).all()
