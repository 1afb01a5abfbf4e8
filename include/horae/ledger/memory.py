"""A ledger in memory, for tests and dry runs; gone when the process ends."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice

from horae.errors import LedgerError
from horae.ledger.hash_chain import GENESIS
from horae.ledger.leases import Lease
from horae.ledger.ledger import Snapshot
from horae.ledger.memory_leases import MemoryLeases
from horae.ledger.records import Entry, EntryDraft, EntryKind, Head, entry_place
from horae.ledger.same_identity import settled
from horae.ledger.stored_entry import StoredEntry, seal, unpacked


@dataclass(slots=True)
class _Chain:
    """One chain, and where its entries of each kind stand.

    Attributes:
        stored: As sealed, by number.
        entries: The same, unpacked once: a history is read in every cycle, from its beginning on.
        places: Kind to places in both, ascending.
    """

    stored: list[StoredEntry] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    places: defaultdict[EntryKind, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, stored: StoredEntry) -> Entry:
        """Put an entry at the end."""
        entry = unpacked(stored)
        self.stored.append(stored)
        self.entries.append(entry)
        self.places[entry.kind].append(len(self.entries) - 1)
        return entry

    def wanted(
        self, after: int, kinds: Collection[EntryKind] | None, *, newest_first: bool
    ) -> Iterable[int]:
        """Places of the entries after a number, of these kinds, in order."""
        if kinds is None:
            every = range(after, len(self.entries))
            return reversed(every) if newest_first else every
        found = [self.places[kind] for kind in set(kinds) if kind in self.places]
        parts = [places[bisect_left(places, after) :] for places in found]
        if newest_first:
            return merge(*(reversed(part) for part in parts), reverse=True)
        return merge(*parts)


class MemoryLedger(MemoryLeases):
    """Ledger that keeps its entries in lists; threads may share it.

    Whoever reads an entry shares it with everybody else: a body is a mapping, not to be changed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._chains: dict[str, _Chain] = {}
        self._places: dict[tuple[str, str], int] = {}

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """Put a draft at the end of its chain; see Ledger."""
        with self._lock:
            if lease is not None:
                self._state(draft.chain).require(lease)
            chain = self._chains.get(draft.chain, _Chain())
            last_hash = chain.stored[-1].hash if chain.stored else GENESIS
            wanted = seal(draft, number=len(chain.stored) + 1, previous_hash=last_hash)
            place = self._places.get((draft.chain, draft.identity))
            if place is not None:
                return settled(chain.stored[place], wanted)
            entry = chain.add(wanted)
            self._chains[draft.chain] = chain
            self._places[draft.chain, draft.identity] = entry.number - 1
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
        """Entries of a chain by number; see Ledger."""
        known = self._chains.get(chain, _Chain())
        wanted = known.wanted(after, kinds, newest_first=newest_first)
        return (known.entries[place] for place in islice(wanted, limit))

    def get(self, entry_id: str) -> Entry:
        """The entry with this id; see Ledger."""
        chain, number = entry_place(entry_id)
        entries = self._chains.get(chain, _Chain()).entries
        if number > len(entries):
            raise LedgerError(f"no entry {entry_id}: chain {chain} has {len(entries)} entries")
        return entries[number - 1]

    def find(self, chain: str, identity: str) -> Entry | None:
        """The entry of a chain with this identity; see Ledger."""
        place = self._places.get((chain, identity))
        return None if place is None else self._chains[chain].entries[place]

    def heads(self) -> Mapping[str, Head]:
        """The end of each chain by name; see Ledger."""
        return {
            name: Head(count=len(chain.stored), last_hash=chain.stored[-1].hash)
            for name, chain in sorted(self._chains.items())
        }

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The ledger at one instant; see Ledger."""
        with self._lock:
            chains = {name: tuple(chain.stored) for name, chain in self._chains.items()}
        yield _MemorySnapshot(chains)


class _MemorySnapshot:
    """Copies of the chains."""

    def __init__(self, chains: Mapping[str, tuple[StoredEntry, ...]]) -> None:
        self._chains = chains

    def chains(self) -> tuple[str, ...]:
        return tuple(sorted(self._chains))

    def head(self, chain: str) -> Head | None:
        entries = self._chains.get(chain)
        return Head(count=len(entries), last_hash=entries[-1].hash) if entries else None

    def entries(self, chain: str, *, after: int = 0) -> Iterator[StoredEntry]:
        return iter(self._chains.get(chain, ())[after:])
