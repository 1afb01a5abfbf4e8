"""What happened to a job over a time, told from its entries alone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from control_builders import SMALL, a_decision, at
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.ledger.records import EntryKind
from horae.story.timeline import timeline
from horae.story.timeline_values import Event, EventKind, Timeline
from story_builders import NOTHING_NEW, Book, minute


def told(book: Book, since: float = 0, until: float = 100, points: int = 600) -> Timeline:
    """The timeline between two minutes after noon."""
    return timeline(book.ledger, book.job, since=minute(since), until=minute(until), points=points)


def events(book: Book, kind: EventKind) -> list[Event]:
    """The events of a kind, oldest first."""
    return [event for event in told(book).events if event.kind is kind]


def test_few_looks_are_told_singly(book: Book) -> None:
    """Each at its own time, with the largest latency of its rows."""
    for number in range(3):
        book.look(number, load_records_per_second=100.0 * number)
    line = told(book)
    assert line.times == (minute(0), minute(1), minute(2))
    assert line.load.mean == (0, 100, 200)
    assert (line.latency.mean, line.latency.high) == ((1, 1, 1), (2, 2, 2))
    assert (line.bucket_seconds, line.looks) == (0, 3)


def test_a_gap_stays_a_gap(book: Book) -> None:
    """Looks that are missing leave a point without a value; one that was not measured as well."""
    for number in (0, 1, 2, 9, 10):
        book.look(number)
    book.look(11, presence=None, **NOTHING_NEW)
    line = told(book)
    assert line.times[3] == minute(5.5)
    assert line.load.mean == (100, 100, 100, None, 100, 100, None)


def test_many_looks_are_told_in_buckets(book: Book) -> None:
    """Least, mean and largest of ten minutes each; a bucket without a look has no value.

    The first ten minutes are at 0, 100, ... 900 records/s: mean 450.
    """
    for number in range(10):
        book.look(number, load_records_per_second=100.0 * number, broken_seconds=6.0)
    for number in range(20, 30):
        book.look(number)
    line = told(book, until=30, points=3)
    assert line.bucket_seconds == 600
    assert line.times == (minute(5), minute(15), minute(25))
    assert line.load.low == (0, None, 100)
    assert line.load.mean == (450, None, 100)
    assert line.load.high == (900, None, 100)
    assert line.broken_seconds == (60, None, 0)
    assert (line.looks, line.latency_limit) == (20, (10, None, 10))


def test_a_look_that_tells_of_more_time_counts_for_more(book: Book) -> None:
    """One minute at 100 and nine at 200: (100 + 9 * 200) / 10."""
    book.look(1, load_records_per_second=100.0)
    book.look(2, load_records_per_second=200.0, span_seconds=540.0)
    assert told(book, until=10, points=1).load.mean == (190,)


def test_what_was_not_measured_does_not_thin_the_mean(book: Book) -> None:
    """Its time does not count."""
    book.look(1)
    book.look(2, load_records_per_second=None)
    assert told(book, until=10, points=1).load.mean == (100,)


def test_the_capacity_is_what_was_believed(book: Book) -> None:
    """By the decision after a look; in a bucket the mean median and the least quantile."""
    for number, median in enumerate((200.0, 300.0)):
        book.look(number)
        evidence = {
            "capacity_median_records_per_second": median,
            "capacity_p05_records_per_second": median - 50,
        }
        book.hold(number + 0.1, evidence=evidence)
    book.look(2)
    book.hold(2.1, Reason.UNUSABLE_WINDOW)
    singly, whole = told(book), told(book, until=10, points=1)
    assert (singly.capacity, singly.capacity_low) == ((200, 300, None), (150, 250, None))
    assert (whole.capacity, whole.capacity_low) == ((250,), (150,))
    assert whole.decisions == 3


def forecast(start: float, middle: float, *, steps: int = 60) -> dict[str, Any]:
    """A forecast from a minute after noon on, a step a minute, 10 below and above its median."""
    return {
        "forecaster": "ridge",
        "start": minute(start).isoformat(),
        "grid_seconds": 60.0,
        "levels": [0.05, 0.5, 0.95],
        "quantiles": [[middle - 10, middle, middle + 10]] * steps,
        "trained_on_rows": 100,
    }


def test_the_band_is_what_was_forecast_ten_minutes_before(book: Book) -> None:
    """A forecast that begins at minute 1 tells of minute 11; the look then is compared with it."""
    book.look(0)
    book.put(EntryKind.FORECAST, "c0", minute(0), forecast(1, 500))
    for number in range(1, 13):
        book.look(number)
        book.put(EntryKind.FORECAST, f"c{number}", minute(number), forecast(number + 1, 600))
    line = told(book)
    assert line.forecast.middle[:13] == (None,) * 11 + (500, 600)
    assert (line.forecast.low[11], line.forecast.high[11]) == (490, 510)


def test_a_shorter_horizon_is_compared_at_its_end(book: Book) -> None:
    """Three steps that begin at minute 1 end at minute 3."""
    book.look(0)
    book.put(EntryKind.FORECAST, "c0", minute(0), forecast(1, 500, steps=3))
    for number in range(1, 5):
        book.look(number)
    assert told(book).forecast.middle == (None, None, None, 500, None)


def test_a_look_is_compared_with_the_newest_forecast_of_its_own_time(book: Book) -> None:
    """Of two within its span the later one; one of a time before its span tells nothing of it."""
    book.look(0)
    book.put(EntryKind.FORECAST, "c0", minute(0), forecast(1, 500, steps=1))
    book.put(EntryKind.FORECAST, "c1", minute(0), forecast(1.5, 600, steps=1))
    book.put(EntryKind.FORECAST, "c2", minute(0), forecast(5, 700, steps=1))
    book.look(2, span_seconds=120.0)
    book.look(10)
    assert [value for value in told(book).forecast.middle if value is not None] == [600]


def test_the_newest_forecast_is_told_whole(book: Book) -> None:
    """From its start on, over its horizon."""
    book.look(0)
    book.put(EntryKind.FORECAST, "c0", minute(0), forecast(1, 500))
    book.put(EntryKind.FORECAST, "c1", minute(1), forecast(2, 600, steps=2))
    ahead = told(book).ahead
    assert ahead is not None
    assert ahead.times == (minute(2), minute(3))
    assert (ahead.low, ahead.middle, ahead.high) == ((590, 590), (600, 600), (610, 610))


def test_configurations_are_steps(book: Book) -> None:
    """The one before the time, and each one within it, with its price: 2 a core."""
    book.look(0)
    book.look(10, configuration=at(2))
    book.look(20, configuration=at(2))
    book.look(30, configuration=at(4))
    steps = told(book, since=15, until=40).configurations
    assert [(step.at, step.configuration) for step in steps] == [
        (minute(10), at(2)),
        (minute(30), at(4)),
    ]
    assert [step.money_per_hour for step in steps] == [4, 8]


def test_an_action_lasts_from_its_intention_to_its_outcome(book: Book) -> None:
    """With what was predicted, what came, and when its backlog was worked off.

    Its lag limit is 3,000 records; the first look below it comes 110 s after its end.
    """
    book.look(0)
    outcome = book.act(1)
    book.look(2, configuration=at(2), lag_records=3_001.0)
    assert "catch_up_seconds" not in events(book, EventKind.ACTION)[0].facts
    book.look(3, configuration=at(2), lag_records=3_000.0)
    book.look(4, configuration=at(2))
    (action,) = events(book, EventKind.ACTION)
    assert (action.at, action.until) == (minute(1), outcome.ended_at)
    assert action.decision == outcome.action_id
    facts = action.facts
    assert (facts["predicted_outage_seconds"], facts["outage_seconds"]) == (4, 4)
    assert (facts["predicted_outage_p05_seconds"], facts["predicted_outage_p95_seconds"]) == (1, 5)
    assert (facts["predicted_catch_up_seconds"], facts["catch_up_seconds"]) == (30, 110)
    assert (facts["result"], facts["reason"]) == ("done", "protect")


def test_an_outage_of_our_own_is_no_failure(book: Book) -> None:
    """Looks into an action, and restarts that it left, are part of it."""
    book.look(0)
    decision = a_decision("ysb-1")
    book.decide(decision)
    book.put(EntryKind.INTENTION, "ysb-1", minute(1), {"action_id": "ysb-1", "sentence": "Go."})
    book.look(2, presence=JobPresence.STARTING)
    book.look(3, restarts=1)
    book.put(EntryKind.OUTCOME, "ysb-1", minute(4), {"action_id": "ysb-1", "result": "done"})
    book.look(5, restarts=1)
    assert events(book, EventKind.DOWN) == events(book, EventKind.RESTART) == []
    book.look(6, restarts=2)
    (restart,) = events(book, EventKind.RESTART)
    assert (restart.at, restart.sentence) == (minute(6), "Its tasks restarted 2 times.")


def test_what_lasts_is_told_once(book: Book) -> None:
    """Down from the first look that found it so to the first that did not; open while it lasts."""
    book.look(0)
    for number in (1, 2):
        book.look(number, presence=JobPresence.FAILED)
    assert [(event.at, event.until) for event in events(book, EventKind.DOWN)] == [
        (minute(1), None)
    ]
    book.look(3)
    book.look(4, presence=None)
    book.look(5)
    assert [(event.at, event.until) for event in events(book, EventKind.DOWN)] == [
        (minute(1), minute(3))
    ]
    assert [(event.at, event.until) for event in events(book, EventKind.NO_ANSWER)] == [
        (minute(4), minute(5))
    ]


def test_what_lasted_into_the_time_is_told(book: Book) -> None:
    """Also where it has not ended; what ended before is not told."""
    book.look(0, presence=JobPresence.FAILED)
    book.look(5)
    book.look(10, presence=JobPresence.FAILED)
    line = told(book, since=20)
    assert [event.at for event in line.events] == [minute(10)]


def test_a_person_s_dry_run_is_no_recommendation(book: Book) -> None:
    """It does not hide that Horae goes on recommending the same, either."""
    book.look(0)
    recommended = replace(a_decision("ysb-1"), execute=False)
    book.decide(replace(recommended, id="ysb-wish", actor="ada"))
    assert events(book, EventKind.RECOMMENDATION) == []
    book.decide(recommended)
    book.decide(replace(recommended, id="ysb-wish-2", actor="ada"))
    book.decide(replace(recommended, id="ysb-2"))
    assert [one.decision for one in events(book, EventKind.RECOMMENDATION)] == ["ysb-1"]


def test_the_same_recommendation_is_told_once(book: Book) -> None:
    """Again only where another one, or none, came between; never one that is carried out."""
    book.look(0)
    for number in range(4):
        told_again = a_decision(f"ysb-{number}", decided_at=minute(number), execute=False)
        book.decide(told_again)
    book.hold(5)
    book.decide(a_decision("ysb-6", decided_at=minute(6), execute=False))
    book.act(7)
    found = events(book, EventKind.RECOMMENDATION)
    assert [(event.at, event.decision) for event in found] == [
        (minute(0), "ysb-0"),
        (minute(6), "ysb-6"),
    ]


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        (EntryKind.EXTERNAL_CHANGE, {}, EventKind.EXTERNAL_CHANGE),
        (EntryKind.REFUSAL, {"action_id": "ysb-1"}, EventKind.REFUSAL),
        (EntryKind.CONTROL, {"event": "approval-asked"}, EventKind.APPROVAL_ASKED),
        (EntryKind.CONTROL, {"event": "approval-answered"}, EventKind.APPROVAL_ANSWERED),
        (EntryKind.CONTROL, {"event": "kill-switch", "on": True}, EventKind.SWITCH),
        (EntryKind.CONTROL, {"location": "s3://b/savepoint-1"}, EventKind.NOTE),
        (EntryKind.PROMOTION, {"winner": "ridge", "champion": "naive"}, EventKind.PROMOTION),
    ],
)
def test_whatever_happens_is_an_event(
    book: Book, kind: EntryKind, body: dict[str, Any], expected: EventKind
) -> None:
    """At its time, with its sentence and who did it."""
    entry = book.put(kind, "x", minute(1), body | {"sentence": "It was so."}, actor="Zoë")
    (event,) = told(book).events
    assert (event.kind, event.entry, event.at) == (expected, entry.id, minute(1))
    assert (event.sentence, event.actor) == ("It was so.", "Zoë")


def test_a_champion_that_stays_is_no_event(book: Book) -> None:
    """Nothing changed."""
    body = {"winner": "naive", "champion": "naive", "sentence": "naive stays"}
    book.put(EntryKind.PROMOTION, "x", minute(1), body)
    assert told(book).events == ()


def test_too_many_events_leave_the_oldest_out(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """And say how many."""
    monkeypatch.setattr("horae.story.timeline.MOST_EVENTS", 2)
    for number in range(5):
        book.put(EntryKind.CONTROL, f"{number}", minute(number), {"sentence": f"note {number}"})
    line = told(book)
    assert [event.sentence for event in line.events] == ["note 3", "note 4"]
    assert line.events_left_out == 3


def test_an_unknown_job_has_an_empty_timeline(book: Book) -> None:
    """Nothing was seen of it."""
    line = told(book)
    assert (line.times, line.events, line.first_at, line.looks) == ((), (), None, 0)


@pytest.mark.parametrize(("until", "points"), [(0, 10), (-1, 10), (10, 0)])
def test_an_empty_time_is_refused(book: Book, until: float, points: int) -> None:
    """It says what came."""
    with pytest.raises(ValueError, match=f"got {points} points from"):
        told(book, until=until, points=points)


def test_the_ends_of_a_job_are_known(book: Book) -> None:
    """First and newest look, also outside the time that is told."""
    for number in (0, 50, 90):
        book.look(number, configuration=SMALL)
    line = told(book, since=40, until=60)
    assert (line.first_at, line.last_at, line.looks) == (minute(0), minute(90), 1)
    assert line.first_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
