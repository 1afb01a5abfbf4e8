"""Drafts and chains for the tests of the ledger."""

from datetime import UTC, datetime

from horae.ledger.hash_chain import GENESIS
from horae.ledger.records import EntryDraft, EntryKind, Head
from horae.ledger.stored_entry import StoredEntry, seal

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_draft(identity: str = "cycle-1", **changed: object) -> EntryDraft:
    """A draft of the chain `ysb`."""
    told: dict[str, object] = {
        "chain": "ysb",
        "kind": EntryKind.DECISION,
        "identity": identity,
        "time": NOON,
        "actor": "horae",
        "references": {"window": "w-1"},
        "body": {"sentence": f"Hold in {identity}."},
    }
    return EntryDraft(**(told | changed))  # type: ignore[arg-type]


def a_chain(length: int) -> tuple[list[StoredEntry], Head]:
    """A whole chain and its head."""
    chain: list[StoredEntry] = []
    for number in range(1, length + 1):
        previous = chain[-1].hash if chain else GENESIS
        chain.append(seal(a_draft(f"e-{number}"), number=number, previous_hash=previous))
    return chain, Head(count=length, last_hash=chain[-1].hash)
