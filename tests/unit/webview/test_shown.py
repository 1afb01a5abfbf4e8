"""Values as people read them."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horae.webview import shown

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace(shown.GAP, " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "not known"), (0.0, "0"), (0.0241, "0.0241"), (12.34, "12.3"), (61.6, "61.6"),
     (1234.5, "1,234"), (-3.0, "-3"), (math.inf, "without end"), (math.nan, "not known")],
)  # fmt: skip
def test_a_number_has_three_digits_that_say_something(value: float | None, text: str) -> None:
    """Three significant digits; thousands whole and parted; what is not known says so."""
    assert shown.number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "not known"), (0.0, "0 s"), (0.0971, "0.097 s"), (4.5, "4.5 s"), (59.7, "1 min"),
     (61.0, "1 min 1 s"), (3_600.0, "1 h"), (11_100.0, "3 h 5 min"), (101 * 3600.0, "4 d 5 h"),
     (-61.0, "-1 min 1 s"), (math.inf, "without end")],
)  # fmt: skip
def test_a_duration_has_its_two_largest_units(seconds: float | None, text: str) -> None:
    """101 h are 4 d 5 h; less than ten seconds have two digits."""
    assert plain(shown.duration(seconds)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "not known"), (0.0, "0 %"), (0.00001, "under 0.1 %"), (0.5, "50 %"), (0.123, "12.3 %"),
     (0.99999, "over 99.9 %"), (1.0, "100 %"), (-0.25, "-25 %")],
)  # fmt: skip
def test_a_share_is_not_rounded_to_all_or_nothing(value: float | None, text: str) -> None:
    """What is nearly nothing is not shown as nothing, nor nearly all as all."""
    assert plain(shown.share(value)) == text


def test_money_that_is_not_known_is_not_nought() -> None:
    """Two places, four where it is small, and words where it is missing."""
    assert [shown.money(value) for value in (None, 0.0, 0.0271, 24.4125, -1234.5)] == [
        "not known", "0.00", "0.0271", "24.41", "-1,234.50",
    ]  # fmt: skip


def test_how_long_ago_is_as_coarse_as_it_is_old() -> None:
    """Seconds count for ten minutes, minutes for a day, hours afterwards."""
    spans = {
        45: "45 s ago",
        65: "1 min 5 s ago",
        125: "2 min ago",
        3_700: "1 h 1 min ago",
        9_000: "2 h ago",
        -60: "in 1 min",
    }
    assert {s: plain(shown.ago(NOON - timedelta(seconds=s), NOON)) for s in spans} == spans
    assert shown.ago(None, NOON) == "not known"


def test_a_time_is_marked_for_the_reader_s_zone_and_says_utc_on_hover() -> None:
    """A time two hours east of UTC is written, titled and marked in UTC."""
    there = datetime(2026, 3, 2, 14, tzinfo=timezone(timedelta(hours=2)))
    assert shown.time_tag(there) == (
        '<time datetime="2026-03-02T12:00:00.000000Z" title="2026-03-02 12:00:00 UTC">'
        "2026-03-02 12:00:00 UTC</time>"
    )
    assert shown.time_tag(None) == "<span class=unknown>not known</span>"


@pytest.mark.parametrize(
    ("hidden", "written"),
    [("\u202e", "[U+202E]"), ("\u200b", "[U+200B]"), ("\ufeff", "[U+FEFF]"), ("\x00", "[U+0000]"),
     ("\ud800", "[U+D800]"), ("\u2028", "[U+2028]"), ("\u2066", "[U+2066]")],
)  # fmt: skip
def test_what_cannot_be_seen_is_written_out(hidden: str, written: str) -> None:
    """Marks of direction, of no width, controls and halves of characters become readable."""
    assert shown.visible(f"a{hidden}b") == f"a{written}b"


@given(st.text())
def test_shown_text_can_be_sent_and_hides_nothing(text: str) -> None:
    """Whatever a ledger holds, what is shown is UTF-8, has no markup and no hidden character."""
    told = str(shown.free_text(text))
    told.encode("utf-8")
    inner = told.removeprefix('<bdi class="free">').removesuffix("</bdi>")
    assert "<" not in inner
    assert all(char.isprintable() or char in "\n\t" or char.isspace() for char in inner)
