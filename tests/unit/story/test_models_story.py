"""How right a job's models were, told from its entries alone."""

from typing import Any

import pytest

from horae.domain.action import OutcomeResult
from horae.ledger.records import EntryKind
from horae.story.models import models_story
from horae.story.models_values import Calibration, ModelsStory
from horae.story.runs import decisions_of_run
from story_builders import Book, minute


def told(book: Book, at_minute: float = 100) -> ModelsStory:
    """The models, so many minutes after noon."""
    return models_story(book.ledger, book.job, now=minute(at_minute))


def test_models_are_told_with_their_age(book: Book) -> None:
    """Of the newest fit, each with its figures."""
    book.put(EntryKind.MODEL, "c0", minute(0), {"capacity": {"slot": 1.0}, "proven_load": 5.0})
    body = {"capacity": {"slot": 2.0}, "outage": {"savepoint_seconds": 4.5}, "proven_load": 7.0}
    entry = book.put(EntryKind.MODEL, "c1", minute(10), body, references={"job_version": "v1"})
    story = told(book, 12)
    assert (story.version, story.proven_load) == ("v1", 7)
    assert [(model.name, model.entry) for model in story.models] == [
        ("capacity", entry.id),
        ("outage", entry.id),
    ]
    assert story.models[0].figures == {"slot": 2.0}
    assert {model.age_seconds for model in story.models} == {120}


def test_predicted_outages_are_compared_with_real_ones(book: Book) -> None:
    """Each was foretold as 4 s, nine times in ten between 1 and 5 s; measured 0.5, 2, 4 and 8 s.

    Two are inside; the median of 0.125, 0.5, 1 and 2 is 0.75. One was not measured.
    """
    book.look(0)
    for number, seconds in enumerate((0.5, 2.0, None, 4.0, 8.0), start=1):
        book.act(number, outage_seconds=seconds)
    story = told(book)
    assert [one.measured for one in story.outages] == [8, 4, None, 2, 0.5]
    assert [one.inside for one in story.outages] == [False, True, None, True, False]
    assert story.outage_calibration == Calibration(
        told=4, inside=2, below=1, above=1, nominal=0.9, median_ratio=0.75
    )
    assert story.outage_calibration.coverage == 0.5


def test_catch_ups_are_compared_with_the_looks_after(book: Book) -> None:
    """30 s were foretold; the first look without a backlog comes 50 s after the end."""
    book.look(0)
    book.act(1)
    book.look(2, lag_records=0.0)
    (catch_up,) = told(book).catch_ups
    assert (catch_up.predicted, catch_up.measured, catch_up.inside) == (30, 50, None)
    calibration = told(book).catch_up_calibration
    assert (calibration.told, calibration.inside, calibration.coverage) == (1, None, None)
    assert calibration.median_ratio == pytest.approx(50 / 30)


def test_the_next_action_cuts_a_recovery_short(book: Book) -> None:
    """How long the first would have taken is not known."""
    book.look(0)
    book.act(1)
    book.act(1.5)
    book.look(3, lag_records=0.0)
    assert [one.measured for one in told(book).catch_ups] == [80, None]


def test_an_action_that_failed_has_no_catch_up(book: Book) -> None:
    """Nothing recovers, whatever the lag says."""
    book.look(0)
    book.act(1, result=OutcomeResult.FAILED, reached=None)
    book.look(2, lag_records=0.0)
    assert [(one.result, one.measured) for one in told(book).catch_ups] == [("failed", None)]


def forecast(start: float, low: float, high: float) -> dict[str, Any]:
    """Of one minute."""
    return {
        "start": minute(start).isoformat(),
        "grid_seconds": 60.0,
        "levels": [0.05, 0.5, 0.95],
        "quantiles": [[low, (low + high) / 2, high]],
    }


def test_loads_are_compared_with_their_forecasts(book: Book) -> None:
    """100 records/s came each time: within 90-110, above 50-90, below 110-150, at the edge."""
    book.look(0)
    bands = [(90.0, 110.0), (50.0, 90.0), (110.0, 150.0), (100.0, 120.0)]
    for number, (low, high) in enumerate(bands):
        told_now = forecast(number + 1, low, high)
        book.put(EntryKind.FORECAST, f"c{number}", minute(number), told_now)
        book.look(number + 1)
    story = told(book)
    assert (story.loads.told, story.loads.inside) == (4, 2)
    assert (story.loads.below, story.loads.above) == (1, 1)
    # 4 * 100 over 100 + 70 + 130 + 110.
    assert story.loads.median_ratio == pytest.approx(400 / 410)
    assert story.loads_since == minute(1)


def promotion(challenger: str, pinball: float | None, *, winner: str = "naive") -> dict[str, Any]:
    """A meeting with `naive`."""
    return {
        "champion": "naive",
        "challenger": challenger,
        "winner": winner,
        "champion_accuracy": {"pinball": 5.0},
        "challenger_accuracy": {
            "pinball": pinball, "wape": 0.1, "coverage": 0.8, "origins": [1, 2, 3],
        },
        "sentence": "It was measured.",
    }  # fmt: skip


def test_rivals_are_told_by_their_newest_meeting(book: Book) -> None:
    """Best first; one that could not be measured comes last, and is no zero."""
    book.look(0)
    book.put(EntryKind.PROMOTION, "1", minute(0), promotion("ridge", 9.0))
    book.put(EntryKind.PROMOTION, "2", minute(0), promotion("boosting", None))
    book.put(EntryKind.PROMOTION, "3", minute(5), promotion("ridge", 3.0, winner="ridge"))
    book.put(EntryKind.PROMOTION, "4", minute(5), promotion("smoothing", 4.0))
    story = told(book)
    assert [(one.name, one.pinball) for one in story.rivals] == [
        ("ridge", 3.0),
        ("smoothing", 4.0),
        ("boosting", None),
    ]
    assert (story.rivals[0].won, story.rivals[0].origins) == (True, 3)
    assert story.champion_since == minute(5)


def test_an_unknown_job_has_no_models(book: Book) -> None:
    """Nothing is told, and nothing is right or wrong."""
    story = told(book)
    assert (story.models, story.outages, story.rivals, story.champion) == ((), (), (), None)
    assert story.loads.coverage is None


def test_a_run_leads_to_its_decisions(book: Book) -> None:
    """Of all jobs, and of no other run."""
    entry = book.hold(0)
    other = Book(book.ledger, "tsw")
    first = other.decide_in("optimise/r1", 1)
    second = book.decide_in("optimise/r1", 2)
    book.decide_in("optimise/r2", 3)
    found = decisions_of_run(book.ledger, "optimise/r1")
    assert [(one.job, one.entry) for one in found] == [("tsw", first.id), ("ysb", second.id)]
    assert {one.sentence for one in found} == {"Nothing presses."}
    assert entry.id not in {one.entry for one in found}
    assert decisions_of_run(book.ledger, "optimise/r3") == ()
