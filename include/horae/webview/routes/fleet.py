"""All jobs, a row each."""

from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from horae.domain.decision import Mode
from horae.settings.spec_folder import spec_paths
from horae.story.fleet import fleet
from horae.story.fleet_row import FleetQuery, JobState, SortKey
from horae.webview.access import Reading
from horae.webview.horae import Horae
from horae.webview.pages import page
from horae.webview.switch_state import fleet_switch

router = APIRouter()

ROWS = 100
"""Rows of a page: what can be scrolled through; the filter finds the rest."""

COLUMNS = (
    ("Job", SortKey.JOB, False),
    ("State", SortKey.STATE, False),
    ("Last decision", SortKey.DECIDED, False),
    ("Configuration", None, False),
    ("Load against capacity", SortKey.UTILISATION, True),
    ("Latency against limit", SortKey.LATENCY, True),
    ("Error budget left", SortKey.BUDGET, True),
    ("Money an hour", SortKey.MONEY_PER_HOUR, True),
    ("Saved so far", SortKey.SAVED, True),
    ("Next cycle", SortKey.NEXT_CYCLE, False),
)
"""Heading, what it sorts by, and whether it holds figures."""


@router.get("/")
def overview(
    request: Request,
    person: Reading,
    text: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[JobState | Literal[""], Query()] = "",
    mode: Annotated[Mode | Literal[""], Query()] = "",
    pending: Annotated[bool, Query()] = False,
    blind: Annotated[bool, Query()] = False,
    sort: Annotated[SortKey, Query()] = SortKey.JOB,
    descending: Annotated[bool, Query()] = False,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """The fleet: sorted, filtered and paged as the address says, so that it can be shared."""
    horae: Horae = request.app.state.horae
    asked = FleetQuery(
        text=text,
        states=(state,) if isinstance(state, JobState) else (),
        modes=(mode,) if isinstance(mode, Mode) else (),
        only_pending=pending,
        only_blind=blind,
        sort=sort,
        descending=descending,
        offset=offset,
        limit=ROWS,
    )
    jobs = tuple(path.stem for path in spec_paths(horae.jobs_folder))
    told = fleet(horae.ledger, now=horae.clock.now(), jobs=jobs, asked=asked)
    return page(
        request,
        "fleet.html",
        person=person,
        fleet=told,
        asked=asked,
        columns=COLUMNS,
        states=list(JobState),
        modes=list(Mode),
        address=_address,
        sorted_by=_sorted_by,
        filtered=asked != replace(FleetQuery(limit=ROWS), sort=sort, descending=descending),
        switch=fleet_switch(horae),
    )


def _address(asked: FleetQuery, **changes: object) -> str:
    """The address of this page for another question; what is as by default is left out."""
    question = replace(asked, **changes)  # type: ignore[arg-type]
    named = {
        "text": question.text,
        "state": question.states[0].value if question.states else "",
        "mode": question.modes[0].value if question.modes else "",
        "pending": "true" if question.only_pending else "",
        "blind": "true" if question.only_blind else "",
        "sort": "" if question.sort is SortKey.JOB else question.sort.value,
        "descending": "true" if question.descending else "",
        "offset": str(question.offset) if question.offset else "",
    }
    said = {name: value for name, value in named.items() if value}
    return f"?{urlencode(said, errors='surrogateescape')}" if said else "./"


def _sorted_by(asked: FleetQuery, key: SortKey) -> str:
    """Where the heading of a column leads: the same column once more turns the order."""
    turned = asked.sort is key and not asked.descending
    return _address(asked, sort=key, descending=turned, offset=0)
