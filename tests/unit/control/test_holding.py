"""The lease of a job while one acts on it."""

from collections.abc import Callable, Iterator

import pytest

from horae.control.holding import LeaseTerms, held_lease
from horae.domain.clock import ManualClock
from horae.errors import LeaseLost
from horae.ledger.leases import Lease
from horae.ledger.memory import MemoryLedger

SECONDS = 60.0  # the thread that renews would come after 20 s of real time


@pytest.fixture
def clock() -> ManualClock:
    """Some time."""
    return ManualClock()


@pytest.fixture
def ledger() -> MemoryLedger:
    """An empty one."""
    return MemoryLedger()


@pytest.fixture
def held(ledger: MemoryLedger, clock: ManualClock) -> Iterator[Callable[[], Lease]]:
    """The lease, held by ann."""
    with held_lease(ledger, "ysb", "a", LeaseTerms(holder="ann", seconds=SECONDS), clock) as lease:
        yield lease


def test_a_lease_that_holds_is_told_as_it_is(
    held: Callable[[], Lease], ledger: MemoryLedger, clock: ManualClock
) -> None:
    """Nobody is asked before its last second is over."""
    first = held()
    clock.wait(SECONDS - 1)
    assert held() is first
    assert ledger.lease_of("ysb", now=clock.now()) == first


def test_a_lease_that_is_over_is_renewed_where_it_is_free(
    held: Callable[[], Lease], clock: ManualClock
) -> None:
    """As after the machine slept: same token, and as long as ever from now on."""
    first = held()
    clock.wait(SECONDS)
    again = held()
    assert again.token == first.token
    assert (again.expires_at - clock.now()).total_seconds() == SECONDS


def test_who_slept_too_long_learns_that_it_is_anothers(
    held: Callable[[], Lease], ledger: MemoryLedger, clock: ManualClock
) -> None:
    """Also where the other has given it back since."""
    clock.wait(SECONDS)
    theirs = ledger.take_lease(
        "ysb", action_id="a", holder="bob", now=clock.now(), seconds=SECONDS
    )
    with pytest.raises(LeaseLost):
        held()
    ledger.release_lease(theirs)
    with pytest.raises(LeaseLost):
        held()
