"""What happens when an identity comes a second time."""

from horae.errors import LedgerError
from horae.ledger.records import Entry
from horae.ledger.stored_entry import StoredEntry, unpacked

SHOWN = 160
"""Characters of a body in a message."""


def settled(existing: StoredEntry, wanted: StoredEntry) -> Entry:
    """The existing entry, if the wanted one tells the same.

    Raises:
        LedgerError: It tells something else.
    """
    if _told(existing) == _told(wanted):
        return unpacked(existing)
    raise LedgerError(
        f"{wanted.chain}: identity {wanted.identity!r} came again with another content: entry "
        f"{existing.id} is {_shown(existing)}, the new one {_shown(wanted)}; expected the same, "
        "or an identity of its own"
    )


def _told(stored: StoredEntry) -> tuple[str, int, str]:
    return stored.kind, stored.schema_version, stored.body


def _shown(stored: StoredEntry) -> str:
    return f"{stored.kind} (version {stored.schema_version}) {stored.body[:SHOWN]}"
