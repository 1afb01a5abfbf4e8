"""Figures, configurations and times in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from decision_story_builders import LARGE, SMALL
from horae.domain.configuration import Configuration
from horae.story.wording import Text, change, closed, in_short, money, rate, seconds, share


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "not known"), (0.0, "0.0 s"), (0.04, "less than 0.1 s"), (6.24, "6.2 s"),
        (59.6, "60 s"), (179.0, "179 s"), (180.0, "3 min"), (5_399.0, "90 min"),
        (5_400.0, "1.5 h"), (172_800.0, "2.0 days"),
    ],
)  # fmt: skip
def test_a_span_is_told_as_exactly_as_people_need_it(value: float | None, told: str) -> None:
    """Nothing that is there is told as nothing; what is missing is not told as nought."""
    assert seconds(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "not known"), (0.0, "0 %"), (0.001, "less than 1 %"), (0.02, "2 %"),
        (0.999, "more than 99 %"), (1.0, "100 %"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_certainty(value: float | None, told: str) -> None:
    """A chance of a thousandth is not none."""
    assert share(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "not known"), (0.0771, "0.0771"), (24.4125, "24.4"), (1_234.5, "1,234.50")],
)
def test_money_is_told_without_powers_of_ten(value: float | None, told: str) -> None:
    """Three digits, or the cents of what is large."""
    assert money(value) == told


def test_a_rate_has_its_unit() -> None:
    """And thousands set apart."""
    assert (rate(12_345.6), rate(None)) == ("12,346 records/s", "not known")


@pytest.mark.parametrize(
    ("origin", "target", "told"),
    [
        (SMALL, LARGE, "from parallelism 1 on 1 TaskManager to parallelism 4 on 4 TaskManagers"),
        (
            SMALL,
            replace(LARGE, slots=2, memory_mb=2048),
            "from parallelism 1 on 1 TaskManager to parallelism 4 on 2 TaskManagers (2 instead of "
            "1 slots each, 2048 instead of 1024 MB each)",
        ),
        (
            SMALL,
            replace(SMALL, checkpoint_interval_seconds=20.0),
            "to a checkpoint every 20 instead of 10 s (still parallelism 1 on 1 TaskManager)",
        ),
        (
            LARGE,
            replace(LARGE, vertices=(("a", 2),)),
            "to single vertices at a parallelism of their own (still parallelism 4 on 4 "
            "TaskManagers)",
        ),
        (SMALL, SMALL, "from parallelism 1 on 1 TaskManager to the same again"),
        (
            None,
            SMALL,
            "from a configuration that is not known to parallelism 1 on 1 TaskManager",
        ),
    ],
)
def test_a_change_tells_what_changes_and_no_more(
    origin: Configuration | None, target: Configuration, told: str
) -> None:
    """Whatever stays as it is would only hide it."""
    assert change(origin, target) == told
    assert in_short(None) == "a configuration that is not known"


def test_times_are_told_in_utc_and_the_day_once() -> None:
    """Whatever zone they come in; a new day is told again."""
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=2)))
    later = datetime(2026, 3, 2, 11, tzinfo=UTC)
    text = Text(("from ", noon, " to ", later, " or ", later + timedelta(days=1)))
    assert str(text) == ("from 2026-03-02 10:00:00 UTC to 11:00:00 UTC or 2026-03-03 11:00:00 UTC")


@pytest.mark.parametrize(
    ("said", "told"), [("it is so", "it is so."), ("Is it?", "Is it?"), ("  ", "not recorded.")]
)
def test_a_recorded_sentence_gets_a_stop(said: str, told: str) -> None:
    """Once."""
    assert closed(said) == told
