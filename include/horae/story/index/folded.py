"""Rows that follow from some entries of one chain, to be put into the index's tables."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from horae.control.entries import to_body
from horae.domain.configuration import Configuration
from horae.ledger.canonical import canonical_json
from horae.ledger.records import Entry
from horae.story.index.standing import Open
from horae.story.timeline_values import EventKind

Row = dict[str, Any]
"""Column to value."""


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return round(moment.timestamp() * 1_000)


@dataclass(slots=True, kw_only=True)
class Folded:
    """Rows, in the order of the entries.

    Attributes:
        chain: The job.
        looks: Rows of `indexed_looks`.
        decisions: Rows of `indexed_decisions`.
        events: Number and kind to the row of `indexed_events`: the newest word on an event.
    """

    chain: str
    looks: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    events: dict[tuple[int, EventKind], Row] = field(default_factory=dict)

    def tell(self, kind: EventKind, told: Open) -> None:
        """Keep an event; what was said of it before is replaced."""
        self.events[told.number, kind] = {
            "chain": self.chain,
            "number": told.number,
            "kind": kind.value,
            "at_ms": milliseconds(told.at),
            "until_ms": None if told.until is None else milliseconds(told.until),
            "told": canonical_json(
                {
                    "sentence": told.sentence,
                    "actor": told.actor,
                    "decision": told.decision,
                    "facts": told.facts,
                }
            ),
        }


def event_of(entry: Entry, sentence: str, **facts: Any) -> Open:
    """An event that begins with an entry."""
    decision = entry.references.get("decision")
    return Open(
        number=entry.number,
        at=entry.time,
        sentence=sentence,
        actor=entry.actor,
        decision=decision if isinstance(decision, str) else None,
        facts=facts,
    )


def configuration_json(configuration: Configuration | None) -> dict[str, Any] | None:
    """As it is told with an event."""
    return None if configuration is None else to_body(configuration)
