"""Reads values of the domain out of an entry's body; one that is not as it must be is None."""

from collections.abc import Mapping

from pydantic import ValidationError

from horae.control.entries import from_body
from horae.domain.configuration import Configuration
from horae.errors import LedgerBroken
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind
from horae.story.decision.reading import Json, part


def configuration(body: Json, name: str) -> Configuration | None:
    """A configuration that can be reckoned with."""
    try:
        found = from_body(Configuration, part(body, name))
    except ValidationError:
        return None
    return found if found.parallelism >= 1 and found.slots >= 1 else None


def newest(ledger: Ledger, job: str, kind: EntryKind, *, limit: int) -> list[Entry]:
    """The newest entries of a kind, newest first, up to the first that cannot be read."""
    found: list[Entry] = []
    try:
        for entry in ledger.read(job, kinds=[kind], limit=limit, newest_first=True):
            if not isinstance(entry.body, Mapping):
                break
            found.append(entry)
    except LedgerBroken:
        pass  # counted by the index, and named by `verify`
    return found
