"""The lease of a job while one acts on it."""

from collections.abc import Callable, Iterator

import pytest

from deadlines import wait_for
from horae.control.holding import LeaseTerms, held_lease
from horae.domain.clock import ManualClock, SystemClock
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
    terms = LeaseTerms(holder="ann", seconds=SECONDS)
    with held_lease(ledger, "ysb", "a", terms, clock, silence_seconds=100) as lease:
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


def test_who_hangs_loses_the_lease_though_the_process_lives(ledger: MemoryLedger) -> None:
    """In real time: renewed for the 1.2 s that its holder may be silent, and then no more."""
    clock, terms = SystemClock(), LeaseTerms(holder="ann", seconds=0.6)
    with held_lease(ledger, "ysb", "a", terms, clock, silence_seconds=1.2) as lease:
        first = lease()
        wait_for(
            lambda: ledger.lease_of("ysb", now=clock.now()) not in (first, None),
            "a renewal",
            seconds=5,
        )
        wait_for(lambda: ledger.lease_of("ysb", now=clock.now()) is None, "its end", seconds=5)
        assert lease().token == first.token  # heard of again, and nobody had taken it
