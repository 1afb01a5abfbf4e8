"""The tab on a run of a DAG: the decisions that were made or carried out in it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind
from horae.story.runs import decisions_of_run
from horae.webview.access import Reading
from horae.webview.horae import Horae
from horae.webview.pages import page

router = APIRouter()

DECIDING = frozenset({"optimise", "rescale"})
"""DAGs whose runs make or carry out decisions."""

Id = Annotated[str, Query(max_length=300)]


@router.get("/run")
def run(request: Request, person: Reading, dag: Id = "", run: Id = "") -> Response:
    """What Horae decided in one run; other DAGs are told apart kindly."""
    horae: Horae = request.app.state.horae
    deciding = dag in DECIDING
    decisions = decisions_of_run(horae.ledger, f"{dag}/{run}") if deciding else ()
    carried_out = _carried_out(horae.ledger, run) if dag == "rescale" else None
    return page(
        request,
        "run.html",
        person=person,
        dag=dag,
        run=run,
        deciding=deciding,
        decisions=decisions,
        carried_out=carried_out,
    )


def _carried_out(ledger: Ledger, run: str) -> Entry | None:
    """The decision that `optimise` triggered a run of `rescale` for: the run has its id."""
    jobs = (job for job in ledger.heads() if run.startswith(f"{job}-"))
    found = (ledger.find(job, f"{EntryKind.DECISION}:{run}") for job in jobs)
    return next((entry for entry in found if entry is not None), None)
