"""What a job's row tells of money and of its error budget."""

import pytest

from control_builders import SMALL, at
from horae.domain.figures import ErrorBudget
from horae.domain.job import JobPresence
from story_builders import NOTHING_NEW, Book, row


def test_money_is_counted_from_look_to_look(book: Book) -> None:
    """An hour on one core at 2, then half an hour on two: 2 + 2, and 2 more than on one core."""
    for number in range(0, 61, 10):
        book.look(number)
    book.act(60)  # done at 60 min 10 s, so that the old price holds for 10 s more
    for number in range(70, 91, 10):
        book.look(number, configuration=at(2), money_per_hour=4.0)
    money = row(book).money
    assert money is not None
    extra = 2 * (30 * 60 - 10) / 3_600
    assert money.hours == pytest.approx(1.5)
    assert money.spent == pytest.approx(1.5 * 2 + extra)
    assert money.saved == pytest.approx(-extra)


def test_what_ran_unseen_for_long_is_not_paid_for(book: Book) -> None:
    """31 minutes without a look are not counted; neither is a time without a configuration."""
    for number in (0, 10, 41, 50):
        book.look(number)
    book.look(55, presence=JobPresence.ABSENT)
    book.look(60)
    book.look(65)
    money = row(book).money
    assert money is not None
    # 0-10, 41-50, 50-55 and 60-65.
    assert money.hours == pytest.approx((10 + 9 + 5 + 5) / 60)


def test_what_an_engine_did_not_say_for_long_is_not_paid_for(book: Book) -> None:
    """It was asked every ten minutes for 40, and answered none: the job may have been gone."""
    book.look(0)
    for number in (10, 20, 30):
        book.look(number, presence=None, **NOTHING_NEW)
    book.look(40)
    book.look(50)
    money = row(book).money
    assert money is not None
    assert money.hours == pytest.approx(10 / 60)


def test_a_job_that_does_not_run_has_no_price(book: Book) -> None:
    """Nothing is counted for it either; an engine that does not answer says nothing of that."""
    book.look(0)
    assert row(book, 1).money_per_hour == 2
    book.look(1, presence=None, **NOTHING_NEW)
    assert row(book, 1).money_per_hour == 2
    book.look(2, presence=JobPresence.FAILED, **NOTHING_NEW)
    stopped = row(book, 2)
    assert (stopped.money_per_hour, stopped.configuration) == (None, SMALL)
    book.look(3)
    assert row(book, 3).money_per_hour == 2


def test_the_budget_is_used_by_what_is_broken(book: Book) -> None:
    """A tenth of 10 days is a day; six hours of it are broken: three quarters are left."""
    budget = ErrorBudget(share=0.1, days=10)
    hour = {"span_seconds": 3_600.0, "observed_seconds": 3_600.0, "budget": budget}
    for number in range(24):
        book.look(60 * number, **hour, broken_seconds=3_600.0 if number < 6 else 0.0)
    left = row(book, 60 * 24).budget
    assert left is not None
    assert (left.allowed_seconds, left.broken_seconds) == (86_400, 6 * 3_600)
    assert (left.share, left.observed_seconds) == (pytest.approx(0.75), 86_400)


def test_what_was_broken_before_the_span_is_forgiven(book: Book) -> None:
    """Eleven days later a minute without a fault is all that is known of a span of ten days."""
    budget = ErrorBudget(share=0.1, days=10)
    book.look(0, budget=budget, broken_seconds=60.0)
    assert row(book, 11 * 1_440).budget is None
    book.look(11 * 1_440, budget=budget)
    left = row(book, 11 * 1_440).budget
    assert left is not None
    assert (left.share, left.broken_seconds, left.observed_seconds) == (1, 0, 60)


def test_a_budget_of_which_nothing_was_seen_is_not_known(book: Book) -> None:
    """Three looks without a latency do not say that all of it is left."""
    for number in range(3):
        book.look(number, **NOTHING_NEW)
    assert row(book, 3).budget is None


@pytest.mark.parametrize("days", [1, 7, 60])
def test_another_span_forgives_nothing_that_lies_in_it(book: Book, days: float) -> None:
    """An hour was broken just now; whoever sets another span does not make that undone."""
    for number in range(60):
        book.look(number, broken_seconds=60.0)
    book.look(60, budget=ErrorBudget(share=0.01, days=days))
    left = row(book, 60).budget
    assert left is not None
    assert (left.broken_seconds, left.observed_seconds) == (3_600, 3_660)
    assert left.share == pytest.approx(1 - 3_600 / (0.01 * days * 86_400))


def test_what_a_shorter_span_does_not_reach_is_forgiven(book: Book) -> None:
    """A minute was broken ten days ago, which a week does not reach."""
    book.look(0, broken_seconds=60.0)
    book.look(10 * 1_440, budget=ErrorBudget(share=0.01, days=7))
    left = row(book, 10 * 1_440).budget
    assert left is not None
    assert (left.broken_seconds, left.observed_seconds) == (0, 60)


def test_an_overdrawn_budget_is_negative(book: Book) -> None:
    """A hundredth of a day is 864 s; 1,728 s are broken."""
    day = ErrorBudget(share=0.01, days=1)
    book.look(0, budget=day, observed_seconds=1_728.0, broken_seconds=1_728.0)
    left = row(book, 1).budget
    assert left is not None
    assert left.share == pytest.approx(-1)
