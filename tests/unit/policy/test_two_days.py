"""What the planner makes of two compressed days that it has never seen."""

from itertools import combinations

import pytest

from horae.domain.action import RescalePath
from horae.domain.proposal import Reason
from two_days import live_two_days


@pytest.mark.parametrize(("seed", "first_cycle"), [(0, 15), (1, 35), (2, 55)])
def test_it_goes_out_and_back_in_by_both_paths_and_never_to_and_fro(
    seed: int, first_cycle: int
) -> None:
    """Out by PROTECT, in by SAVE, both paths, at most 6 moves, nothing undone within 180 s."""
    moves = live_two_days(seed=seed, first_cycle=first_cycle)
    proposals = [move.proposal for move in moves]
    assert proposals[0].reason is Reason.PROTECT
    assert proposals[0].target.parallelism > moves[0].origin.parallelism
    assert any(
        move.proposal.reason is Reason.SAVE
        and move.proposal.target.total_cores < move.origin.total_cores
        for move in moves
    )
    assert {proposal.path for proposal in proposals} == {
        RescalePath.IN_PLACE,
        RescalePath.SAVEPOINT,
    }
    assert len(moves) <= 6
    for earlier, later in combinations(moves, 2):
        assert later.proposal.target != earlier.origin or later.at - earlier.at >= 180
