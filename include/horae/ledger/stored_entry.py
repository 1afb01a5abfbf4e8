"""An entry as it lies in a store: columns of text and numbers, and the hash over all of them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from horae.errors import LedgerBroken, LedgerError
from horae.ledger.canonical import canonical_json, read_time, time_text
from horae.ledger.records import Entry, EntryDraft, EntryKind, entry_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """The columns of one entry, exactly as stored; one that was tampered with may hold anything.

    Attributes:
        chain: Name of the chain.
        number: Place in the chain.
        kind: Value of an EntryKind.
        schema_version: Version of the body's form.
        identity: What a retry is recognised by.
        time: Text by `time_text`.
        actor: Who did it.
        references: Canonical JSON.
        body: Canonical JSON.
        previous_hash: Hash of the entry before.
        hash: Hash over all the others.
    """

    chain: str
    number: int
    kind: str
    schema_version: int
    identity: str
    time: str
    actor: str
    references: str
    body: str
    previous_hash: str
    hash: str

    @property
    def id(self) -> str:
        """How others refer to it."""
        return entry_id(self.chain, self.number)


COLUMNS = tuple(column.name for column in fields(StoredEntry))
"""Names of all columns."""


def seal(draft: EntryDraft, *, number: int, previous_hash: str) -> StoredEntry:
    """The draft in its place, with its hash.

    Raises:
        LedgerError: The body or the references are not JSON.
    """
    columns = _columns(draft, number=number, previous_hash=previous_hash)
    return StoredEntry(**columns, hash=digest(columns))


def digest(columns: Mapping[str, object]) -> str:
    """SHA-256 of the canonical JSON of the columns, in hexadecimal.

    Args:
        columns: Every column but `hash`, by name and as stored: the body is one text in it, so
            that not even a space in it can be changed.

    Raises:
        LedgerError: A column holds what JSON does not have.
    """
    return hashlib.sha256(canonical_json(columns).encode()).hexdigest()


def columns_under_hash(stored: StoredEntry) -> Mapping[str, object]:
    """Every column that the hash covers, by name."""
    return {name: getattr(stored, name) for name in COLUMNS if name != "hash"}


def is_sealed(stored: StoredEntry) -> bool:
    """Whether the hash belongs to the other columns."""
    try:
        return digest(columns_under_hash(stored)) == stored.hash
    except LedgerError:
        return False


def unpacked(stored: StoredEntry) -> Entry:
    """The entry that the columns hold; the hash is not checked.

    Raises:
        LedgerBroken: A column cannot be read, so it was not written by `seal`.
    """
    try:
        return Entry(
            chain=stored.chain,
            number=stored.number,
            kind=EntryKind(stored.kind),
            schema_version=stored.schema_version,
            identity=stored.identity,
            time=read_time(stored.time),
            actor=stored.actor,
            references=json.loads(stored.references),
            body=json.loads(stored.body),
            previous_hash=stored.previous_hash,
            hash=stored.hash,
        )
    except (ValueError, TypeError, LedgerError) as error:
        raise LedgerBroken(
            f"entry {stored.id} cannot be read ({error}); it was not written like this: run "
            "`horae ledger verify`, and take the ledger from a backup"
        ) from error


def bears_its_hash(entry: Entry) -> bool:
    """Whether what the entry tells belongs to its hash; `verify` also compares every space."""
    columns = _columns(entry, number=entry.number, previous_hash=entry.previous_hash)
    return digest(columns) == entry.hash


def _columns(told: EntryDraft | Entry, *, number: int, previous_hash: str) -> dict[str, Any]:
    """Every column that the hash covers, by name."""
    return {
        "chain": told.chain,
        "number": number,
        "kind": told.kind.value,
        "schema_version": told.schema_version,
        "identity": told.identity,
        "time": time_text(told.time),
        "actor": told.actor,
        "references": canonical_json(told.references),
        "body": canonical_json(told.body),
        "previous_hash": previous_hash,
    }
