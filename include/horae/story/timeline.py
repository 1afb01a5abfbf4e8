"""One job over a time, in as many points as can be drawn: told from the index."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, select

from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.ledger.tables import indexed_decisions, indexed_looks
from horae.story.decision.reading import as_number, moment, number
from horae.story.fleet import AT_ONCE
from horae.story.index.buckets import Buckets, Grouped, decisions_grouped, looks_grouped
from horae.story.index.events import configuration_steps, events_within
from horae.story.index.keeping import catch_up, database_of, entries_behind
from horae.story.index.reading import newest
from horae.story.index.singles import decisions_singly, looks_singly
from horae.story.timeline_values import Band, ForecastBand, Timeline, Values

MOST_EVENTS = 500
"""Events on one timeline: more cannot be told apart, let alone read out."""

_FORECAST = (0.05, 0.5, 0.95)


def timeline(
    ledger: Ledger, job: str, *, since: datetime, until: datetime, points: int = 600
) -> Timeline:
    """What happened to a job.

    Args:
        ledger: The ledger; its index is brought up to date, as far as that takes no second.
        job: The job's name; of an unknown one nothing is told.
        since: Begin.
        until: End, after it.
        points: At most so many buckets; fewer where a bucket would be shorter than a second.

    Raises:
        LedgerError: The ledger is in memory, or cannot be read.
        Unavailable: It cannot be reached.
        ValueError: The time is empty, or there are no points.
    """
    buckets = Buckets.of(since, until, points)
    catch_up(ledger, job, most=AT_ONCE)
    with database_of(ledger).reading() as connection:
        count = _count(connection, indexed_looks, job, buckets)
        if count <= points:
            seen = _singly(connection, job, buckets)
        else:  # two looks a bucket at least, or one that comes late would leave a hole
            buckets = Buckets.of(since, until, min(points, count // 2))
            seen = _in_buckets(connection, job, buckets)
        first, last = _ends(connection, job)
        events, left_out = events_within(connection, job, since, until, most=MOST_EVENTS)
        steps = configuration_steps(connection, job, since, until)
        decided = _count(connection, indexed_decisions, job, buckets)
    looks, decisions = seen.looks, seen.decisions
    return Timeline(
        job=job,
        since=since,
        until=until,
        bucket_seconds=seen.bucket_seconds,
        times=seen.times,
        load=_band(looks, "load"),
        latency=_band(looks, "latency"),
        latency_limit=looks.values("latency_limit"),
        lag=_band(looks, "lag"),
        busy=_band(looks, "busy"),
        cores=_band(looks, "cores"),
        capacity=decisions.values("capacity"),
        capacity_low=decisions.values("capacity_low"),
        money_per_hour=looks.values("money_per_hour"),
        observed_seconds=looks.values("observed"),
        broken_seconds=looks.values("broken"),
        forecast=ForecastBand(
            times=seen.times,
            low=looks.values("forecast_low"),
            middle=looks.values("forecast_middle"),
            high=looks.values("forecast_high"),
        ),
        ahead=_ahead(ledger, job),
        configurations=steps,
        events=events,
        events_left_out=left_out,
        looks=count,
        decisions=decided,
        first_at=first,
        last_at=last,
        behind=entries_behind(ledger, job),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Looks and decisions at the same places."""

    bucket_seconds: float
    times: tuple[datetime, ...]
    looks: Grouped
    decisions: Grouped


def _in_buckets(connection: Connection, job: str, buckets: Buckets) -> _Seen:
    return _Seen(
        bucket_seconds=buckets.milliseconds / 1_000,
        times=buckets.middles(),
        looks=looks_grouped(connection, job, buckets),
        decisions=decisions_grouped(connection, job, buckets),
    )


def _singly(connection: Connection, job: str, buckets: Buckets) -> _Seen:
    times, looks = looks_singly(connection, job, buckets)
    return _Seen(
        bucket_seconds=0.0,
        times=times,
        looks=looks,
        decisions=decisions_singly(connection, job, buckets, times, looks),
    )


def _band(looks: Grouped, name: str) -> Band:
    return Band(
        low=looks.values(f"{name}_low"),
        mean=looks.values(f"{name}_mean"),
        high=looks.values(f"{name}_high"),
    )


def _ends(connection: Connection, job: str) -> tuple[datetime | None, datetime | None]:
    """First and newest look."""
    at = indexed_looks.c.at_ms
    wanted = select(func.min(at), func.max(at)).where(indexed_looks.c.chain == job)
    first, last = connection.execute(wanted).one()
    return _moment(first), _moment(last)


def _count(connection: Connection, table: Table, job: str, buckets: Buckets) -> int:
    """Rows within a time."""
    within = (table.c.at_ms >= buckets.begin) & (table.c.at_ms < buckets.end)
    wanted = select(func.count()).select_from(table).where(table.c.chain == job, within)
    return connection.execute(wanted).scalar_one()


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1_000, UTC)


def _ahead(ledger: Ledger, job: str) -> ForecastBand | None:
    """The newest forecast over its whole horizon; None where there is none that can be read."""
    found = newest(ledger, job, EntryKind.FORECAST, limit=1)
    body: Any = found[0].body if found else {}
    start, grid = moment(body, "start"), number(body, "grid_seconds")
    levels, rows = body.get("levels"), body.get("quantiles")
    if start is None or not grid or not isinstance(levels, list) or not isinstance(rows, list):
        return None
    places = [levels.index(level) if level in levels else None for level in _FORECAST]
    low, middle, high = (_column(rows, place) for place in places)
    times = tuple(start + timedelta(seconds=step * grid) for step in range(len(rows)))
    return ForecastBand(times=times, low=low, middle=middle, high=high)


def _column(rows: list[Any], place: int | None) -> Values:
    if place is None:
        return (None,) * len(rows)
    return tuple(
        as_number(row[place]) if isinstance(row, list) and place < len(row) else None
        for row in rows
    )
