"""A row a job, told from its entries alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import SMALL, a_decision, at
from horae.domain.decision import Mode
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.errors import LedgerError
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind
from horae.story.fleet import fleet, fleet_row
from horae.story.fleet_row import JobState
from story_builders import FIGURES, NOTHING_NEW, Book, minute, row


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
