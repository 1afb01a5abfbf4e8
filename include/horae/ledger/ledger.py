"""What a ledger is: something to append to and to read from."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from horae.ledger.leases import Lease, Leases
from horae.ledger.records import Entry, EntryDraft, EntryKind, Head
from horae.ledger.stored_entry import StoredEntry


class Snapshot(Protocol):
    """The ledger at one instant, as stored; appends made meanwhile are not in it."""

    def chains(self) -> tuple[str, ...]:
        """Names of all chains that have a head or an entry, sorted."""
        ...

    def head(self, chain: str) -> Head | None:
        """The recorded end of a chain; None: it has none."""
        ...

    def entries(self, chain: str, *, after: int = 0) -> Iterator[StoredEntry]:
        """The entries of a chain by number, those above `after`, as stored, unchecked."""
        ...


class Ledger(Leases, Protocol):
    """Append-only record with one hash chain a job, and the lease of each job.

    Any method may raise Unavailable when the store cannot be reached, which is worth trying
    again: nothing is half written.
    """

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """Put a draft at the end of its chain.

        Repeating is safe: where the chain has an entry of this identity it is returned, and
        nothing changes. Time, actor and references may then differ, for they do when a task is
        tried again. Several processes may append to one chain at once.

        Args:
            draft: What to append.
            lease: Append only while this lease is the job's, be it live or ended, which is
                checked in the same transaction; None: append in any case.

        Raises:
            LeaseLost: Another took the lease, or it was given back. Nothing was appended; what
                an earlier call appended stays.
            LedgerError: The identity is taken by an entry of another kind or body, or the body is
                not JSON, or the lease is of another job.
        """
        ...

    def read(
        self,
        chain: str,
        *,
        after: int = 0,
        kinds: Collection[EntryKind] | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Entry]:
        """Entries of a chain by number; none for an unknown chain.

        Args:
            chain: Name of the chain.
            after: Only numbers above this one.
            kinds: Only these kinds; None: all.
            limit: At most so many; None: all.
            newest_first: Highest number first.

        Raises:
            LedgerBroken: An entry cannot be read.
        """
        ...

    def get(self, entry_id: str) -> Entry:
        """The entry with this id.

        Raises:
            LedgerError: There is none, or it is not an id.
            LedgerBroken: The entry cannot be read.
        """
        ...

    def find(self, chain: str, identity: str) -> Entry | None:
        """The entry of a chain with this identity; None: it was not appended yet.

        Raises:
            LedgerBroken: The entry cannot be read.
        """
        ...

    def heads(self) -> Mapping[str, Head]:
        """The end of each chain by name, sorted."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The ledger at one instant, for checking it."""
        ...
