"""Leases as tests take them, and a scene of holders who take, keep and lose one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from horae.errors import LeaseLost, LeaseTaken
from horae.ledger.leases import Lease
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryDraft, EntryKind

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
MINUTE = 60.0
"""Seconds that leases last here."""


def after(seconds: float) -> datetime:
    """A time so long after noon."""
    return NOON + timedelta(seconds=seconds)


def a_step(identity: str = "step-1", job: str = "ysb") -> EntryDraft:
    """A draft of a step of an action."""
    return EntryDraft(
        chain=job,
        kind=EntryKind.STEP,
        identity=identity,
        time=NOON,
        actor="horae",
        body={"sentence": f"Did {identity}."},
    )


def take(
    ledger: Ledger,
    holder: str = "ann",
    *,
    job: str = "ysb",
    action_id: str = "ysb:1",
    now: datetime = NOON,
) -> Lease:
    """Take a lease of a minute."""
    return ledger.take_lease(job, action_id=action_id, holder=holder, now=now, seconds=MINUTE)


def wins(taking: Callable[[], Lease]) -> bool:
    """Whether the lease was had."""
    try:
        taking()
    except LeaseTaken:
        return False
    return True


class LeaseScene:
    """Some holders, the leases they were given and believe in, and what they recorded.

    Nobody tells a holder that its lease was lost: like a process that slept, it goes on with it.
    """

    def __init__(self, ledger: Ledger, job: str) -> None:
        self.ledger = ledger
        self.job = job
        self.seconds = 0.0
        self.believed: dict[str, Lease] = {}
        self.given: list[Lease] = []
        self.recorded: list[int] = []

    def take(self, holder: str) -> None:
        """It is had just if nobody else's is live."""
        now = after(self.seconds)
        others = [
            lease.holder
            for lease in self.believed.values()
            if lease.expires_at > now and lease.holder != holder
        ]
        had = wins(lambda: self._have(take(self.ledger, holder, job=self.job, now=now)))
        assert had == (not others)

    def renew(self, holder: str) -> None:
        """It is renewed just if its token is the last one."""
        lease = self.believed.get(holder)
        if lease is None:
            return
        if self._is_last(lease):
            now = after(self.seconds)
            self._have(self.ledger.renew_lease(lease, now=now, seconds=MINUTE))
        else:
            with pytest.raises(LeaseLost):
                self.ledger.renew_lease(lease, now=after(self.seconds), seconds=MINUTE)

    def release(self, holder: str) -> None:
        """Whoever has one gives it back, lost or not."""
        lease = self.believed.pop(holder, None)
        if lease is not None:
            self.ledger.release_lease(lease)

    def append(self, holder: str) -> None:
        """An entry is kept just if the token is the last one."""
        lease = self.believed.get(holder)
        if lease is None:
            return
        draft = a_step(f"step-{len(self.recorded) + 1}", job=self.job)
        if self._is_last(lease):
            assert self.ledger.append(draft, lease).number == len(self.recorded) + 1
            self.recorded.append(lease.token)
        else:
            with pytest.raises(LeaseLost):
                self.ledger.append(draft, lease)

    def check(self) -> None:
        """What holds after every step."""
        now = after(self.seconds)
        live = [lease for lease in self.believed.values() if lease.expires_at > now]
        assert len(live) <= 1
        assert self.ledger.lease_of(self.job, now=now) == (live[0] if live else None)
        assert self.recorded == sorted(self.recorded)
        head = self.ledger.heads().get(self.job)
        assert (head.count if head else 0) == len(self.recorded)

    def _have(self, lease: Lease) -> Lease:
        last = self.given[-1] if self.given else None
        is_renewal = last is not None and (lease.token, lease.holder) == (last.token, last.holder)
        assert is_renewal or lease.token == (last.token if last else 0) + 1
        self.given.append(lease)
        self.believed[lease.holder] = lease
        return lease

    def _is_last(self, lease: Lease) -> bool:
        return lease.token == self.given[-1].token
