"""Quiet hours, by the clock on the wall: they shift with summer time as people do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from horae.settings.job_spec import QuietHours


def quiet_hours_at(now: datetime, hours: Sequence[QuietHours]) -> str | None:
    """Which quiet hours hold at `now` (aware of its zone), for people; None where none do.

    A zone that this machine does not know is quiet all the time.
    """
    return next((said for one in hours if (said := _quiet(now, one)) is not None), None)


def _quiet(now: datetime, hours: QuietHours) -> str | None:
    try:
        local = now.astimezone(ZoneInfo(hours.zone))
    except (ZoneInfoNotFoundError, ValueError):
        return f"the time zone {hours.zone!r} of the quiet hours is unknown; name an IANA zone"
    if not _holds(local, hours):
        return None
    span = f"{hours.start:%H:%M} to {hours.end:%H:%M} {hours.zone}"
    return f"it is {local:%A %H:%M}, within the quiet hours {span}"


def _holds(local: datetime, hours: QuietHours) -> bool:
    clock, today = local.time(), local.weekday()
    if hours.start < hours.end:
        return today in hours.days and hours.start <= clock < hours.end
    yesterday = (local - timedelta(days=1)).weekday()
    begun_today = today in hours.days and clock >= hours.start
    begun_yesterday = yesterday in hours.days and clock < hours.end
    return begun_today or begun_yesterday
