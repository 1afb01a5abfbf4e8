"""Quiet hours by the clock on the wall."""

from datetime import UTC, datetime

import pytest

from horae.policy.quiet_hours import quiet_hours_at
from horae.settings.job_spec import QuietHours


def quiet(now: datetime, **hours: object) -> bool:
    """Whether it is quiet at `now`."""
    return quiet_hours_at(now, [QuietHours.model_validate(hours)]) is not None


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A time of 2026 in UTC; 2 March is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(("hour", "holds"), [(8, False), (9, True), (16, True), (17, False)])
def test_the_start_is_quiet_and_the_end_is_not(hour: int, holds: bool) -> None:
    """From 9 to 17."""
    assert quiet(utc(2, hour), start="09:00", end="17:00") is holds


@pytest.mark.parametrize(
    ("day", "hour", "holds"), [(2, 21, False), (2, 22, True), (3, 5, True), (3, 6, False)]
)
def test_hours_may_go_over_midnight(day: int, hour: int, holds: bool) -> None:
    """From Monday 22 to Tuesday 6."""
    assert quiet(utc(day, hour), start="22:00", end="06:00", days=(0,)) is holds


def test_the_morning_belongs_to_the_evening_before() -> None:
    """Monday 5 o'clock is quiet by Sunday's night only."""
    assert not quiet(utc(2, 5), start="22:00", end="06:00", days=(0,))
    assert quiet(utc(2, 5), start="22:00", end="06:00", days=(6,))


def test_equal_start_and_end_are_a_whole_day() -> None:
    """From Monday 8 to Tuesday 8."""
    hours = {"start": "08:00", "end": "08:00", "days": (0,)}
    assert [quiet(utc(2, 7), **hours), quiet(utc(2, 8), **hours)] == [False, True]
    assert [quiet(utc(3, 7, 59), **hours), quiet(utc(3, 8), **hours)] == [True, False]


def test_hours_follow_summer_time() -> None:
    """9 o'clock in Berlin is 8 UTC on 28 March and 7 UTC on 29 March, when clocks go forward."""
    hours = {"start": "09:00", "end": "10:00", "zone": "Europe/Berlin"}
    assert [quiet(utc(28, 8), **hours), quiet(utc(28, 7), **hours)] == [True, False]
    assert [quiet(utc(29, 8), **hours), quiet(utc(29, 7), **hours)] == [False, True]


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    """2:30 in Berlin on 25 October is 0:30 and 1:30 UTC."""
    hours = {"start": "02:00", "end": "03:00", "zone": "Europe/Berlin"}
    assert quiet(utc(25, 0, 30, month=10), **hours)
    assert quiet(utc(25, 1, 30, month=10), **hours)


def test_an_unknown_zone_is_quiet_all_the_time() -> None:
    """A zone that this machine does not have fails closed, and is named."""
    known = QuietHours.model_validate({"start": "09:00", "end": "10:00"})
    hours = known.model_copy(update={"zone": "Mars/Olympus"})
    assert "Mars/Olympus" in (quiet_hours_at(utc(2, 20), [hours]) or "")
