"""Folds entries into how a job stands, and into the rows that follow from them."""

import json
import re
from collections.abc import Callable, Iterable

from horae.errors import LedgerBroken, LedgerError
from horae.ledger.records import Entry, EntryKind
from horae.ledger.stored_entry import StoredEntry, unpacked
from horae.story.index.actions import (
    fold_external_change,
    fold_intention,
    fold_outcome,
    fold_promotion,
    fold_refusal,
)
from horae.story.index.decisions import fold_control, fold_decision
from horae.story.index.folded import Folded
from horae.story.index.looks import fold_forecast, fold_look
from horae.story.index.standing import Standing

FORM = 3
"""Form of the index. Whoever changes what is folded, or into what, adds one: every index of
another form is made anew by whoever finds it."""

_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
"""What may be half a character; `canonical_json` escapes none."""

_FOLDS: dict[str, Callable[[Standing, Entry, Folded], None]] = {
    EntryKind.WINDOW: fold_look,
    EntryKind.FORECAST: fold_forecast,
    EntryKind.DECISION: fold_decision,
    EntryKind.INTENTION: fold_intention,
    EntryKind.OUTCOME: fold_outcome,
    EntryKind.EXTERNAL_CHANGE: fold_external_change,
    EntryKind.PROMOTION: fold_promotion,
    EntryKind.CONTROL: fold_control,
    EntryKind.REFUSAL: fold_refusal,
}
"""Kinds that the index tells of; all others are passed over unread."""


def _readable(stored: StoredEntry) -> Entry:
    """The entry, if its texts can be kept as texts.

    Raises:
        UnicodeEncodeError: Half a character is in it, be it as such or escaped.
        LedgerBroken: It cannot be read.
    """
    entry = unpacked(stored)
    texts = (stored.identity, stored.actor, stored.references, stored.body)
    for text in texts:
        text.encode()
    if any(_ESCAPED.search(text) for text in texts):
        json.dumps([entry.references, entry.body], ensure_ascii=False).encode()
    return entry


def fold(standing: Standing, entries: Iterable[StoredEntry], out: Folded) -> None:
    """Fold the next entries of a chain, in order.

    An entry that cannot be read, since nobody of Horae wrote it like that, is counted and passed
    over: `verify` is who judges it.
    """
    for stored in entries:
        fold_one = _FOLDS.get(stored.kind)
        if fold_one is None:
            continue
        try:
            fold_one(standing, _readable(stored), out)
        except (
            LedgerBroken,
            LedgerError,
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ):
            standing.unreadable += 1
