"""Which decision an entry belongs to."""

from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind
from horae.story.decision.gathered import decision_id
from horae.story.decision.telling import TOLD

_BEFORE = {
    EntryKind.WINDOW: "window",
    EntryKind.VERDICT: "verdict",
    EntryKind.FORECAST: "forecast",
    EntryKind.MODEL: "model",
}
"""Kinds that a decision rests on, with the name of the reference that it has of them."""

SOON = 4
"""Decisions after an entry among which the one that rests on it must be."""


def decision_of(ledger: Ledger, entry: Entry) -> str | None:
    """Id of the decision that an entry belongs to; None: to none, or to none that is near.

    It is the decision itself, what it rests on, what was asked about it, or its action.

    Raises:
        LedgerBroken: An entry cannot be read.
        Unavailable: The ledger cannot be reached.
    """
    if entry.kind in TOLD:
        return decision_id(entry)
    if entry.kind in _BEFORE:
        return _resting_on(ledger, entry)
    named = entry.references.get("decision") or entry.body.get("action_id")
    known = isinstance(named, str) and ledger.find(entry.chain, f"{EntryKind.DECISION}:{named}")
    return str(named) if known else None


def _resting_on(ledger: Ledger, entry: Entry) -> str | None:
    """The next decision that names this entry, or the window that it gave."""
    name = _BEFORE[entry.kind]
    own = entry.id if entry.kind is not EntryKind.WINDOW else entry.references.get("window")
    later = ledger.read(entry.chain, after=entry.number, kinds=[EntryKind.DECISION], limit=SOON)
    return next(
        (decision_id(one) for one in later if own and one.references.get(name) == own), None
    )
