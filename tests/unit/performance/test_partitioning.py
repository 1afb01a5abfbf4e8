"""How evenly a job's input can be spread."""

import numpy as np
import pytest

from horae.performance.partitioning import Partitioning

FOUR = Partitioning(partitions=4)


@pytest.mark.parametrize(
    ("parallelism", "worth"), [(1, 1.0), (2, 2.0), (3, 2.0), (4, 4.0), (8, 4.0)]
)
def test_three_subtasks_on_four_partitions_are_worth_two(parallelism: int, worth: float) -> None:
    """The busiest subtask owns ceil(4 / p) of the 4 partitions."""
    assert FOUR.effective_slots(parallelism) == worth


def test_many_are_what_each_one_is() -> None:
    """1 to 20 subtasks on 12 partitions and 128 key groups, to the last bit."""
    spread = Partitioning(partitions=12, key_groups=128)
    sizes = np.arange(1, 21)
    each = [spread.effective_slots(size) for size in sizes.tolist()]
    assert spread.each_effective_slots(sizes).tolist() == each


def test_the_coarser_units_rule() -> None:
    """128 key groups on 3 subtasks: 43 / 128 = 0.336; 4 partitions: 2 / 4 = 0.5, which rules."""
    assert Partitioning(partitions=4, key_groups=128).largest_share(3) == 0.5
    assert Partitioning(partitions=300, key_groups=128).largest_share(3) == 43 / 128


def test_key_groups_alone_do_not_make_a_split_uneven() -> None:
    """128 key groups on 3 subtasks are worth 2.977, within 2 % of 3; 4 partitions are worth 2."""
    assert Partitioning(partitions=300, key_groups=128).is_even(3)
    assert not FOUR.is_even(3)
    assert FOUR.is_even(4)


@pytest.mark.parametrize(
    ("parallelism", "slots", "share"),
    # 4 subtasks in pairs: 2 of 4 partitions; 3 in pairs: 2 + 1 of 4; all on one: everything.
    [(4, 2, 0.5), (3, 2, 0.75), (4, 4, 1.0), (1, 4, 1.0), (2, 1, 0.5)],
)
def test_the_busiest_subtasks_may_share_a_task_manager(
    parallelism: int, slots: int, share: float
) -> None:
    """The hottest TaskManager is the one with the largest subtasks together."""
    assert FOUR.hottest_shares(np.array([parallelism]), np.array([slots])) == [share]
