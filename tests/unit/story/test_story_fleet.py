"""A row a job, told from its entries alone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from control_builders import SMALL, a_decision, at
from horae.domain.decision import Mode
from horae.domain.figures import ErrorBudget
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.errors import LedgerError
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind
from horae.story.fleet import fleet, fleet_row
from horae.story.fleet_row import Fleet, FleetQuery, FleetRow, JobState, SortKey
from story_builders import FIGURES, NOTHING_NEW, Book, minute


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """An empty chain."""
    return Book.in_folder(tmp_path)


def row(book: Book, at_minute: float = 100) -> FleetRow:
    """The job's row, so many minutes after noon."""
    found = fleet_row(book.ledger, book.job, now=minute(at_minute))
    assert found is not None
    return found


def test_the_newest_look_is_told(book: Book) -> None:
    """State, load, lag and latency are those of the newest look, with its limit and mode."""
    book.look(0)
    book.look(1, load_records_per_second=200.0, lag_records=70.0, latency_seconds=3.0)
    told = row(book, 2)
    assert (told.state, told.mode, told.configuration) == (JobState.RUNNING, Mode.AUTO, SMALL)
    assert (told.load_records_per_second, told.lag_records) == (200, 70)
    assert (told.latency_seconds, told.latency_limit_seconds) == (3, 10)
    assert (told.first_seen_at, told.seen_at) == (minute(0), minute(1))


@pytest.mark.parametrize(
    ("presence", "state"),
    [
        (JobPresence.RUNNING, JobState.RUNNING),
        (JobPresence.STARTING, JobState.NOT_RUNNING),
        (JobPresence.ABSENT, JobState.NOT_RUNNING),
        (None, JobState.NO_ANSWER),
    ],
)
def test_the_state_is_what_the_engine_said(
    book: Book, presence: JobPresence | None, state: JobState
) -> None:
    """An engine that does not answer is not a job that does not run."""
    book.look(0, presence=presence)
    assert row(book).state is state


def test_what_was_not_measured_is_not_known(book: Book) -> None:
    """Not the figures of the look before, and not zero."""
    book.look(0)
    book.look(1, presence=None, **NOTHING_NEW, money_per_hour=None)
    told = row(book)
    assert (told.load_records_per_second, told.lag_records, told.latency_seconds) == (None,) * 3
    assert (told.configuration, told.money_per_hour) == (SMALL, 2)


def test_a_job_that_was_never_seen_has_a_row(book: Book) -> None:
    """There is a spec of it, and no entry."""
    book.look(0)
    told = fleet(book.ledger, now=minute(1), jobs=["ysb", "tsw"])
    assert [(one.job, one.state) for one in told.rows] == [
        ("tsw", JobState.NEVER_SEEN),
        ("ysb", JobState.RUNNING),
    ]
    assert told.by_state == {JobState.NEVER_SEEN: 1, JobState.RUNNING: 1}
    assert fleet_row(book.ledger, "tsw", now=minute(1)) is None


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


def test_the_capacity_is_that_of_the_present_configuration(book: Book) -> None:
    """After a change it is not known until a decision estimates it anew."""
    evidence = {
        "capacity_median_records_per_second": 250.0,
        "capacity_p05_records_per_second": 230.0,
    }
    book.look(0)
    book.hold(0, evidence=evidence)
    told = row(book)
    assert (told.capacity_records_per_second, told.capacity_low_records_per_second) == (250, 230)
    book.look(1, configuration=at(2))
    assert row(book).capacity_records_per_second is None


def test_a_question_waits_until_its_time_is_over(book: Book) -> None:
    """Asked, it is pending; answered or too late, it is not."""
    asked = {
        "event": "approval-asked",
        "decision": "ysb-1",
        "until": minute(15).isoformat(),
        "default": "refuse",
        "sentence": "May it?",
    }
    book.look(0)
    entry = book.put(EntryKind.CONTROL, "approval-asked:ysb-1", minute(0), asked)
    pending = row(book, 14.9).pending
    assert pending is not None
    assert (pending.decision, pending.entry, pending.until) == ("ysb-1", entry.id, minute(15))
    assert row(book, 15).pending is None
    told = {"event": "approval-answered", "decision": "ysb-1", "answer": "refuse"}
    book.put(EntryKind.CONTROL, "approval-answered:ysb-1", minute(5), told, actor="Zoë")
    assert row(book, 6).pending is None


def test_blindness_lasts_since_the_last_conclusion(book: Book) -> None:
    """Holds for want of data conclude nothing, and neither does a person's wish."""
    book.look(0)
    book.hold(0)
    assert row(book, 1).blind_since is None
    book.hold(1, Reason.UNUSABLE_WINDOW)
    book.hold(2, Reason.BEST_ALREADY, actor="Zoë")
    assert row(book, 3).blind_since == minute(0)
    book.hold(3)
    assert row(book, 4).blind_since is None


def test_looks_alone_conclude_nothing(book: Book) -> None:
    """Where no cycle decides anything for more than half an hour, that is blindness as well."""
    book.look(0)
    assert row(book, 30).blind_since is None
    assert row(book, 31).blind_since == minute(0)
    book.hold(1)
    book.look(31)
    assert row(book, 31).blind_since is None
    assert row(book, 32).blind_since == minute(1)


def test_a_job_of_long_cycles_is_given_three_of_them(book: Book) -> None:
    """Of a quarter of an hour each: 45 minutes."""
    book.look(0, cycle_seconds=900.0)
    book.hold(0)
    assert row(book, 45).blind_since is None
    assert row(book, 46).blind_since == minute(0)


def test_an_action_is_under_way_until_its_outcome(book: Book) -> None:
    """From its intention on."""
    book.look(0)
    book.decide(a_decision("ysb-1"))
    book.put(EntryKind.INTENTION, "ysb-1", minute(1), {"action_id": "ysb-1", "sentence": "Go."})
    assert (row(book).action, row(book).action_since) == ("ysb-1", minute(1))
    book.act(2)
    assert row(book).action is None


def test_the_next_cycle_follows_the_newest_one(book: Book) -> None:
    """A person's wish looks too, but puts nothing off; three cycles later nothing is fresh."""
    book.look(0)
    book.look(0.5, cycle="wish-1")
    assert row(book).next_cycle_at == minute(1)
    assert row(book, 3.5).fresh
    assert not row(book, 3.6).fresh


def test_the_kill_switch_is_told(book: Book) -> None:
    """As it was last recorded."""
    book.look(0)
    for number, on in enumerate((True, False, True)):
        body = {"event": "kill-switch", "on": on, "scope": "job", "sentence": f"It is {on}."}
        book.put(EntryKind.CONTROL, f"kill-switch:{number}", minute(number), body, actor="Zoë")
    switch = row(book).switch
    assert switch is not None
    assert (switch.on, switch.at, switch.actor) == (True, minute(2), "Zoë")


@pytest.mark.parametrize("released", ["job", "every job"])
def test_a_job_is_stopped_until_both_switches_are_released(book: Book, released: str) -> None:
    """Its own and the fleet's: releasing one does not release the other."""
    book.look(0)
    stays = "job" if released == "every job" else "every job"
    turns = ((stays, True), (released, True), (released, False), (stays, False))
    stopped = []
    for number, (scope, on) in enumerate(turns):
        body = {"event": "kill-switch", "on": on, "scope": scope, "sentence": scope}
        book.put(EntryKind.CONTROL, f"kill-switch:{number}", minute(number), body)
        switch = row(book, number).switch
        stopped.append(switch is not None and switch.on)
    assert stopped == [True, True, True, False]


def test_the_last_decision_is_told(book: Book) -> None:
    """With what it would move to, and where its entry is."""
    book.look(0)
    entry = book.decide(replace(a_decision("ysb-9"), execute=False))
    told = row(book).decision
    assert told is not None
    assert (told.id, told.entry, told.verb, told.execute) == ("ysb-9", entry.id, "rescale", False)
    assert told.target == at(2)


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


def test_old_looks_without_figures_are_told_as_far_as_they_go(book: Book) -> None:
    """State and configuration are known, and nothing else is."""
    book.look(0, figures=None)
    book.look(1, figures=None)
    told = row(book)
    assert (told.state, told.configuration) == (JobState.RUNNING, SMALL)
    assert (told.budget, told.money, told.mode, told.next_cycle_at) == (None,) * 4


def test_a_ledger_in_memory_has_no_pages() -> None:
    """It says so, and what would."""
    with pytest.raises(LedgerError, match="expected a ledger in a database"):
        fleet(MemoryLedger(), now=minute(0))


def test_the_promise_of_a_figure_that_is_due_is_kept(book: Book) -> None:
    """A cycle of five minutes is due after five minutes."""
    book.look(0, figures=replace(FIGURES, cycle_seconds=300.0))
    assert row(book).next_cycle_at == minute(0) + timedelta(minutes=5)
