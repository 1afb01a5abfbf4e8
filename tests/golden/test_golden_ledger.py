import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from make_ledger import DUMP, HEADS, drafts, made

from horae.ledger.audit import audit, require_whole
from horae.ledger.exported_heads import read_heads
from horae.ledger.opening import open_ledger
from horae.ledger.sql import SqlLedger


@pytest.fixture
def ledger(tmp_path: Path) -> SqlLedger:
    """The golden ledger, in a file of its own."""
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
    return open_ledger(f"sqlite:///{file}", create=False)


def test_first_ledger_still_verifies(ledger: SqlLedger) -> None:
    """Hashes written by the first schema hold, also against the heads exported then."""
    kept = read_heads(HEADS.read_text(encoding="utf-8"), HEADS.name)
    reports = audit(ledger, kept=kept)
    assert {report.chain: report.head for report in reports} == kept
    require_whole(reports)


def test_first_ledger_still_tells_what_it_was_told(ledger: SqlLedger) -> None:
    """Every entry reads back as it was drafted, and appending it again finds it."""
    for draft in drafts():
        entry = ledger.append(draft)
        assert (entry.kind, entry.time, entry.actor) == (draft.kind, draft.time, draft.actor)
        assert (entry.references, entry.body) == (draft.references, draft.body)
    assert {name: head.count for name, head in ledger.heads().items()} == {"tsw": 1, "ysb": 13}


def test_recipe_makes_the_golden_files() -> None:
    """The files beside the recipe are what it makes, byte for byte."""
    dump, heads = made()
    assert dump == DUMP.read_text(encoding="utf-8")
    assert heads == HEADS.read_text(encoding="utf-8")
