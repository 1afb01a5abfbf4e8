"""The index follows from the entries, whoever wrote them, and however often it is made."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from control_builders import at
from horae.errors import LedgerError
from horae.ledger.database import Database
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind
from horae.ledger.sql import SqlLedger
from horae.ledger.tables import (
    indexed_decisions,
    indexed_events,
    indexed_jobs,
    indexed_looks,
)
from horae.story.fleet import fleet, fleet_row
from horae.story.index import keeping
from horae.story.index.keeping import (
    bring_up_to_date,
    entries_behind,
    rebuild,
    standings,
)
from horae.story.models import models_story
from horae.story.timeline import timeline
from story_builders import Book, minute


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A chain of some looks, decisions and an action."""
    book = Book.in_folder(tmp_path)
    for number in range(4):
        book.look(number)
        book.hold(number)
    book.act(4)
    book.look(5, configuration=at(2))
    return book


def index_of(ledger: SqlLedger) -> list[list[tuple[Any, ...]]]:
    """Everything that the index holds."""
    tables = (indexed_jobs, indexed_looks, indexed_decisions, indexed_events)
    with ledger.database.reading() as connection:
        return [
            sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables
        ]


def test_folding_again_changes_nothing(book: Book) -> None:
    """What is known is not folded twice."""
    assert entries_behind(book.ledger) == 12
    assert bring_up_to_date(book.ledger, "ysb") == 12
    before = index_of(book.ledger)
    assert bring_up_to_date(book.ledger, "ysb") == 0
    assert index_of(book.ledger) == before
    assert entries_behind(book.ledger) == 0


def test_pieces_give_what_the_whole_gives(book: Book) -> None:
    """Entry for entry, or at one go: an action's begin and end may lie in different pieces."""
    bring_up_to_date(book.ledger, "ysb")
    whole = index_of(book.ledger)
    with book.ledger.database.writing() as connection:
        connection.execute(update(indexed_jobs).values(form=0))
    while bring_up_to_date(book.ledger, "ysb", most=1):
        pass
    assert index_of(book.ledger) == whole


def test_a_page_goes_on_where_the_one_before_ended(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the length of a page."""
    bring_up_to_date(book.ledger, "ysb")
    whole = index_of(book.ledger)
    monkeypatch.setattr(keeping, "PAGE", 5)
    assert rebuild(book.ledger) == 12
    assert index_of(book.ledger) == whole


@pytest.mark.parametrize(
    "spoilt",
    [
        {"form": 999},
        {"form": 0},
        {"standing": "{"},
        {"standing": '{"first_at": 7, "figures": "none"}'},
    ],
)
def test_an_index_of_another_form_is_made_anew(book: Book, spoilt: dict[str, Any]) -> None:
    """By whoever finds it, without being told."""
    bring_up_to_date(book.ledger, "ysb")
    whole = index_of(book.ledger)
    with book.ledger.database.writing() as connection:
        connection.execute(update(indexed_jobs).values(**spoilt))
        connection.execute(update(indexed_looks).values(load=7.0))
    assert bring_up_to_date(book.ledger, "ysb") == 12
    assert index_of(book.ledger) == whole


def test_rebuilding_one_job_leaves_the_others(book: Book) -> None:
    """It folds that one alone."""
    other = Book(book.ledger, "tsw")
    other.look(0)
    fleet(book.ledger, now=minute(0))
    assert rebuild(book.ledger, "tsw") == 1
    assert entries_behind(book.ledger) == 0


def test_a_page_that_may_not_write_tells_what_is_known(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how much it does not know."""
    bring_up_to_date(book.ledger, "ysb", most=3)

    @contextmanager
    def refused(database: Database) -> Iterator[Connection]:
        raise LedgerError("permission denied for table ledger_index_job")
        yield

    monkeypatch.setattr(Database, "writing", refused)
    told = fleet(book.ledger, now=minute(9))
    assert (told.behind, told.rows[0].seen_at) == (9, minute(1))
    assert timeline(book.ledger, "ysb", since=minute(0), until=minute(9)).behind == 9


def test_a_standing_stays_small(tmp_path: Path) -> None:
    """However long a job is watched: of its error budget thirty parts are kept."""
    book = Book.in_folder(tmp_path)
    for day in range(50):
        book.look(1_440 * day)
        book.act(1_440 * day + 1)
    bring_up_to_date(book.ledger, "ysb")
    with book.ledger.database.reading() as connection:
        ((_, kept),) = standings(connection)
    assert len(kept.standing.parts) == 30
    assert kept.standing.ordered == []


def test_a_bounded_page_says_how_much_it_does_not_know(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tells what it has folded."""
    monkeypatch.setattr("horae.story.fleet.AT_ONCE", 3)
    told = fleet(book.ledger, now=minute(9))
    assert (told.behind, told.rows[0].up_to, told.rows[0].seen_at) == (9, 3, minute(1))


SPOILT = [
    "{",
    "[]",
    '"text"',
    "{}",
    '{"figures": {"span_seconds": "long"}}',
    '{"configuration": {"parallelism": 0}}',
    '{"configuration": {"parallelism": 1, "slots": 0, "cpu_cores": 1, "memory_mb": 1, '
    '"checkpoint_interval_seconds": 1}, "presence": "running"}',
    '{"detail": "\\ud800", "sentence": "\\ud800"}',
    '{"detail": "\\u0000", "sentence": "\\u0000", "id": "\\u0000"}',
    '{"start": "2026-03-02T12:00:00Z", "grid_seconds": 1e-300, "levels": [0.05, 0.5, 0.95], '
    '"quantiles": [[1, 2, 1e400]]}',
    '{"start": "soon", "levels": 5, "quantiles": 7, "grid_seconds": 60}',
    '{"action_id": [1], "result": {"a": 1}, "ended_at": 5, "reached": "x"}',
]
"""Bodies that nobody of Horae writes."""


@pytest.mark.parametrize("body", SPOILT)
def test_a_spoilt_entry_is_passed_over(book: Book, body: str) -> None:
    """Everything else is told; whatever the body, and of whatever kind, no page fails."""
    for kind in EntryKind:
        book.put(kind, "spoilt", minute(6), {})
    with closing(sqlite3.connect(str(book.ledger.database.file))) as connection:
        connection.execute("DROP TRIGGER ledger_entry_refuses_update")
        spoil = "UPDATE ledger_entry SET body = ? WHERE identity LIKE '%spoilt%'"
        connection.execute(spoil, (body,))
        connection.commit()
    book.look(8, configuration=at(2), load_records_per_second=321.0)
    row = fleet_row(book.ledger, "ysb", now=minute(9))
    assert row is not None
    assert (row.load_records_per_second, row.up_to) == (321, 13 + len(EntryKind))
    timeline(book.ledger, "ysb", since=minute(0), until=minute(60))
    models_story(book.ledger, "ysb", now=minute(60))
    assert bring_up_to_date(book.ledger, "ysb") == 0


def test_spoilt_entries_are_counted(book: Book) -> None:
    """So that a page can say that the ledger holds what nobody wrote like that."""
    with closing(sqlite3.connect(str(book.ledger.database.file))) as connection:
        connection.execute("DROP TRIGGER ledger_entry_refuses_update")
        connection.execute("UPDATE ledger_entry SET body = '{' WHERE number IN (1, 2)")
        connection.commit()
    row = fleet_row(book.ledger, "ysb", now=minute(9))
    assert row is not None
    assert row.unreadable == 2


def test_a_ledger_in_memory_pays_nothing() -> None:
    """Bringing it up to date does nothing; making it anew is refused."""
    assert bring_up_to_date(MemoryLedger(), "ysb") == 0
    with pytest.raises(LedgerError, match="got a MemoryLedger"):
        rebuild(MemoryLedger())
