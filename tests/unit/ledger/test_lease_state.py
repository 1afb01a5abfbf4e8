import re
from datetime import timedelta

import pytest
from ledger_drafts import NOON

from horae.errors import LeaseLost, LeaseTaken
from horae.ledger.lease_state import LeaseState
from horae.ledger.leases import Lease


def a_lease(token: int, holder: str) -> Lease:
    """A lease of `ysb` that ends a minute after noon."""
    end = NOON + timedelta(minutes=1)
    return Lease(job="ysb", action_id=f"ysb:{token}", holder=holder, token=token, expires_at=end)


HELD = LeaseState(job="ysb", token=7, lease=a_lease(7, "bob"))


def test_refusal_names_the_present_holder() -> None:
    """Who, for what, until when, and what to do."""
    said = (
        "job ysb is being acted on by bob for action ysb:7 until 2026-01-31T12:01:00.000000Z; "
        "wait for the end of that action, or for that time"
    )
    with pytest.raises(LeaseTaken, match=re.escape(said)):
        HELD.taken(action_id="ysb:8", holder="ann", now=NOON, seconds=60)


@pytest.mark.parametrize(
    ("state", "whose"),
    [
        (HELD, "bob has it for action ysb:7 (token 7)"),
        (LeaseState(job="ysb", token=7), "it was given back, and the last token was 7"),
    ],
)
def test_loss_names_both_leases(state: LeaseState, whose: str) -> None:
    """What was lost, to whom, and that nothing may follow."""
    said = (
        f"job ysb: the lease of ann for action ysb:6 (token 6) is lost: {whose}; "
        "record and do nothing more for it"
    )
    with pytest.raises(LeaseLost, match=re.escape(said)):
        state.require(a_lease(6, "ann"))


def test_release_keeps_the_token() -> None:
    """What is given back is free, and the next token is the next number."""
    free = HELD.after_release(a_lease(7, "bob"))
    assert free == LeaseState(job="ysb", token=7)
    assert free.taken(action_id="ysb:8", holder="ann", now=NOON, seconds=60).token == 8
    assert HELD.after_release(a_lease(6, "ann")) is HELD
