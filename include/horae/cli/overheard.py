"""A ledger that tells of what is appended."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from horae.ledger.leases import Lease
from horae.ledger.ledger import Ledger, Snapshot
from horae.ledger.records import Entry, EntryDraft, EntryKind, Head


class Overheard:
    """A `Ledger` over another one.

    Args:
        ledger: It.
        tell: Hears of every entry, once it is appended.
    """

    def __init__(self, ledger: Ledger, tell: Callable[[Entry], None]) -> None:
        self._ledger = ledger
        self._tell = tell

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """See `Ledger`."""
        entry = self._ledger.append(draft, lease=lease)
        self._tell(entry)
        return entry

    def read(
        self,
        chain: str,
        *,
        after: int = 0,
        kinds: Collection[EntryKind] | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Entry]:
        """See `Ledger`."""
        return self._ledger.read(
            chain, after=after, kinds=kinds, limit=limit, newest_first=newest_first
        )

    def get(self, entry_id: str) -> Entry:
        """See `Ledger`."""
        return self._ledger.get(entry_id)

    def find(self, chain: str, identity: str) -> Entry | None:
        """See `Ledger`."""
        return self._ledger.find(chain, identity)

    def heads(self) -> Mapping[str, Head]:
        """See `Ledger`."""
        return self._ledger.heads()

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """See `Ledger`."""
        return self._ledger.snapshot()

    def take_lease(
        self, job: str, *, action_id: str, holder: str, now: datetime, seconds: float
    ) -> Lease:
        """See `Leases`."""
        return self._ledger.take_lease(
            job, action_id=action_id, holder=holder, now=now, seconds=seconds
        )

    def renew_lease(self, lease: Lease, *, now: datetime, seconds: float) -> Lease:
        """See `Leases`."""
        return self._ledger.renew_lease(lease, now=now, seconds=seconds)

    def release_lease(self, lease: Lease) -> None:
        """See `Leases`."""
        self._ledger.release_lease(lease)

    def lease_of(self, job: str, *, now: datetime) -> Lease | None:
        """See `Leases`."""
        return self._ledger.lease_of(job, now=now)
