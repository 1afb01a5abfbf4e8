"""One job: how it stands, what happened to it, how right its models are."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response

from horae.ledger.records import EntryKind
from horae.settings.spec_folder import spec_paths
from horae.story.fleet import fleet_row, never_seen
from horae.story.fleet_row import FleetRow
from horae.story.models import models_story
from horae.story.timeline import timeline
from horae.story.timeline_values import Timeline
from horae.webview.access import Reading
from horae.webview.answers import as_json
from horae.webview.horae import Horae
from horae.webview.pages import page
from horae.webview.plot_data import timeline_json
from horae.webview.switch_state import job_switch

router = APIRouter()

SPANS = (
    ("1 hour", 1.0),
    ("6 hours", 6.0),
    ("1 day", 24.0),
    ("7 days", 168.0),
    ("30 days", 720.0),
)
"""What the buttons above the timeline show, in hours."""
SHORTEST_HOURS = 1 / 3600
LONGEST_HOURS = 24.0 * 400
SHORTEST = timedelta(seconds=1)
DAY = 24.0
PLOT_POINTS = 600
"""A wide screen shows about two pixels a point."""
TABLE_ROWS = 36
"""The same time for those who read: as many rows as fit two screens."""
EVENTS = 60
DECISIONS = 15

Hours = Annotated[float, Query(ge=SHORTEST_HOURS, le=LONGEST_HOURS)]


@router.get("/job/{job}")
def overview(request: Request, job: str, person: Reading, hours: Hours | None = None) -> Response:
    """The job's page; without `hours` it shows a day, or all there is where that is less."""
    horae: Horae = request.app.state.horae
    ledger, now = horae.ledger, horae.clock.now()
    row = known_row(horae, job)
    seen = row.up_to > 0
    hours = hours or _sensible(row, now)
    told = timeline(ledger, job, since=now - timedelta(hours=hours), until=now, points=TABLE_ROWS)
    decisions = tuple(
        ledger.read(job, kinds={EntryKind.DECISION}, limit=DECISIONS, newest_first=True)
    )
    return page(
        request,
        "job.html",
        person=person,
        row=row,
        hours=hours,
        spans=SPANS,
        told=told if seen else None,
        events=told.events[::-1][:EVENTS],
        events_left_out=told.events_left_out + max(0, len(told.events) - EVENTS),
        decisions=decisions,
        models=models_story(ledger, job, now=now) if seen else None,
        switch=job_switch(horae, job),
    )


@router.get("/job/{job}/timeline")
def plot(
    request: Request,
    job: str,
    person: Reading,
    hours: Hours = DAY,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Response:
    """What the plot draws, as JSON; `since` and `until` win over `hours`."""
    horae: Horae = request.app.state.horae
    now = horae.clock.now()
    known_row(horae, job)
    end = _aware(until) or now
    try:
        begin = _aware(since) or end - timedelta(hours=hours)
        sensible = SHORTEST <= end - begin <= timedelta(hours=LONGEST_HOURS)
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    except OverflowError:  # before the first year, or after the last
        sensible = False
    if not sensible:
        raise HTTPException(
            400,
            f"since {since or 'none'} until {until or 'none'}: expected a time of a second to "
            f"{LONGEST_HOURS:g} hours that ends after it begins",
        )
    told: Timeline = timeline(horae.ledger, job, since=begin, until=end, points=PLOT_POINTS)
    shown: dict[str, Any] = timeline_json(told, now=now)
    return as_json(shown)


def known_row(horae: Horae, job: str) -> FleetRow:
    """The job's row.

    Raises:
        HTTPException: 404, neither the ledger nor the folder of specs knows it.
    """
    row = fleet_row(horae.ledger, job, now=horae.clock.now())
    if row is not None:
        return row
    if job in {path.stem for path in spec_paths(horae.jobs_folder)}:
        return never_seen(job)
    raise HTTPException(404, f"There is no job {job!r}, neither in the ledger nor as a spec.")


def _sensible(row: FleetRow, now: datetime) -> float:
    """A day, or the shortest span that shows everything there is."""
    if row.first_seen_at is None:
        return DAY
    age = (now - row.first_seen_at).total_seconds() / 3600
    return next((span for _, span in SPANS if age <= span <= DAY), DAY)


def _aware(time: datetime | None) -> datetime | None:
    if time is None or time.utcoffset() is not None:
        return time
    return time.replace(tzinfo=UTC)
