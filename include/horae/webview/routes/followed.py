"""Had you followed us: what recommendations would have cost and risked."""

from fastapi import APIRouter, Request, Response

from horae.story.followed import had_you_followed
from horae.webview.access import Reading
from horae.webview.horae import Horae
from horae.webview.pages import page
from horae.webview.routes.job import known_row

router = APIRouter()

NEWEST = 60
"""Recommendations in the table: what a person reads; the sums are over all of them."""


@router.get("/job/{job}/followed")
def followed(request: Request, job: str, person: Reading) -> Response:
    """What would have come of the recommendations for one job, against what was run."""
    horae: Horae = request.app.state.horae
    row = known_row(horae, job)
    told = had_you_followed(horae.ledger, job)
    return page(
        request,
        "followed.html",
        person=person,
        row=row,
        told=told,
        newest=told.recommended[::-1][:NEWEST],
    )
