"""Folds what was done to a job, and what came of it."""

from dataclasses import replace

from horae.domain.action import OutcomeResult
from horae.ledger.records import Entry
from horae.story.decision.reading import moment, number, text, words
from horae.story.index.folded import Folded, configuration_json, event_of
from horae.story.index.looks import enter
from horae.story.index.reading import configuration
from horae.story.index.standing import Open, Standing
from horae.story.timeline_values import EventKind

_LEFT_RUNNING = (OutcomeResult.DONE, OutcomeResult.ROLLED_BACK)


def fold_intention(standing: Standing, entry: Entry, out: Folded) -> None:
    """An INTENTION entry: an action begins, and the recovery of the one before counts no more."""
    action = words(entry.body, "action_id")
    told = event_of(entry, words(entry.body, "sentence"))
    ordered = next((one for one in standing.ordered if one.decision == action), None)
    if ordered is not None:
        told = replace(told, facts=dict(ordered.facts), lag_limit=ordered.lag_limit)
        standing.ordered = [one for one in standing.ordered if one.decision != action]
    standing.action = replace(told, decision=action)
    standing.recovering, standing.acted = None, True
    out.tell(EventKind.ACTION, standing.action)


def fold_outcome(standing: Standing, entry: Entry, out: Folded) -> None:
    """An OUTCOME entry: an action ended."""
    body = entry.body
    ended = moment(body, "ended_at") or entry.time
    action = _begun(standing, entry)
    result = words(body, "result")
    reached = configuration(body, "reached")
    if reached is None and result == OutcomeResult.DONE:
        reached = configuration(body, "target")
    action.facts.update(
        result=result,
        path=text(body, "path"),
        target=configuration_json(configuration(body, "target")),
        reached=configuration_json(reached),
        outage_seconds=number(body, "outage_seconds"),
        outcome=entry.id,
    )
    action = replace(action, until=ended, sentence=words(body, "sentence"))
    out.tell(EventKind.ACTION, action)
    standing.action, standing.acted = None, True
    standing.recovering = action if result in _LEFT_RUNNING else None
    if reached is not None:
        enter(standing, entry, reached, ended, out)


def _begun(standing: Standing, entry: Entry) -> Open:
    """The action that the outcome is of; one whose begin is not told begins with it."""
    action = words(entry.body, "action_id")
    if standing.action is not None and standing.action.decision == action:
        return standing.action
    begun = moment(entry.body, "started_at") or entry.time
    return replace(event_of(entry, ""), decision=action, at=begun)


def fold_external_change(_standing: Standing, entry: Entry, out: Folded) -> None:
    """An EXTERNAL_CHANGE entry; the look that noticed it tells what the job runs in now."""
    out.tell(EventKind.EXTERNAL_CHANGE, event_of(entry, words(entry.body, "sentence")))


def fold_refusal(_standing: Standing, entry: Entry, out: Folded) -> None:
    """A REFUSAL entry."""
    out.tell(EventKind.REFUSAL, event_of(entry, words(entry.body, "sentence")))


def fold_promotion(standing: Standing, entry: Entry, out: Folded) -> None:
    """A PROMOTION entry; one that leaves the champion in charge is no event."""
    winner = text(entry.body, "winner")
    if winner is None:
        return
    standing.champion = winner
    if winner != text(entry.body, "champion"):
        told = event_of(entry, words(entry.body, "sentence"), winner=winner)
        out.tell(EventKind.PROMOTION, told)
