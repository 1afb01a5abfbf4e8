"""How old a job's models are and how right they were: told from the index and the newest entries.

A prediction counts as right where what came lay between its quantiles; a model that is right about
its own doubt is so in nine of ten cases.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, func, select

from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind
from horae.ledger.tables import indexed_looks
from horae.story.decision.reading import figures, number, part, text, words
from horae.story.fleet import AT_ONCE
from horae.story.index.events import events_of
from horae.story.index.keeping import catch_up, database_of, standings
from horae.story.index.reading import configuration, newest
from horae.story.models_values import (
    Calibration,
    ModelsStory,
    ModelTold,
    Prediction,
    Rival,
)
from horae.story.timeline_values import Event, EventKind

MOST_ACTIONS = 200
"""Newest actions that are told and counted: what was long ago, other models foretold."""

MEETINGS = 40
"""Newest meetings of forecasters that are looked at: a few rounds of all of them."""

NOMINAL = 0.9
"""Share of outcomes that lie between a 5 % and a 95 % quantile."""

_MODELS = ("capacity", "recovery", "outage")


def models_story(ledger: Ledger, job: str, *, now: datetime) -> ModelsStory:
    """The models of a job; of an unknown one nothing is told.

    Args:
        ledger: The ledger; its index is brought up to date, as far as that takes no second.
        job: The job's name.
        now: The present.

    Raises:
        LedgerError: The ledger is in memory, or cannot be read.
        Unavailable: It cannot be reached.
    """
    catch_up(ledger, job, most=AT_ONCE)
    with database_of(ledger).reading() as connection:
        actions = events_of(connection, job, EventKind.ACTION, most=MOST_ACTIONS)
        promoted = events_of(connection, job, EventKind.PROMOTION, most=1)
        kept = dict(standings(connection, [job])).get(job)
        loads, since = _loads(connection, job)
    fitted = newest(ledger, job, EntryKind.MODEL, limit=1)
    ended = [action for action in actions if "result" in action.facts]
    outages = tuple(map(_outage, ended))
    catch_ups = tuple(map(_catch_up, ended))
    return ModelsStory(
        job=job,
        version=_version(fitted),
        models=tuple(_models(fitted, now)),
        proven_load=number(fitted[0].body, "proven_load") if fitted else None,
        champion=kept.standing.champion if kept else None,
        champion_since=promoted[0].at if promoted else None,
        rivals=_rivals(newest(ledger, job, EntryKind.PROMOTION, limit=MEETINGS)),
        outages=outages,
        outage_calibration=_calibration(outages),
        catch_ups=catch_ups,
        catch_up_calibration=_calibration(catch_ups),
        loads=loads,
        loads_since=since,
    )


def _version(fitted: list[Entry]) -> str | None:
    return fitted[0].references.get("job_version") if fitted else None


def _models(fitted: list[Entry], now: datetime) -> Iterable[ModelTold]:
    for entry in fitted:
        for name in _MODELS:
            told = figures(part(entry.body, name))
            if told:
                yield ModelTold(
                    name=name,
                    entry=entry.id,
                    at=entry.time,
                    age_seconds=(now - entry.time).total_seconds(),
                    figures=told,
                )


def _outage(action: Event) -> Prediction:
    return _prediction(
        action,
        predicted=number(action.facts, "predicted_outage_seconds"),
        low=number(action.facts, "predicted_outage_p05_seconds"),
        high=number(action.facts, "predicted_outage_p95_seconds"),
        measured=number(action.facts, "outage_seconds"),
    )


def _catch_up(action: Event) -> Prediction:
    return _prediction(
        action,
        predicted=number(action.facts, "predicted_catch_up_seconds"),
        low=None,
        high=None,
        measured=number(action.facts, "catch_up_seconds"),
    )


def _prediction(
    action: Event,
    *,
    predicted: float | None,
    low: float | None,
    high: float | None,
    measured: float | None,
) -> Prediction:
    known = low is not None and high is not None and measured is not None
    return Prediction(
        decision=action.decision or "",
        entry=words(action.facts, "outcome") or action.entry,
        at=action.until or action.at,
        path=words(action.facts, "path"),
        target=configuration(action.facts, "target"),
        result=words(action.facts, "result"),
        predicted=predicted,
        low=low,
        high=high,
        measured=measured,
        inside=low <= measured <= high if known else None,  # type: ignore[operator]
    )


def _calibration(predictions: Iterable[Prediction]) -> Calibration:
    """Of predictions whose outcome is known; without quantiles only their medians are compared."""
    told = [one for one in predictions if one.predicted is not None and one.measured is not None]
    within = [one for one in told if one.inside is not None]
    ratios = [one.measured / one.predicted for one in told if one.predicted and one.measured]
    counted = bool(within)
    return Calibration(
        told=len(within) if counted else len(told),
        inside=sum(one.inside is True for one in within) if counted else None,
        below=sum(one.measured < one.low for one in within) if counted else None,  # type: ignore[operator]
        above=sum(one.measured > one.high for one in within) if counted else None,  # type: ignore[operator]
        nominal=NOMINAL,
        median_ratio=median(ratios) if ratios else None,
    )


def _loads(connection: Connection, job: str) -> tuple[Calibration, datetime | None]:
    """Loads against what was forecast of them."""
    look = indexed_looks.c
    known = (look.chain == job) & look.load.is_not(None) & look.forecast_middle.is_not(None)
    below, above = look.load < look.forecast_low, look.load > look.forecast_high
    wanted = select(
        func.count(),
        func.count().filter(below),
        func.count().filter(above),
        func.min(look.at_ms),
        func.sum(look.load),
        func.sum(look.forecast_middle),
    ).where(known)
    told, low, high, first, load, foretold = connection.execute(wanted).one()
    return (
        Calibration(
            told=told,
            inside=told - low - high,
            below=low,
            above=high,
            nominal=NOMINAL,
            median_ratio=load / foretold if foretold else None,
        ),
        None if first is None else datetime.fromtimestamp(first / 1_000, UTC),
    )


def _rivals(meetings: list[Entry]) -> tuple[Rival, ...]:
    """The newest meeting of each challenger, by pinball loss; those not measured come last."""
    newest: dict[str, Rival] = {}
    for entry in meetings:
        rival = _rival(entry)
        if rival is not None:
            newest.setdefault(rival.name, rival)
    worst = float("inf")
    return tuple(
        sorted(
            newest.values(),
            key=lambda one: (worst if one.pinball is None else one.pinball, one.name),
        )
    )


def _rival(entry: Entry) -> Rival | None:
    body = entry.body
    name = text(body, "challenger")
    if name is None:
        return None
    scores: Mapping[str, Any] = part(body, "challenger_accuracy")
    origins = scores.get("origins")
    return Rival(
        name=name,
        entry=entry.id,
        at=entry.time,
        pinball=number(scores, "pinball"),
        wape=number(scores, "wape"),
        coverage=number(scores, "coverage"),
        origins=len(origins) if isinstance(origins, list) else 0,
        champion_pinball=number(part(body, "champion_accuracy"), "pinball"),
        won=text(body, "winner") == name,
        sentence=words(body, "sentence"),
    )
