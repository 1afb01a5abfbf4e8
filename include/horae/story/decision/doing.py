"""What was done about a decision, from its entries."""

from horae.ledger.records import Entry
from horae.story.decision import reading as read
from horae.story.decision.done import Deed, Ended, Neighbour, Place, Rival, StepTold
from horae.story.decision.gathered import Gathered

_INTENDED = "intended"


def deed_told(found: Gathered) -> Deed | None:
    """The action step by step; None: none began, and nothing stood in its way."""
    began = found.intention
    if began is None and found.outcome is None and not found.refusals:
        return None
    return Deed(
        intention=began.id if began else None,
        began_at=began.time if began else None,
        actor=began.actor if began else None,
        worst_case_seconds=read.number(began.body, "worst_case_seconds") if began else None,
        steps=steps_told(found.steps),
        ended=_ended(found.outcome) if found.outcome else None,
        rivals=tuple(_rival(one) for one in found.refusals),
    )


def steps_told(entries: tuple[Entry, ...]) -> tuple[StepTold, ...]:
    """Each step once: as it was begun, and as it ended."""
    by_number: dict[int, list[Entry]] = {}
    for entry in entries:
        by_number.setdefault(read.whole(entry.body, "number") or 0, []).append(entry)
    return tuple(_step(number, written) for number, written in sorted(by_number.items()))


def _step(number: int, written: list[Entry]) -> StepTold:
    intended = next((one for one in written if one.body.get("phase") == _INTENDED), None)
    result = next((one for one in written if one.body.get("phase") != _INTENDED), None)
    body = written[-1].body
    return StepTold(
        number=number,
        step=read.words(body, "step"),
        round=read.whole(body, "round") or 0,
        state=_state(result),
        began_at=intended.time if intended else None,
        ended_at=result.time if result else None,
        intention=read.words(intended.body, "detail") if intended else "",
        result=read.words(result.body, "detail") if result else "",
        entries=tuple(one.id for one in written),
    )


def _state(result: Entry | None) -> str:
    if result is None:
        return "open"
    return "failed" if result.body.get("failed") else "done"


def _ended(entry: Entry) -> Ended:
    body = entry.body
    return Ended(
        entry=entry.id,
        result=read.words(body, "result"),
        sentence=read.words(body, "sentence"),
        path=read.text(body, "path"),
        origin=read.configuration(body, "origin"),
        target=read.configuration(body, "target"),
        reached=read.configuration(body, "reached"),
        outage_seconds=read.number(body, "outage_seconds"),
        started_at=read.moment(body, "started_at"),
        ended_at=read.moment(body, "ended_at") or entry.time,
        overtaken_by=read.text(body, "overtaken_by"),
        actor=entry.actor,
    )


def _rival(entry: Entry) -> Rival:
    return Rival(
        entry=entry.id,
        at=entry.time,
        rival=read.text(entry.body, "rival"),
        sentence=read.words(entry.body, "sentence"),
    )


def place_told(found: Gathered, *, bears_hash: bool) -> Place:
    """Where the decision stands in the chain."""
    return Place(
        entry=found.decision.id,
        number=found.decision.number,
        hash=found.decision.hash,
        previous_hash=found.decision.previous_hash,
        bears_hash=bears_hash,
        previous=_neighbour(found.previous),
        following=_neighbour(found.following),
        count=found.head.count if found.head else None,
    )


def _neighbour(entry: Entry | None) -> Neighbour | None:
    if entry is None:
        return None
    return Neighbour(entry=entry.id, kind=entry.kind.value, hash=entry.hash)
