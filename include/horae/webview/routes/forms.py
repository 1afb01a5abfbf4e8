"""Forms that lead to runs of Airflow's DAGs: a rescale by hand, and what would be done now."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from horae.domain.configuration import Configuration
from horae.errors import SettingsError
from horae.settings.job_spec import JobSpec
from horae.story.decision.telling import tell_decision
from horae.webview.access import Acting
from horae.webview.axes import axes
from horae.webview.horae import Horae
from horae.webview.pages import page
from horae.webview.routes.job import known_row

router = APIRouter()


@router.get("/job/{job}/rescale")
def rescale(
    request: Request,
    job: str,
    person: Acting,
    decision: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """A rescale by hand, filled with what a decision proposes, or with what the job has."""
    horae: Horae = request.app.state.horae
    row = known_row(horae, job)
    spec, fault = _spec(horae, job)
    wanted = _proposed(horae, job, decision)
    return page(
        request,
        "rescale.html",
        person=person,
        row=row,
        decision=decision,
        proposed=wanted,
        axes=axes(spec, present=row.configuration, wanted=wanted),
        fault=fault,
    )


@router.get("/job/{job}/what-if")
def what_if(request: Request, job: str, person: Acting) -> Response:
    """What would it do now, with another load or another configuration?"""
    horae: Horae = request.app.state.horae
    row = known_row(horae, job)
    spec, fault = _spec(horae, job)
    return page(
        request,
        "what_if.html",
        person=person,
        row=row,
        axes=axes(spec, present=row.configuration, wanted=None),
        fault=fault,
    )


def _spec(horae: Horae, job: str) -> tuple[JobSpec | None, str | None]:
    """The job's spec, or why it cannot be used: a form is worth showing without it."""
    try:
        return horae.spec(job), None
    except SettingsError as error:
        return None, str(error)


def _proposed(horae: Horae, job: str, decision: str | None) -> Configuration | None:
    if decision is None:
        return None
    move = tell_decision(horae.ledger, job, decision).move
    return move.target if move is not None else None
