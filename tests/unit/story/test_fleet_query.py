"""Which rows of a fleet are told, and in which order."""

from pathlib import Path

import pytest

from horae.domain.decision import Mode
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.story.fleet import fleet
from horae.story.fleet_row import Fleet, FleetQuery, JobState, SortKey
from story_builders import NOTHING_NEW, Book, minute


@pytest.fixture
def three(tmp_path: Path) -> Book:
    """Three jobs: `a` at 300 records/s, `b` at 100, `c` that was never measured."""
    book = Book.in_folder(tmp_path, "a")
    book.look(0, load_records_per_second=300.0)
    Book(book.ledger, "b").look(0, load_records_per_second=100.0, mode=Mode.RECOMMEND)
    Book(book.ledger, "b").hold(0, Reason.NOT_PROVEN)
    Book(book.ledger, "c").look(0, presence=JobPresence.FAILED, **NOTHING_NEW)
    return book


def asked(book: Book, **query: object) -> Fleet:
    """A fleet, as it is asked for."""
    return fleet(book.ledger, now=minute(1), asked=FleetQuery(**query))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("descending", "order"), [(False, ["b", "a", "c"]), (True, ["a", "b", "c"])]
)
def test_what_is_not_known_comes_last(three: Book, descending: bool, order: list[str]) -> None:
    """Either way."""
    found = asked(three, sort=SortKey.LOAD, descending=descending)
    assert [one.job for one in found.rows] == order


@pytest.mark.parametrize("key", SortKey)
def test_a_fleet_can_be_sorted_by_everything(three: Book, key: SortKey) -> None:
    """Each key gives every row once."""
    assert sorted(one.job for one in asked(three, sort=key).rows) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("query", "jobs"),
    [
        ({"modes": (Mode.RECOMMEND,)}, ["b"]),
        ({"states": (JobState.NOT_RUNNING,)}, ["c"]),
        ({"reasons": ("not-proven",)}, ["b"]),
        ({"text": "NOTHING presses"}, ["b"]),
        ({"text": "parallelism 1"}, ["a", "b"]),
        ({"only_pending": True}, []),
        ({"only_blind": True}, []),
        ({"offset": 1, "limit": 1}, ["b"]),
    ],
)
def test_only_what_is_asked_for_is_told(
    three: Book, query: dict[str, object], jobs: list[str]
) -> None:
    """Sums are over all jobs all the same."""
    found = asked(three, **query)
    assert [one.job for one in found.rows] == jobs
    assert (found.jobs, found.money_per_hour) == (3, 4)


def test_a_page_knows_how_many_match(three: Book) -> None:
    """On all pages, and beyond the last one nothing is told."""
    found = asked(three, offset=5)
    assert (found.rows, found.matching) == ((), 3)
