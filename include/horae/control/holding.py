"""Holding the lease of a job while one acts on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

from horae.domain.clock import Clock
from horae.errors import HoraeError
from horae.ledger.leases import Lease
from horae.ledger.ledger import Ledger

_RENEWALS = 3
"""Tries to renew within the life of a lease: two may fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """How leases are taken here.

    Attributes:
        holder: Who takes them; no other process or try bears this name.
        seconds: How long they last unless renewed; a holder that dies keeps a job busy for this
            long.
    """

    holder: str
    seconds: float


@contextmanager
def held_lease(
    ledger: Ledger, job: str, action_id: str, terms: LeaseTerms, clock: Clock
) -> Iterator[Callable[[], Lease]]:
    """The lease of a job, renewed from a thread of its own until the block is left.

    Yields:
        Tells the lease as renewed last; where it is over, it is renewed first, and that may raise
        `LeaseLost` or `Unavailable`.

    Raises:
        LeaseTaken: Another process acts on the job, or the same one on another action.
        Unavailable: The ledger is away.
    """
    lease = ledger.take_lease(
        job, action_id=action_id, holder=terms.holder, now=clock.now(), seconds=terms.seconds
    )
    keeper = _Keeper(ledger, lease, terms.seconds, clock)
    keeper.start()
    try:
        yield keeper.lease_now
    finally:
        keeper.stop()
        with suppress(HoraeError):  # It ends by itself where the ledger is away.
            ledger.release_lease(keeper.lease)


class _Keeper(Thread):
    """Renews a lease until it is stopped; the ledger itself tells its holder when it is lost."""

    def __init__(self, ledger: Ledger, lease: Lease, seconds: float, clock: Clock) -> None:
        super().__init__(name=f"lease of {lease.job}", daemon=True)
        self.lease = lease
        self._ledger = ledger
        self._seconds = seconds
        self._clock = clock
        self._over = Event()

    def run(self) -> None:
        """Renew, a third of its life apart."""
        while not self._over.wait(self._seconds / _RENEWALS):
            with suppress(HoraeError):
                self._renew()

    def lease_now(self) -> Lease:
        """A lease that holds; a process that stood still for long learns here that it lost it."""
        if self._clock.now() >= self.lease.expires_at:
            self._renew()
        return self.lease

    def stop(self) -> None:
        """End the thread, and wait for a renewal that is under way."""
        self._over.set()
        self.join()

    def _renew(self) -> None:
        self.lease = self._ledger.renew_lease(
            self.lease, now=self._clock.now(), seconds=self._seconds
        )
