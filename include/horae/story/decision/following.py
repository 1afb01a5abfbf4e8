"""What came after a decision, from its entries."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import takewhile

from horae.domain.configuration import Configuration
from horae.ledger.records import Entry, EntryKind
from horae.story.decision import reading as read
from horae.story.decision.done import After, LookAfter, Told
from horae.story.decision.gathered import Gathered, decision_id

SHOWN = 12
"""Looks that a story shows: enough to see whether it helped."""


def looks_told(found: Gathered) -> tuple[LookAfter, ...]:
    """Every look that was read after the decision, oldest first."""
    believed = _evidence_by_window(found)
    return tuple(_look(entry, believed) for entry in found.looks)


def after_told(found: Gathered, looks: tuple[LookAfter, ...]) -> After:
    """What came after a decision, or after its action where there was one.

    Args:
        found: Its entries.
        looks: By `looks_told`.
    """
    since = found.outcome.number if found.outcome else found.decision.number
    later = tuple(
        look for entry, look in zip(found.looks, looks, strict=True) if entry.number > since
    )
    undone, moved_on = _left(found)
    return After(
        looks=later[:SHOWN],
        next_decision=told(found.decisions[0]) if found.decisions else None,
        next_action=told(found.begun[0]) if found.begun else None,
        undone=undone,
        moved_on=moved_on,
        newest=_look(found.newest, _evidence_by_window(found)) if found.newest else None,
        there=_last_there(later, left_in(found.outcome)) if found.outcome else None,
    )


def _last_there(looks: tuple[LookAfter, ...], reached: Configuration | None) -> LookAfter | None:
    """The last look with a latency before the job was seen in something else."""
    there = takewhile(lambda look: look.configuration in (None, reached), looks)
    return next((look for look in [*there][::-1] if look.latency_seconds is not None), None)


def _evidence_by_window(found: Gathered) -> Mapping[str, read.Json]:
    """Window to what the decision on it measured: what looks without figures are told by."""
    return {
        one.references["window"]: read.part(one.body, "evidence")
        for one in found.decisions
        if "window" in one.references
    }


def _look(entry: Entry, believed: Mapping[str, read.Json]) -> LookAfter:
    body = entry.body
    figures = read.part(body, "figures")
    other = {} if figures else believed.get(read.words(body, "window"), {})
    return LookAfter(
        entry=entry.id,
        at=read.moment(body, "collected_at") or entry.time,
        configuration=read.configuration(body, "configuration"),
        presence=read.text(body, "presence"),
        load=read.number(figures or other, "load_records_per_second"),
        latency_seconds=_either(figures, "latency_seconds", other, "backlog_age_seconds"),
        lag_records=read.number(figures or other, "lag_records"),
        broken_seconds=read.number(figures, "broken_seconds"),
        observed_seconds=read.number(figures, "observed_seconds"),
        limit_seconds=read.number(figures, "latency_limit_seconds"),
    )


def _either(figures: read.Json, name: str, other: read.Json, other_name: str) -> float | None:
    return read.number(figures, name) if figures else read.number(other, other_name)


def _left(found: Gathered) -> tuple[Told | None, Told | None]:
    """What took the job out of the action's target: back to its origin, or to something else."""
    reached = left_in(found.outcome) if found.outcome else None
    if found.outcome is None or reached is None:
        return None, None
    origin = read.configuration(found.outcome.body, "origin")
    for entry, configuration in _moves(found.left):
        if configuration == reached:
            continue
        left = told(_begin_of(entry, found) or entry, at=entry.time)
        return (left, None) if configuration == origin else (None, left)
    return None, None


def _moves(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, Configuration]]:
    """Entries that tell of a job in another configuration, with that configuration."""
    for entry in entries:
        changed = entry.kind is EntryKind.EXTERNAL_CHANGE
        now = read.configuration(entry.body, "after") if changed else left_in(entry)
        if now is not None:
            yield entry, now


def left_in(outcome: Entry) -> Configuration | None:
    """What an action left the job in; None: nothing that is known, or it was not touched."""
    reached = read.configuration(outcome.body, "reached")
    if reached is None and outcome.body.get("result") == "done":
        return read.configuration(outcome.body, "target")
    return reached


def _begin_of(entry: Entry, found: Gathered) -> Entry | None:
    """The begin of the action that an outcome ends, which says why it was done."""
    return next((one for one in found.begun if decision_id(one) == decision_id(entry)), None)


def told(entry: Entry, *, at: datetime | None = None) -> Told:
    """An entry in a line.

    Args:
        entry: The entry.
        at: When, if not when it was recorded.
    """
    belongs = entry.kind in (EntryKind.DECISION, EntryKind.INTENTION, EntryKind.OUTCOME)
    return Told(
        entry=entry.id,
        kind=entry.kind.value,
        at=at or entry.time,
        decision=decision_id(entry) if belongs else None,
        verb=read.text(entry.body, "verb"),
        reason=read.text(entry.body, "reason"),
        sentence=read.words(entry.body, "sentence"),
    )
