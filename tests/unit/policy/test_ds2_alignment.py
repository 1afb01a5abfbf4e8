"""Subtasks that share key groups or partitions evenly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horae.policy.ds2_alignment import Alignment, aligned


@pytest.mark.parametrize(
    ("target", "current", "shares", "alignment", "expected"),
    [
        (20, 4, 128, "evenly-spread", 32),  # the next divisor of 128
        (20, 4, 128, "balanced", 22),  # 128 // 20 is 6, and 128 // 22 is the first below: 5
        (5, 2, 12, "balanced", 6),
        (16, 2, 12, "balanced", 16),  # more than partitions: nothing is found, and it stays
        (16, 2, 12, "evenly-spread", 16),
        (5, 8, 12, "evenly-spread", 6),
        (7, 8, 12, "evenly-spread", 7),  # no divisor up to the present eight
        (7, 8, 12, "off", 7),
    ],
)
def test_the_first_even_share_upwards_is_taken(
    target: int, current: int, shares: int, alignment: Alignment, expected: int
) -> None:
    """As the operator scans: from the target up, at most to the present size when shrinking."""
    found = aligned(target, current=current, shares=shares, upper=200, alignment=alignment)
    assert found == expected


@given(
    target=st.integers(1, 300),
    current=st.integers(1, 300),
    shares=st.integers(1, 300),
    upper=st.integers(1, 300),
    alignment=st.sampled_from(["balanced", "evenly-spread", "off"]),
)
def test_it_never_goes_below_the_target_nor_turns_round(
    target: int, current: int, shares: int, upper: int, alignment: Alignment
) -> None:
    """At least what is wanted; who shrinks does not grow; who is beyond the limit is left so."""
    found = aligned(target, current=current, shares=shares, upper=upper, alignment=alignment)
    assert found >= target
    assert found <= max(target, upper)
    if target < current:
        assert found <= current
