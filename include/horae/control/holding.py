"""Holding the lease of a job while one acts on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

from horae.domain.clock import Clock
from horae.errors import HoraeError
from horae.ledger.leases import Lease
from horae.ledger.ledger import Ledger

_RENEWALS = 3
"""Tries to renew within the life of a lease: two may fail."""
_PATIENCE_SECONDS = 10.0


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
    ledger: Ledger,
    job: str,
    action_id: str,
    terms: LeaseTerms,
    clock: Clock,
    *,
    silence_seconds: float,
) -> Iterator[Callable[[], Lease]]:
    """The lease of a job, renewed from a thread of its own until the block is left.

    Args:
        ledger: Where it is taken.
        job: The job.
        action_id: What for.
        terms: How.
        clock: The time.
        silence_seconds: Who does not ask for the lease for so long hangs, in a file server that
            does not answer for instance: it is renewed no more, and others may go on.

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
    keeper = LeaseKeeper(ledger, lease, terms.seconds, clock, silence_seconds)
    keeper.start()
    try:
        yield keeper.lease_now
    finally:
        keeper.stop()
        with suppress(HoraeError):  # It ends by itself where the ledger is away.
            ledger.release_lease(keeper.lease)


class LeaseKeeper(Thread):
    """Renews a lease until it is stopped; the ledger itself tells its holder when it is lost."""

    def __init__(
        self,
        ledger: Ledger,
        lease: Lease,
        seconds: float,
        clock: Clock,
        silence_seconds: float,
    ) -> None:
        super().__init__(name=f"lease of {lease.job}", daemon=True)
        self.lease = lease
        self._ledger = ledger
        self._seconds = seconds
        self._clock = clock
        self._silence = timedelta(seconds=silence_seconds)
        self._heard_at = clock.now()
        self._over = Event()

    def run(self) -> None:
        """Renew, a third of its life apart, as long as its holder is heard of."""
        while not self._over.wait(self._seconds / _RENEWALS):
            self.renew_if_heard_of()

    def renew_if_heard_of(self) -> None:
        """Renew; not where the holder was silent for too long, nor where the ledger does not."""
        if self._clock.now() - self._heard_at <= self._silence:
            with suppress(HoraeError):
                self._renew()

    def lease_now(self) -> Lease:
        """A lease that holds; a process that stood still for long learns here that it lost it."""
        self._heard_at = self._clock.now()
        if self._heard_at >= self.lease.expires_at:
            self._renew()
        return self.lease

    def stop(self) -> None:
        """End the thread, and wait for a renewal that is under way, unless that hangs."""
        self._over.set()
        self.join(_PATIENCE_SECONDS)

    def _renew(self) -> None:
        self.lease = self._ledger.renew_lease(
            self.lease, now=self._clock.now(), seconds=self._seconds
        )
