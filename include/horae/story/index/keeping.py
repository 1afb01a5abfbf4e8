"""Keeps the index beside the ledger, and brings it up to date.

Any number of processes may do so at once: each folds what it finds, and only who finds the row as
it read it may put its own in its place.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from horae.control.entries import to_body
from horae.errors import LedgerError, Unavailable
from horae.ledger.canonical import canonical_json
from horae.ledger.database import Database
from horae.ledger.ledger import Ledger
from horae.ledger.sql import SqlLedger
from horae.ledger.stored_entry import StoredEntry
from horae.ledger.tables import (
    entries,
    heads,
    indexed_decisions,
    indexed_events,
    indexed_jobs,
    indexed_looks,
)
from horae.story.index.fold import FORM, fold
from horae.story.index.folded import Folded
from horae.story.index.standing import Standing

log = logging.getLogger(__name__)

PAGE = 1_000
"""Entries folded between two writes: about two megabytes, and other writers wait milliseconds."""

WORTH = 20
"""Entries that a job's own transactions take as long as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A job's row of the index.

    Attributes:
        up_to: Number of the last entry that was folded.
        standing: How the job stands after it.
    """

    up_to: int
    standing: Standing


def bring_up_to_date(ledger: Ledger, job: str, *, most: int | None = None) -> int:
    """Fold the entries of a job that the index does not know yet.

    Repeating it is safe, also from several processes at once. A ledger in memory has no index,
    and needs none.

    Args:
        ledger: The ledger.
        job: The job's name.
        most: At most so many entries; None: all.

    Returns:
        The number of entries folded; below `most` nothing is left.

    Raises:
        Unavailable: The ledger cannot be reached.
        LedgerError: It refused.
    """
    if not isinstance(ledger, SqlLedger):
        return 0
    return sum(_pages(ledger.database, job, most))


def bring_all_up_to_date(ledger: Ledger, *, most: int | None = None) -> int:
    """The same for every job; about `most` entries over all of them."""
    done, left = 0, most
    for job in _behind(ledger):
        if left is not None and left <= 0:
            break
        folded = bring_up_to_date(ledger, job, most=left)
        done += folded
        left = None if left is None else left - max(folded, WORTH)
    return done


def catch_up(ledger: Ledger, job: str | None = None, *, most: int) -> None:
    """The same, before a page is told: of a job, or of all, `most` entries.

    A page tells what is known where it may not write, or another process writes for too long;
    `entries_behind` says how much is missing.
    """
    try:
        if job is None:
            bring_all_up_to_date(ledger, most=most)
        else:
            bring_up_to_date(ledger, job, most=most)
    except (LedgerError, Unavailable) as error:
        log.warning("the index is left behind: %s", error)


def rebuild(ledger: Ledger, job: str | None = None) -> int:
    """Throw the index of a job, or of all, away and make it anew; returns the entries folded.

    Raises:
        LedgerError: The ledger is in memory, and so has no index.
    """
    database = database_of(ledger)
    every = update(indexed_jobs).values(form=0)
    with database.writing() as connection:
        connection.execute(every if job is None else every.where(indexed_jobs.c.chain == job))
    return bring_all_up_to_date(ledger) if job is None else bring_up_to_date(ledger, job)


def entries_behind(ledger: Ledger, job: str | None = None) -> int:
    """Entries that the index, of a job or of all, does not know yet."""
    return sum(count for chain, count in _behind(ledger).items() if job in (None, chain))


def database_of(ledger: Ledger) -> Database:
    """Where the index of a ledger lies.

    Raises:
        LedgerError: The ledger is in memory, and so has none.
    """
    if isinstance(ledger, SqlLedger):
        return ledger.database
    raise LedgerError(
        f"got a {type(ledger).__name__}; expected a ledger in a database, for pages are told from "
        "the index that is kept there"
    )


def standings(connection: Connection, jobs: list[str] | None = None) -> Iterator[tuple[str, Kept]]:
    """The rows of the index by job, sorted; those of another form are left out."""
    wanted = select(indexed_jobs).where(indexed_jobs.c.form == FORM)
    if jobs is not None:
        wanted = wanted.where(indexed_jobs.c.chain.in_(jobs))
    for row in connection.execute(wanted.order_by(indexed_jobs.c.chain)):
        kept = _read(row.up_to, row.standing)
        if kept is not None:
            yield row.chain, kept


def _read(up_to: int, standing: str) -> Kept | None:
    try:
        return Kept(up_to=up_to, standing=_adapter().validate_json(standing))
    except ValidationError:
        return None  # somebody changed it: made anew, as if there were none


@cache
def _adapter() -> TypeAdapter[Standing]:
    """Reads JSON without a detour, which halves the time of a fleet."""
    return TypeAdapter(Standing)


def _behind(ledger: Ledger) -> dict[str, int]:
    """Job to the number of entries that its index does not know; without those that know all."""
    if not isinstance(ledger, SqlLedger):
        return {}
    known = (indexed_jobs.c.chain == heads.c.chain) & (indexed_jobs.c.form == FORM)
    count = heads.c.count - func.coalesce(indexed_jobs.c.up_to, 0)
    wanted = select(heads.c.chain, count.label("behind")).select_from(
        heads.outerjoin(indexed_jobs, known)
    )
    with ledger.database.reading() as connection:
        found = connection.execute(wanted.where(count > 0).order_by(heads.c.chain)).all()
    return {row.chain: row.behind for row in found}


def _pages(database: Database, job: str, most: int | None) -> Iterator[int]:
    """Numbers of entries folded, page for page, until nothing is left or `most` is reached."""
    left = most
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        folded = _page(database, job, size)
        if folded is None:
            continue  # another process was faster: look again
        yield folded
        if folded < size:
            return
        left = None if left is None else left - folded


def _page(database: Database, job: str, size: int) -> int | None:
    """Fold the next entries; None: somebody else did meanwhile."""
    with database.reading() as connection:
        kept = dict(standings(connection, [job])).get(job)
        up_to = 0 if kept is None else kept.up_to
        found = _entries(connection, job, up_to, size)
    if not found:
        return 0
    standing = Standing() if kept is None else kept.standing
    out = Folded(chain=job)
    fold(standing, found, out)
    with database.writing() as connection:
        if not _claim(connection, job, kept, found[-1].number, standing):
            return None
        _put(connection, out)
    return len(found)


def _entries(connection: Connection, job: str, up_to: int, size: int) -> list[StoredEntry]:
    wanted = select(entries).where(entries.c.chain == job, entries.c.number > up_to)
    rows = connection.execute(wanted.order_by(entries.c.number).limit(size))
    return [StoredEntry(**row._mapping) for row in rows]


def _claim(
    connection: Connection, job: str, kept: Kept | None, up_to: int, standing: Standing
) -> bool:
    """Put the new standing where the old one was; False: somebody was faster."""
    row = {"form": FORM, "up_to": up_to, "standing": canonical_json(to_body(standing))}
    if kept is not None:
        found = (indexed_jobs.c.chain == job) & (indexed_jobs.c.form == FORM)
        place = found & (indexed_jobs.c.up_to == kept.up_to)
        return connection.execute(update(indexed_jobs).where(place).values(row)).rowcount == 1
    return _begin(connection, job, row)


def _begin(connection: Connection, job: str, row: dict[str, object]) -> bool:
    """The first row of a job, or the one in place of what is of another form or spoilt."""
    table = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = table.insert(indexed_jobs).values(chain=job, **row).on_conflict_do_nothing()
    if connection.execute(first.returning(indexed_jobs.c.chain)).first() is None:
        place = indexed_jobs.c.chain == job
        held = connection.execute(select(indexed_jobs).where(place).with_for_update()).one()
        if held.form == FORM and _read(held.up_to, held.standing) is not None:
            return False
        connection.execute(update(indexed_jobs).where(place).values(row))
    _forget_rows(connection, job)
    return True


def _forget_rows(connection: Connection, job: str) -> None:
    for table in (indexed_looks, indexed_decisions, indexed_events):
        connection.execute(delete(table).where(table.c.chain == job))


def _put(connection: Connection, out: Folded) -> None:
    if out.looks:
        connection.execute(insert(indexed_looks), _whole(out.looks))
    if out.decisions:
        connection.execute(insert(indexed_decisions), out.decisions)
    if out.events:
        place = tuple_(indexed_events.c.number, indexed_events.c.kind)
        told = [(number, kind.value) for number, kind in out.events]
        known = (indexed_events.c.chain == out.chain) & place.in_(told)
        connection.execute(delete(indexed_events).where(known))
        connection.execute(insert(indexed_events), list(out.events.values()))


def _whole(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows that all have every column: what is not there is NULL."""
    nothing = dict.fromkeys(column.name for column in indexed_looks.c)
    return [nothing | row for row in rows]
