"""Reads events out of the index."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from horae.ledger.records import entry_id
from horae.ledger.tables import indexed_events
from horae.story.decision.reading import Json, number, part, text, words
from horae.story.index.folded import milliseconds
from horae.story.index.reading import configuration
from horae.story.timeline_values import ConfigurationStep, Event, EventKind

_EVENT = indexed_events.c


def events_within(
    connection: Connection, job: str, since: datetime, until: datetime, *, most: int
) -> tuple[tuple[Event, ...], int]:
    """Events that began within a time, or lasted into it, oldest first; and how many are left out.

    Configurations are told by `configuration_steps`. The newest are kept.
    """
    begin, end = milliseconds(since), milliseconds(until)
    lasted = (_EVENT.at_ms >= begin) | (_EVENT.until_ms >= begin) | _lasts(begin)
    wanted = (
        (_EVENT.chain == job)
        & (_EVENT.kind != EventKind.CONFIGURATION.value)
        & (_EVENT.at_ms < end)
        & lasted
    )
    newest = (
        select(indexed_events).where(wanted).order_by(_EVENT.at_ms.desc(), _EVENT.number.desc())
    )
    found = connection.execute(newest.limit(most)).all()
    count = len(found)
    if count == most:
        every = select(func.count()).select_from(indexed_events).where(wanted)
        count = connection.execute(every).scalar_one()
    return tuple(map(_event, reversed(found))), count - len(found)


def events_of(
    connection: Connection, job: str, kind: EventKind, *, most: int
) -> tuple[Event, ...]:
    """The newest events of a kind, newest first."""
    wanted = select(indexed_events).where(_EVENT.chain == job, _EVENT.kind == kind.value)
    newest = wanted.order_by(_EVENT.at_ms.desc(), _EVENT.number.desc()).limit(most)
    return tuple(map(_event, connection.execute(newest)))


def configuration_steps(
    connection: Connection, job: str, since: datetime, until: datetime
) -> tuple[ConfigurationStep, ...]:
    """What the job ran in, from the newest step before a time on; oldest first."""
    ours = (_EVENT.chain == job) & (_EVENT.kind == EventKind.CONFIGURATION.value)
    begin, end = milliseconds(since), milliseconds(until)
    before = select(indexed_events).where(ours, _EVENT.at_ms <= begin)
    newest_before = before.order_by(_EVENT.at_ms.desc(), _EVENT.number.desc()).limit(1)
    within = select(indexed_events).where(ours, _EVENT.at_ms > begin, _EVENT.at_ms < end)
    rows = [
        *connection.execute(newest_before),
        *connection.execute(within.order_by(_EVENT.at_ms, _EVENT.number)),
    ]
    steps = [_step(row) for row in rows]
    return tuple(step for step in steps if step is not None)


def _lasts(begin: int) -> Any:
    """Has begun before, and has not ended: only of kinds that last."""
    lasting = (EventKind.ACTION, EventKind.DOWN, EventKind.NO_ANSWER)
    kinds = _EVENT.kind.in_([kind.value for kind in lasting])
    return kinds & _EVENT.until_ms.is_(None) & (_EVENT.at_ms < begin)


def _event(row: Row[Any]) -> Event:
    told: Json = json.loads(row.told)
    return Event(
        kind=EventKind(row.kind),
        entry=entry_id(row.chain, row.number),
        at=_moment(row.at_ms),
        until=None if row.until_ms is None else _moment(row.until_ms),
        sentence=words(told, "sentence"),
        actor=words(told, "actor"),
        decision=text(told, "decision"),
        facts=dict(part(told, "facts")),
    )


def _step(row: Row[Any]) -> ConfigurationStep | None:
    facts = part(json.loads(row.told), "facts")
    found = configuration(facts, "configuration")
    if found is None:
        return None
    return ConfigurationStep(
        at=_moment(row.at_ms),
        configuration=found,
        money_per_hour=number(facts, "money_per_hour"),
        entry=entry_id(row.chain, row.number),
    )


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1_000, UTC)
