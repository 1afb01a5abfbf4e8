"""The load that a trace describes."""

from pathlib import Path

import pytest

from horae.errors import SettingsError
from horae.local.load_schedule import Schedule
from horae.local.load_trace import (
    CompressedDays,
    ConstantLoad,
    RecordedLoad,
    SpedUp,
    parse_trace,
    read_trace,
)

TWO_DAYS = CompressedDays(base=100.0, peak=700.0, day=300.0, days=2)


@pytest.mark.parametrize(
    ("second", "rate"), [(0, 100), (75, 400), (150, 700), (300, 100), (450, 700)]
)
def test_a_day_starts_at_the_base_and_peaks_at_noon(second: float, rate: float) -> None:
    """Midnight is the base, noon the peak, and half-way up is their mean."""
    assert TWO_DAYS.rate_at(second) == pytest.approx(rate)
    assert TWO_DAYS.duration_seconds == 600.0


def test_a_speed_up_shortens_the_trace_and_keeps_its_rates() -> None:
    """At four times the speed noon comes after a quarter of the time, as high as before."""
    fast = SpedUp(TWO_DAYS, 4.0)
    assert fast.duration_seconds == 150.0
    assert fast.rate_at(37.5) == pytest.approx(700.0)


def test_a_recorded_load_is_straight_between_its_points_and_flat_beyond() -> None:
    """Half-way from 10 to 30 is 20; before the first point and after the last nothing changes."""
    load = RecordedLoad(((5.0, 10.0), (15.0, 30.0)))
    assert [load.rate_at(second) for second in (0, 10, 99)] == [10.0, 20.0, 30.0]


def test_a_trace_file_is_read(tmp_path: Path) -> None:
    """Each row is one point."""
    path = tmp_path / "load.csv"
    path.write_text("seconds,records_per_second\n0,10\n60,20\n")
    assert read_trace(path) == RecordedLoad(((0.0, 10.0), (60.0, 20.0)))


def test_every_faulty_row_is_named(tmp_path: Path) -> None:
    """A word, a negative rate, a time that goes back and NaN are four faults, with their lines."""
    path = tmp_path / "load.csv"
    path.write_text("seconds,records_per_second\n0,10\n9,many\n9,-1\n0,10\n9,nan\n10,5\n")
    with pytest.raises(SettingsError) as caught:
        read_trace(path)
    assert [fault.line for fault in caught.value.faults] == [3, 4, 5, 6]


@pytest.mark.parametrize("content", ["", "a,b\n", "seconds,records_per_second\n"])
def test_a_file_without_a_trace_is_refused(tmp_path: Path, content: str) -> None:
    """An empty file, another header and a header alone are no trace."""
    path = tmp_path / "load.csv"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"load\.csv: 1 fault"):
        read_trace(path)


def test_a_formula_is_parsed() -> None:
    """The text names the kind and its numbers."""
    assert parse_trace("days:base=100,peak=700,day=300,days=2") == TWO_DAYS
    assert parse_trace("constant:rate=5,seconds=2") == ConstantLoad(rate=5.0, seconds=2.0)


@pytest.mark.parametrize("text", ["days:base=1", "wave:rate=1", "constant:rate=x,seconds=1", ""])
def test_a_text_that_is_no_trace_is_refused(text: str) -> None:
    """A missing number, an unknown kind and a word for a number are faults that show what came."""
    with pytest.raises(SettingsError, match="expected constant:rate"):
        parse_trace(text)


def test_a_schedule_loses_no_fraction_of_a_record() -> None:
    """A day of 100 at base and 700 at noon has a mean of 400: 400 x 300 s = 120,000 records."""
    day = CompressedDays(base=100.0, peak=700.0, day=300.0, days=1)
    schedule = Schedule(day)
    moments = [moment for tick in range(1, 15_001) for moment in schedule.due(tick * 0.02)]
    assert schedule.ended
    assert len(moments) == pytest.approx(120_000, abs=1)
    assert moments == sorted(moments)
    assert 0.0 < moments[0] <= moments[-1] <= 300.0


def test_a_late_call_gets_all_that_was_due() -> None:
    """Asked once after 2 s of 5 records a second, ten moments come, the last at 2 s."""
    assert len(Schedule(ConstantLoad(rate=5.0, seconds=60.0)).due(2.0)) == 10
