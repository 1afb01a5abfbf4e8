"""A ledger in memory, for tests and dry runs; gone when the process ends."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

from horae.errors import LedgerError
from horae.ledger.hash_chain import GENESIS
from horae.ledger.leases import Lease
from horae.ledger.ledger import Snapshot
from horae.ledger.memory_leases import MemoryLeases
from horae.ledger.records import Entry, EntryDraft, EntryKind, Head, entry_place
from horae.ledger.same_identity import settled
from horae.ledger.stored_entry import StoredEntry, seal, unpacked


class MemoryLedger(MemoryLeases):
    """Ledger that keeps its entries in lists; threads may share it."""

    def __init__(self) -> None:
        super().__init__()
        self._chains: defaultdict[str, list[StoredEntry]] = defaultdict(list)
        self._places: dict[tuple[str, str], int] = {}

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """Put a draft at the end of its chain; see Ledger."""
        with self._lock:
            if lease is not None:
                self._state(draft.chain).require(lease)
            chain = self._chains.get(draft.chain, [])
            last_hash = chain[-1].hash if chain else GENESIS
            wanted = seal(draft, number=len(chain) + 1, previous_hash=last_hash)
            place = self._places.get((draft.chain, draft.identity))
            if place is not None:
                return settled(chain[place], wanted)
            self._places[draft.chain, draft.identity] = len(chain)
            self._chains[draft.chain].append(wanted)
            return unpacked(wanted)

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
        later = self._chains.get(chain, [])[after:]
        ordered = reversed(later) if newest_first else iter(later)
        wanted = (stored for stored in ordered if kinds is None or stored.kind in kinds)
        return map(unpacked, islice(wanted, limit))

    def get(self, entry_id: str) -> Entry:
        """The entry with this id; see Ledger."""
        chain, number = entry_place(entry_id)
        entries = self._chains.get(chain, [])
        if number > len(entries):
            raise LedgerError(f"no entry {entry_id}: chain {chain} has {len(entries)} entries")
        return unpacked(entries[number - 1])

    def find(self, chain: str, identity: str) -> Entry | None:
        """The entry of a chain with this identity; see Ledger."""
        place = self._places.get((chain, identity))
        return None if place is None else unpacked(self._chains[chain][place])

    def heads(self) -> Mapping[str, Head]:
        """The end of each chain by name; see Ledger."""
        return {
            name: Head(count=len(entries), last_hash=entries[-1].hash)
            for name, entries in sorted(self._chains.items())
        }

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The ledger at one instant; see Ledger."""
        with self._lock:
            chains = {name: tuple(entries) for name, entries in self._chains.items()}
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

    def entries(self, chain: str) -> Iterator[StoredEntry]:
        return iter(self._chains.get(chain, ()))
