"""Stopping Horae, and letting it act again."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from horae.ledger.records import CHAIN_NAME
from horae.settings.spec_folder import spec_paths
from horae.webview.access import Acting
from horae.webview.answers import as_json
from horae.webview.horae import Horae

router = APIRouter()

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class SwitchOrder(BaseModel):
    """What a person wants of a kill switch.

    Attributes:
        job: The job; None: the whole fleet.
        thrown: Whether Horae is to be stopped.
        reason: Why; recorded with the person's name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    job: Annotated[str, StringConstraints(pattern=f"^{CHAIN_NAME.pattern}$")] | None = None
    thrown: bool
    reason: Reason


@router.post("/switch")
def switch(request: Request, order: SwitchOrder, person: Acting) -> Response:
    """Throw or release a switch; repeating it is safe."""
    horae: Horae = request.app.state.horae
    known = {path.stem for path in spec_paths(horae.jobs_folder)} | set(horae.ledger.heads())
    if order.job is not None and order.job not in known:
        return as_json({"detail": f"There is no job {order.job}; nothing was changed."}, 404)
    turn = horae.switches.throw if order.thrown else horae.switches.release
    turn(order.job, reason=order.reason, person=person.name)
    scope = order.job or "the whole fleet"
    said = "is stopped for" if order.thrown else "may act again on"
    return as_json({"sentence": f"Horae {said} {scope}; it is recorded with your name."})
