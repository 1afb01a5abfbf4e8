"""The story of one decision, at an address that stays."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from horae.story.decision.chain import check_chain
from horae.story.decision.done import Answer
from horae.story.decision.paragraph import paragraph
from horae.story.decision.story import DecisionStory, Part
from horae.story.decision.telling import tell_decision
from horae.story.decision.words_since import fares_well
from horae.webview.access import Reading
from horae.webview.forecast_band import forecast_lines
from horae.webview.horae import Horae
from horae.webview.pages import page
from horae.webview.switch_state import job_switch

router = APIRouter()

FAR_ENOUGH = 1000
"""Entries that the button checks on the way to the chain's end: a second or so. The whole chain
is what the DAG `audit` recomputes each day."""

ANSWERED = {
    Answer.WAITING: "A rescale that nobody answered in time",
    Answer.APPROVED: "A rescale that was approved",
    Answer.EDITED: "A rescale that was changed and approved",
    Answer.REFUSED: "A rescale that was refused",
    Answer.UNANSWERED: "A rescale that nobody answered in time",
}
"""What came of asking, in a few words; what was then done is another decision."""


@router.get("/decision/{job}/{decision}")
def decision(
    request: Request,
    job: str,
    decision: str,
    person: Reading,
    verify: Annotated[bool, Query()] = False,
) -> Response:
    """What was seen, believed, offered, decided and done, and what came of it."""
    horae: Horae = request.app.state.horae
    ledger, now = horae.ledger, horae.clock.now()
    story = tell_decision(ledger, job, decision)
    return page(
        request,
        "decision.html",
        person=person,
        story=story,
        plain=paragraph(story).pieces,
        headline=headline(story, now),
        tone=tone(story, now),
        waits=waits(story, now),
        switch=job_switch(horae, job) if waits(story, now) else None,
        lines=forecast_lines(story.forecast),
        checked=check_chain(ledger, story.place.entry, most=FAR_ENOUGH) if verify else None,
        missing={part.value: story.why_missing(part) for part in Part},
    )


def waits(story: DecisionStory, now: datetime) -> bool:
    """Whether a person may still answer."""
    asked = story.approval
    return (
        asked is not None
        and asked.answer is Answer.WAITING
        and (asked.until is None or now < asked.until)
    )


def headline(story: DecisionStory, now: datetime) -> str:
    """What was decided and came of it, in a few words."""
    if story.supposed is not None:
        return "What Horae would do"
    if story.verb == "hold":
        return "Nothing was changed"
    ended = story.deed.ended if story.deed else None
    if ended is not None:
        return {
            "done": "Rescaled",
            "rolled back": "Rescaled, and rolled back",
            "failed": "The rescale failed",
            "abandoned": "The rescale was abandoned",
            "overtaken": "The rescale was overtaken by somebody else",
        }.get(ended.result, f"The rescale ended: {ended.result}")
    if story.deed is not None and story.deed.intention is None:
        return "A rescale that another action stood in the way of"
    if story.deed is not None:
        return "A rescale is under way"
    if waits(story, now):
        return "A rescale waits for approval"
    if story.approval is not None:
        return ANSWERED[story.approval.answer]
    return "A rescale, to be carried out" if story.execute else "A rescale, recommended"


def tone(story: DecisionStory, now: datetime) -> str:
    """Whether the reader must worry: `good`, `warn`, `bad` or `calm`."""
    ended = story.deed.ended if story.deed else None
    if ended is not None:
        worst = {"failed": "bad", "rolled back": "warn", "abandoned": "warn", "overtaken": "warn"}
        return worst.get(ended.result, "warn" if fares_well(story) is False else "good")
    if story.deed is not None or waits(story, now):
        return "warn"
    return "calm"
