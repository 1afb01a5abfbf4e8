"""A ledger in SQLite or PostgreSQL."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from horae.errors import LedgerError
from horae.ledger.database import Database
from horae.ledger.hash_chain import GENESIS
from horae.ledger.leases import Lease
from horae.ledger.ledger import Snapshot
from horae.ledger.records import Entry, EntryDraft, EntryKind, Head, entry_place
from horae.ledger.same_identity import settled
from horae.ledger.sql_leases import SqlLeases, locked_state
from horae.ledger.stored_entry import StoredEntry, columns_under_hash, seal, unpacked
from horae.ledger.tables import entries, heads

PAGE = 500
"""Entries fetched at once: about a megabyte, and no transaction stays open between pages."""


class SqlLedger(SqlLeases):
    """Ledger in a database that `open_ledger` has brought to the right schema.

    Any number of processes and threads may use one database; each process opens its own.

    Args:
        database: Where it lies.
        page: Entries fetched at once.
    """

    def __init__(self, database: Database, *, page: int = PAGE) -> None:
        super().__init__(database)
        self._page = page

    @property
    def database(self) -> Database:
        """Where it lies; for what is derived from it and kept beside it."""
        return self._database

    def append(self, draft: EntryDraft, lease: Lease | None = None) -> Entry:
        """Put a draft at the end of its chain, in one transaction; see Ledger."""
        with self._database.writing() as connection:
            if lease is not None:
                # Whoever takes the lease waits here until the entry is in.
                locked_state(connection, draft.chain).require(lease)
            head = _locked_head(connection, draft.chain)
            wanted = seal(draft, number=head.count + 1, previous_hash=head.last_hash)
            existing = _of_identity(connection, draft.chain, draft.identity)
            if existing is not None:
                return settled(existing, wanted)
            _put(connection, wanted)
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
        """Entries of a chain by number; see Ledger.

        Pages are read one after another, so entries appended meanwhile may come too.
        """
        wanted = select(entries).where(entries.c.chain == chain, entries.c.number > after)
        found = (
            self._pages(wanted, newest_first, limit)
            if kinds is None
            else self._merged(wanted, kinds, newest_first, limit)
        )
        return map(unpacked, islice(found, limit))

    def get(self, entry_id: str) -> Entry:
        """The entry with this id; see Ledger."""
        chain, number = entry_place(entry_id)
        with self._database.reading() as connection:
            row = connection.execute(
                select(entries).where(entries.c.chain == chain, entries.c.number == number)
            ).one_or_none()
        if row is None:
            head = self.heads().get(chain)
            count = head.count if head else 0
            raise LedgerError(f"no entry {entry_id}: chain {chain} has {count} entries")
        return unpacked(_stored(row))

    def find(self, chain: str, identity: str) -> Entry | None:
        """The entry of a chain with this identity; see Ledger."""
        with self._database.reading() as connection:
            found = _of_identity(connection, chain, identity)
        return None if found is None else unpacked(found)

    def heads(self) -> Mapping[str, Head]:
        """The end of each chain by name; see Ledger."""
        with self._database.reading() as connection:
            rows = connection.execute(select(heads).order_by(heads.c.chain)).all()
        return {row.chain: _head(row) for row in rows}

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The ledger at one instant; see Ledger. Appends go on meanwhile."""
        with self._database.reading() as connection:
            yield _SqlSnapshot(connection)

    def close(self) -> None:
        """Close idle connections; a later use opens new ones."""
        self._database.close()

    def _merged(
        self,
        wanted: Select[Any],
        kinds: Collection[EntryKind],
        newest_first: bool,
        limit: int | None,
    ) -> Iterator[StoredEntry]:
        # A query a kind, since an index serves one kind in order of numbers but not several.
        streams = [
            self._pages(wanted.where(entries.c.kind == kind.value), newest_first, limit)
            for kind in sorted(set(kinds))
        ]
        return merge(*streams, key=lambda stored: stored.number, reverse=newest_first)

    def _pages(
        self, wanted: Select[Any], newest_first: bool, limit: int | None
    ) -> Iterator[StoredEntry]:
        number = entries.c.number
        size = self._page if limit is None else min(limit, self._page)
        page = wanted.order_by(number.desc() if newest_first else number.asc()).limit(size)
        while size > 0:
            with self._database.reading() as connection:
                rows = connection.execute(page).all()
            yield from map(_stored, rows)
            if len(rows) < size:
                return
            last = rows[-1].number
            page = page.where(number < last if newest_first else number > last)


class _SqlSnapshot:
    """Reads inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def chains(self) -> tuple[str, ...]:
        every = select(entries.c.chain).union(select(heads.c.chain))
        return tuple(sorted(map(str, self._connection.scalars(every))))

    def head(self, chain: str) -> Head | None:
        row = self._connection.execute(select(heads).where(heads.c.chain == chain)).one_or_none()
        return None if row is None else _head(row)

    def entries(self, chain: str, *, after: int = 0) -> Iterator[StoredEntry]:
        wanted = select(entries).where(entries.c.chain == chain)
        # Without a bound also what was numbered below 1 by somebody else comes, to be reported.
        bounded = wanted.where(entries.c.number > after) if after else wanted
        every = bounded.order_by(entries.c.number)
        streamed = self._connection.execution_options(yield_per=PAGE).execute(every)
        return map(_stored, streamed)


def _locked_head(connection: Connection, chain: str) -> Head:
    """The end of the chain, which nobody else can move until the transaction ends."""
    table = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        table.insert(heads)
        .values(chain=chain, count=0, last_hash=GENESIS)
        .on_conflict_do_nothing()
    )
    # SQLite has one writer at a time and no FOR UPDATE; SQLAlchemy leaves it out there.
    row = connection.execute(select(heads).where(heads.c.chain == chain).with_for_update()).one()
    return _head(row)


def _of_identity(connection: Connection, chain: str, identity: str) -> StoredEntry | None:
    row = connection.execute(
        select(entries).where(entries.c.chain == chain, entries.c.identity == identity)
    ).one_or_none()
    return None if row is None else _stored(row)


def _put(connection: Connection, stored: StoredEntry) -> None:
    connection.execute(insert(entries).values(**columns_under_hash(stored), hash=stored.hash))
    connection.execute(
        update(heads)
        .where(heads.c.chain == stored.chain)
        .values(count=stored.number, last_hash=stored.hash)
    )


def _stored(row: Row[Any]) -> StoredEntry:
    return StoredEntry(**row._mapping)


def _head(row: Row[Any]) -> Head:
    columns = row._mapping  # row.count would be the method of tuples
    return Head(count=columns["count"], last_hash=columns["last_hash"])
