"""Folds what was decided about a job, and the questions to people about it."""

from dataclasses import replace
from typing import Any

from horae.control.actors import OWN_ACTORS
from horae.control.blindness import BLIND
from horae.control.entries import HORAE
from horae.domain.decision import Verb
from horae.ledger.records import Entry
from horae.story.decision.reading import (
    Json,
    moment,
    number,
    numbers,
    part,
    text,
    truth,
    words,
)
from horae.story.fleet_row import LastDecision, Pending, Switched
from horae.story.index.folded import Folded, configuration_json, event_of, milliseconds
from horae.story.index.reading import configuration
from horae.story.index.standing import Ordered, Standing
from horae.story.timeline_values import EventKind

_REMEMBERED = 4
"""Decisions to be carried out whose actions have not begun: triggers may wait for a slot."""


def fold_decision(standing: Standing, entry: Entry, out: Folded) -> None:
    """A DECISION entry."""
    body = entry.body
    known = _decision(entry)
    evidence = part(body, "evidence")
    median = number(evidence, "capacity_median_records_per_second")
    low = number(evidence, "capacity_p05_records_per_second")
    run = entry.references.get("airflow_run")
    out.decisions.append(
        {
            "chain": entry.chain,
            "number": entry.number,
            "at_ms": milliseconds(entry.time),
            "decision": known.id,
            "verb": known.verb,
            "reason": known.reason,
            "execute": known.execute,
            "capacity": median,
            "capacity_low": low,
            "run": run if isinstance(run, str) else None,
        }
    )
    standing.decision = known
    if median is not None:
        standing.capacity, standing.capacity_low = median, low
        standing.capacity_of = configuration(body, "origin")
    _conclude(standing, entry, known)
    if known.verb == Verb.RESCALE:
        if known.execute:
            _remember(standing, entry, known)
        _recommend(standing, entry, known, out)
    elif known.target is None and entry.actor in OWN_ACTORS:
        standing.recommended = None


def _decision(entry: Entry) -> LastDecision:
    body = entry.body
    return LastDecision(
        id=text(body, "id") or entry.identity.partition(":")[2],
        entry=entry.id,
        at=entry.time,
        actor=entry.actor,
        verb=words(body, "verb"),
        reason=words(body, "reason"),
        sentence=words(body, "sentence"),
        execute=truth(body, "execute") is True,
        target=configuration(part(body, "proposal"), "target"),
    )


def _conclude(standing: Standing, entry: Entry, known: LastDecision) -> None:
    """Only cycles conclude: a person's wish is none, and holds for want of data are none."""
    if entry.actor != HORAE:
        return
    standing.blind = known.reason in BLIND
    if not standing.blind:
        standing.concluded_at = entry.time


def _remember(standing: Standing, entry: Entry, known: LastDecision) -> None:
    body = entry.body
    ordered = Ordered(
        decision=known.id,
        facts=_predicted(body) | {"reason": known.reason},
        lag_limit=number(part(body, "evidence"), "lag_limit_records"),
    )
    standing.ordered = [*standing.ordered[1 - _REMEMBERED :], ordered]


def _predicted(body: Json) -> dict[str, Any]:
    """What the proposal foretold, as it is told with its action."""
    proposal = part(body, "proposal")
    interval = numbers(proposal.get("predicted_outage_interval"))
    low, high = interval if len(interval) == 2 else (None, None)
    return {
        "origin": configuration_json(configuration(body, "origin")),
        "target": configuration_json(configuration(proposal, "target")),
        "path": text(proposal, "path"),
        "predicted_outage_seconds": number(proposal, "predicted_outage_seconds"),
        "predicted_outage_p05_seconds": low,
        "predicted_outage_p95_seconds": high,
        "predicted_catch_up_seconds": number(proposal, "predicted_catch_up_seconds"),
    }


def _recommend(standing: Standing, entry: Entry, known: LastDecision, out: Folded) -> None:
    """The first of several decisions in a row that recommend the same."""
    if entry.actor not in OWN_ACTORS and not known.execute:
        return  # a person's dry run is nobody's recommendation
    told = truth(entry.body, "approval") is not True and not known.execute
    if told and known.target != standing.recommended:
        event = event_of(
            entry,
            known.sentence,
            reason=known.reason,
            target=configuration_json(known.target),
        )
        out.tell(EventKind.RECOMMENDATION, replace(event, decision=known.id))
    standing.recommended = known.target if told else None


def fold_control(standing: Standing, entry: Entry, out: Folded) -> None:
    """A CONTROL entry: a question to a person, an answer, the kill switch, or a note."""
    body = entry.body
    event = text(body, "event")
    told = event_of(entry, words(body, "sentence"))
    if event == "approval-asked":
        standing.pending = Pending(
            decision=words(body, "decision"),
            entry=entry.id,
            since=entry.time,
            until=moment(body, "until"),
            default=text(body, "default"),
            sentence=told.sentence,
        )
        told.facts.update(until=text(body, "until"), default=text(body, "default"))
        out.tell(EventKind.APPROVAL_ASKED, told)
    elif event == "approval-answered":
        if standing.pending and standing.pending.decision == text(body, "decision"):
            standing.pending = None
        told.facts.update(answer=text(body, "answer"), by=text(body, "answered_by"))
        out.tell(EventKind.APPROVAL_ANSWERED, told)
    elif event == "kill-switch":
        thrown = truth(body, "on") is True
        standing.switches[words(body, "scope")] = Switched(
            on=thrown, at=entry.time, actor=entry.actor, sentence=told.sentence
        )
        told.facts.update(on=thrown, scope=text(body, "scope"))
        out.tell(EventKind.SWITCH, told)
    elif told.sentence:
        out.tell(EventKind.NOTE, told)
