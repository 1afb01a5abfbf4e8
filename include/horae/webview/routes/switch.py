"""Stopping Horae, and letting it act again."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from horae.control.approval_answer import one_line
from horae.ledger.records import CHAIN_NAME
from horae.settings.spec_folder import spec_paths
from horae.webview.access import Acting
from horae.webview.answers import as_json
from horae.webview.horae import Horae
from horae.webview.switch_state import fleet_switch, job_switch

router = APIRouter()


def _in_one_line(given: Any) -> Any:
    """Text without what cannot be seen: not every database takes it, and no reader needs it."""
    if not isinstance(given, str):
        return given
    return "".join(char if char.isprintable() else " " for char in given).strip()


Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=300), BeforeValidator(_in_one_line)
]


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
    if order.job is not None and not _known(horae, order.job):
        return as_json({"detail": f"There is no job {order.job}; nothing was changed."}, 404)
    turn = horae.switches.throw if order.thrown else horae.switches.release
    turn(order.job, reason=order.reason, person=one_line(person.name))
    return as_json({"sentence": f"{_result(horae, order)} It is recorded with your name."})


def _known(horae: Horae, job: str) -> bool:
    """Whether there is such a job; a job that has a spec can be stopped without the ledger."""
    if job in {path.stem for path in spec_paths(horae.jobs_folder)}:
        return True
    return job in horae.ledger.heads()


def _result(horae: Horae, order: SwitchOrder) -> str:
    """What holds now; a switch that was let go may not be the only one."""
    scope = order.job or "the whole fleet"
    if order.thrown:
        return f"Horae is stopped for {scope}."
    state = fleet_switch(horae) if order.job is None else job_switch(horae, order.job)
    if state.unknown is not None:
        return f"The switch is released for {scope}; whether another one is thrown is not known."
    if state.thrown:
        left = "; ".join(f"by {name}: {reason}" for name, reason in state.thrown.items())
        return f"The switch is released, but Horae is still stopped for {scope}, {left}."
    return f"Horae may act again on {scope}."
