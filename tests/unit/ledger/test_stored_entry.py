import hashlib
import json
from dataclasses import replace

import pytest
from ledger_drafts import a_chain, a_draft

from horae.errors import LedgerBroken
from horae.ledger.hash_chain import GENESIS
from horae.ledger.stored_entry import COLUMNS, bears_its_hash, is_sealed, seal, unpacked


def test_hash_is_sha256_of_the_columns_as_json() -> None:
    """Anybody can recompute it with two standard tools, without Horae."""
    stored = seal(a_draft(), number=1, previous_hash=GENESIS)
    columns = {
        "actor": "horae",
        "body": '{"sentence":"Hold in cycle-1."}',
        "chain": "ysb",
        "identity": "cycle-1",
        "kind": "decision",
        "number": 1,
        "previous_hash": "0" * 64,
        "references": '{"window":"w-1"}',
        "schema_version": 1,
        "time": "2026-01-31T12:00:00.000000Z",
    }
    text = json.dumps(columns, sort_keys=True, separators=(",", ":"))
    assert stored.hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("column", COLUMNS)
def test_hash_covers_every_column(column: str) -> None:
    """A change of any column shows, whatever it is changed to."""
    stored = seal(a_draft(), number=1, previous_hash=GENESIS)
    assert is_sealed(stored)
    for value in ("other", 7, None, b"\xff", f"{getattr(stored, column)} "):
        assert not is_sealed(replace(stored, **{column: value}))


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "gossip"), ("time", "noon"), ("body", "{"), ("references", None)],
)
def test_unreadable_column_is_a_broken_ledger(column: str, value: object) -> None:
    """The message names the entry and what to do."""
    stored = a_chain(3)[0][1]
    with pytest.raises(LedgerBroken, match=r"entry ysb:2 cannot be read .* `horae ledger verify`"):
        unpacked(replace(stored, **{column: value}))


def test_entry_that_was_changed_does_not_bear_its_hash() -> None:
    """An entry unpacked from a changed body is recognised without its chain."""
    stored = a_chain(1)[0][0]
    assert bears_its_hash(unpacked(stored))
    assert not bears_its_hash(unpacked(replace(stored, body="{}")))
