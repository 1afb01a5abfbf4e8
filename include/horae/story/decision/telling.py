"""Tells the story of a decision from the ledger alone."""

from collections.abc import Iterator
from typing import Any

from horae.control.actors import OWN_ACTORS
from horae.domain.configuration import Configuration
from horae.domain.decision import Mode, Verb
from horae.errors import LedgerError
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind
from horae.ledger.stored_entry import bears_its_hash
from horae.story.decision import reading as read
from horae.story.decision.approving import approval_told
from horae.story.decision.choosing import choice_told
from horae.story.decision.comparing import Prediction, compare
from horae.story.decision.doing import deed_told, place_told
from horae.story.decision.following import after_told, looks_told
from horae.story.decision.gathered import Gathered, decision_id, gather
from horae.story.decision.knowing import (
    forecast_told,
    guards_told,
    look_told,
    models_told,
    protect_told,
    save_told,
    supposed_told,
    verdict_told,
)
from horae.story.decision.known import Look
from horae.story.decision.missing import what_is_missing
from horae.story.decision.story import DecisionStory, Move

TOLD = (EntryKind.DECISION, EntryKind.WHAT_IF)
"""Kinds of entries that a story is told of."""

_NEVER_ACTS = (Mode.OBSERVE, Mode.RECOMMEND)


def tell_decision(ledger: Ledger, job: str, wanted: str) -> DecisionStory:
    """The story of a decision, or of what would have been decided; nothing is changed.

    Some hundred entries are read, however long the chain is.

    Args:
        ledger: The ledger.
        job: The job's name.
        wanted: Id of the decision, or the number of its entry in the job's chain.

    Raises:
        LedgerError: There is no such decision; says what there is instead.
        LedgerBroken: An entry of it cannot be read.
        Unavailable: The ledger cannot be reached.
    """
    return story_of(ledger, find_decision(ledger, job, wanted))


def story_of(ledger: Ledger, decision: Entry) -> DecisionStory:
    """The story of a decision whose entry is at hand; see `tell_decision`."""
    found = gather(ledger, decision)
    parts = _parts(found)
    return DecisionStory(**parts, missing=tuple(what_is_missing(parts, found)))


def find_decision(ledger: Ledger, job: str, wanted: str) -> Entry:
    """The entry of a decision, by its id or by its number.

    Raises:
        LedgerError: There is none.
    """
    for kind in TOLD:
        entry = ledger.find(job, f"{kind}:{wanted}")
        if entry is not None:
            return entry
    if not (wanted.isascii() and wanted.isdigit()):
        raise LedgerError(
            f"job {job} has no decision {wanted!r}; `horae ledger list --job {job} --kind "
            "decision` shows its newest ones"
        )
    entry = ledger.get(f"{job}:{wanted}")
    if entry.kind not in TOLD:
        raise LedgerError(
            f"entry {entry.id} is no decision but a {entry.kind}; `horae ledger show {entry.id}` "
            "shows it"
        )
    return entry


def _parts(found: Gathered) -> dict[str, Any]:
    """Every part by its name, but for what is missing."""
    entry, body = found.decision, found.decision.body
    origin, move = read.configuration(body, "origin"), move_told(body)
    evidence = read.figures(read.part(body, "evidence"))
    parts: dict[str, Any] = {
        "job": entry.chain,
        "id": decision_id(entry),
        "decided_at": entry.time,
        "actor": entry.actor,
        "by_person": entry.actor not in OWN_ACTORS,
        "verb": read.words(body, "verb"),
        "reason": read.words(body, "reason"),
        "sentence": read.words(body, "sentence"),
        "execute": read.truth(body, "execute") is True,
        "needs_approval": read.truth(body, "approval") is True,
        "origin": origin,
        "move": move,
        "evidence": evidence,
        "references": dict(entry.references),
        "supposed": supposed_told(entry),
        "protect": protect_told(evidence),
        "save": save_told(evidence),
        "guards": guards_told(body),
        "place": place_told(found, bears_hash=bears_its_hash(entry)),
    }
    parts |= dict(_seen(found)) | dict(_foreseen(found))
    price = _price(parts["look"], origin, move)
    parts["candidates"] = choice_told(body, current=origin, price=price, move=move)
    parts |= _since(found, parts)
    parts["mode"] = _mode(parts)
    return parts | {"dry_run": _dry_run(parts)}


def _price(look: Look | None, origin: Configuration | None, move: Move | None) -> float | None:
    """What the present configuration costs an hour; None: not recorded."""
    if move is not None and move.money_per_hour_now is not None:
        return move.money_per_hour_now
    if look is None or look.configuration != origin:
        return None
    return read.number(look.figures, "money_per_hour")


def move_told(body: read.Json) -> Move | None:
    """What was proposed; None: nothing was."""
    told = body.get("proposal")
    if not isinstance(told, dict):
        return None
    evidence = read.part(told, "evidence")
    interval = read.numbers(told.get("predicted_outage_interval"))
    return Move(
        target=read.configuration(told, "target"),
        path=read.text(told, "path"),
        reason=read.text(told, "reason"),
        sentence=read.words(told, "sentence"),
        urgent=read.truth(told, "urgent") is True,
        outage_seconds=read.number(told, "predicted_outage_seconds"),
        outage_interval=(interval[0], interval[1]) if len(interval) == 2 else None,
        catch_up_seconds=read.number(told, "predicted_catch_up_seconds"),
        benefit_money=read.number(told, "benefit_money"),
        money_per_hour_now=read.number(evidence, "money_per_hour_now"),
        money_per_hour_then=read.number(evidence, "money_per_hour_then"),
        capacity_p05=read.number(evidence, "target_capacity_p05_records_per_second"),
        capacity_median=read.number(evidence, "target_capacity_median_records_per_second"),
    )


def _seen(found: Gathered) -> Iterator[tuple[str, Any]]:
    yield "look", look_told(found.look) if found.look else None
    yield "verdict", verdict_told(found.verdict) if found.verdict else None


def _foreseen(found: Gathered) -> Iterator[tuple[str, Any]]:
    """Forecast and models; a supposition carries its own."""
    entry = found.decision
    forecast, models = read.part(entry.body, "forecast"), read.part(entry.body, "models")
    if entry.kind is EntryKind.WHAT_IF:
        yield "forecast", forecast_told(entry, forecast) if forecast else None
        yield "models", models_told(entry, models) if models else None
        return
    yield (
        "forecast",
        forecast_told(found.forecast, found.forecast.body) if found.forecast else None,
    )
    yield "models", models_told(found.model, found.model.body) if found.model else None


def _since(found: Gathered, parts: dict[str, Any]) -> dict[str, Any]:
    """What came of it."""
    looks, deed = looks_told(found), deed_told(found)
    told = Prediction(
        decided_at=parts["decided_at"],
        move=parts["move"],
        protect=parts["protect"],
        forecast=parts["forecast"],
        deed=deed,
        lag_limit=read.number(parts["evidence"], "lag_limit_records"),
        looks=looks,
    )
    body, references = found.decision.body, found.decision.references
    return {
        "deed": deed,
        "approval": approval_told(found),
        "answers": read.text(body, "approves") or references.get("approves"),
        "compared": () if parts["supposed"] else compare(told, found),
        "after": after_told(found, looks),
    }


def _mode(parts: dict[str, Any]) -> str | None:
    """How far Horae might go, as the look has it."""
    return read.text(parts["look"].figures, "mode") if parts["look"] else None


def _dry_run(parts: dict[str, Any]) -> bool | None:
    """Whether a move was only rehearsed: one that the mode, or the person, would have executed."""
    if parts["supposed"] is not None:
        return True
    asked = parts["needs_approval"] or parts["approval"] is not None
    if parts["verb"] != Verb.RESCALE or parts["execute"] or asked:
        return False
    if parts["by_person"]:
        return True
    return None if parts["mode"] is None else parts["mode"] not in _NEVER_ACTS
