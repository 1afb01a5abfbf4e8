"""One entry of the ledger, whole: the evidence that everything else leads to."""

import json

from fastapi import APIRouter, Request, Response

from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry
from horae.ledger.stored_entry import bears_its_hash
from horae.story.decision.belonging import decision_of
from horae.webview.access import Reading
from horae.webview.horae import Horae
from horae.webview.pages import page

router = APIRouter()


@router.get("/entry/{entry_id}")
def entry(request: Request, entry_id: str, person: Reading) -> Response:
    """The entry with this id, its neighbours, and the decision that it belongs to."""
    horae: Horae = request.app.state.horae
    ledger = horae.ledger
    found = ledger.get(entry_id)
    previous, following = neighbours(ledger, found)
    return page(
        request,
        "entry.html",
        person=person,
        entry=found,
        text=json.dumps(found.body, indent=2, sort_keys=True, ensure_ascii=False),
        holds=bears_its_hash(found),
        previous=previous,
        following=following,
        belongs_to=decision_of(ledger, found),
    )


def neighbours(ledger: Ledger, entry: Entry) -> tuple[Entry | None, Entry | None]:
    """The entries before and after one in its chain; None where the chain begins or ends."""
    nearby = ledger.read(entry.chain, after=max(0, entry.number - 2), limit=3)
    by_number = {near.number: near for near in nearby}
    return by_number.get(entry.number - 1), by_number.get(entry.number + 1)
