"""The index in SQLite and in PostgreSQL, brought up to date by several processes at once."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from postgresql_cluster import Cluster, temporary_cluster
from sqlalchemy import select

from control_builders import at
from horae.ledger.opening import open_ledger
from horae.ledger.sql import SqlLedger
from horae.ledger.tables import (
    indexed_decisions,
    indexed_events,
    indexed_jobs,
    indexed_looks,
)
from horae.story.fleet import fleet
from horae.story.index.keeping import bring_up_to_date, entries_behind, rebuild
from horae.story.models import models_story
from horae.story.runs import decisions_of_run
from horae.story.timeline import timeline
from story_builders import Book, minute

PROCESSES = 3


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A temporary PostgreSQL server."""
    with temporary_cluster() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a ledger that is not there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    import psycopg

    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"index_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return cluster.url(name)


@pytest.fixture
def book(url: str) -> Iterator[Book]:
    """Looks, decisions and actions of an hour."""
    book = Book(open_ledger(url))
    for number in range(0, 60, 2):
        book.look(number)
        book.decide_in("optimise/r1", number)
        if number % 20 == 0:
            book.act(number + 1)
    yield book
    book.ledger.close()


def index_of(ledger: SqlLedger) -> list[list[tuple[Any, ...]]]:
    """Everything that the index holds."""
    tables = (indexed_jobs, indexed_looks, indexed_decisions, indexed_events)
    with ledger.database.reading() as connection:
        return [
            sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables
        ]


def fold_in_steps(url: str, most: int) -> int:
    """What each process does: fold a few entries, again and again; the entries folded."""
    ledger, done = open_ledger(url), 0
    while folded := bring_up_to_date(ledger, "ysb", most=most):
        done += folded
    ledger.close()
    return done


def test_processes_fold_every_entry_once(url: str, book: Book) -> None:
    """However their steps meet, each entry is folded by one of them, and nothing is doubled."""
    count = book.ledger.heads()["ysb"].count
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(fold_in_steps, [url] * PROCESSES, [1, 2, 7]))
    assert sum(done) == count
    together = index_of(book.ledger)
    rebuild(book.ledger)
    assert index_of(book.ledger) == together


def test_all_is_told_from_either_database(book: Book) -> None:
    """30 looks at 100 records/s in an hour; three actions, each to two slots, with 4 s of outage.

    The looks after an action find the old configuration again: three steps each way.
    """
    told = fleet(book.ledger, now=minute(60))
    assert (told.behind, told.rows[0].load_records_per_second) == (0, 100)
    for points, buckets in ((600, 30), (15, 15)):
        line = timeline(book.ledger, "ysb", since=minute(0), until=minute(60), points=points)
        assert line.load.mean == (100,) * buckets
        assert (line.looks, line.decisions, len(line.events)) == (30, 33, 3)
        assert [step.configuration for step in line.configurations[:3]] == [
            at(1),
            at(2),
            at(1),
        ]
    models = models_story(book.ledger, "ysb", now=minute(60))
    assert (models.outage_calibration.told, models.outage_calibration.inside) == (3, 3)
    assert len(decisions_of_run(book.ledger, "optimise/r1")) == 30


def test_looks_come_in_while_pages_are_read(url: str, book: Book) -> None:
    """What is appended after a page was read is in the next one."""
    assert entries_behind(book.ledger) > 0
    before = fleet(book.ledger, now=minute(60)).rows[0]
    book.look(60, load_records_per_second=7.0)
    after = fleet(book.ledger, now=minute(60)).rows[0]
    assert (before.load_records_per_second, after.load_records_per_second) == (100, 7)
    assert after.seen_at is not None
    assert after.seen_at - minute(58) == timedelta(minutes=2)
    assert replace(after, up_to=before.up_to) != before
