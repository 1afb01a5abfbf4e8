"""An audit fails where the ledger does not hold, and keeps the heads where it does."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from control_builders import NOON
from horae.control.audit import audit_ledger, heads_file
from horae.control.entries import draft
from horae.domain.clock import ManualClock
from horae.errors import LedgerBroken, SettingsError
from horae.ledger.exported_heads import read_heads
from horae.ledger.ledger import Ledger
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind

CLOCK = ManualClock(NOON)


def append(ledger: Ledger, *keys: str) -> None:
    """An entry for each key."""
    for key in keys:
        body = {"told": key}
        ledger.append(draft(EntryKind.WINDOW, job="ysb", key=key, at=NOON, body=body))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The ledger's file."""
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(file: Path) -> Ledger:
    """Three entries of one job."""
    ledger = open_ledger(f"sqlite:///{file}")
    append(ledger, "a", "b", "c")
    return ledger


def by_hand(file: Path, statement: str) -> None:
    """What somebody does who removes the triggers first."""
    with closing(sqlite3.connect(file)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement)
        connection.commit()


def test_a_whole_ledger_is_verified_and_its_heads_are_kept(ledger: Ledger, file: Path) -> None:
    """The sentence counts, and the kept file names the last entry."""
    kept = file.parent / "kept" / "heads.json"
    assert audit_ledger(ledger, kept, CLOCK) == "3 entries in 1 chains hold"
    heads = read_heads(kept.read_text(), "kept")
    assert heads == ledger.heads()
    assert heads["ysb"].count == 3


def test_it_may_be_repeated_while_the_ledger_grows(ledger: Ledger, file: Path) -> None:
    """The kept heads are those of an earlier state of the same chain, and move on."""
    kept = file.parent / "heads.json"
    audit_ledger(ledger, kept, CLOCK)
    append(ledger, "d")
    assert audit_ledger(ledger, kept, CLOCK) == "4 entries in 1 chains hold"
    assert read_heads(kept.read_text(), "kept")["ysb"].count == 4


def test_an_empty_ledger_holds(tmp_path: Path) -> None:
    """Before the first entry there is nothing to break."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'empty.db'}")
    assert audit_ledger(ledger, tmp_path / "heads.json", CLOCK) == "0 entries in 0 chains hold"


def test_a_changed_entry_is_named(ledger: Ledger, file: Path) -> None:
    """Changed with the database's own tools: the audit fails and says which entry it was."""
    by_hand(file, "UPDATE ledger_entry SET actor = 'eve' WHERE number = 2")
    with pytest.raises(LedgerBroken, match="ysb:2 changed"):
        audit_ledger(ledger, file.parent / "heads.json", CLOCK)


def test_a_broken_ledger_keeps_no_new_heads(ledger: Ledger, file: Path) -> None:
    """What was kept before stays, to compare with."""
    kept = file.parent / "heads.json"
    audit_ledger(ledger, kept, CLOCK)
    before = kept.read_text()
    by_hand(file, "UPDATE ledger_entry SET actor = 'eve' WHERE number = 2")
    with pytest.raises(LedgerBroken):
        audit_ledger(ledger, kept, CLOCK)
    assert kept.read_text() == before


def test_a_ledger_written_anew_is_recognised_by_the_kept_heads(
    ledger: Ledger, file: Path, tmp_path: Path
) -> None:
    """Whole in itself, but not the one that was audited before."""
    kept = file.parent / "heads.json"
    audit_ledger(ledger, kept, CLOCK)
    forged = open_ledger(f"sqlite:///{tmp_path / 'forged.db'}")
    append(forged, "x", "y", "z")
    with pytest.raises(LedgerBroken, match="ysb:3"):
        audit_ledger(forged, kept, CLOCK)


def test_a_chain_that_was_cut_is_recognised_by_the_kept_heads(
    ledger: Ledger, file: Path, tmp_path: Path
) -> None:
    """The missing entries are named by the first one."""
    kept = file.parent / "heads.json"
    audit_ledger(ledger, kept, CLOCK)
    shorter = open_ledger(f"sqlite:///{tmp_path / 'shorter.db'}")
    append(shorter, "a", "b")
    with pytest.raises(LedgerBroken, match="ysb:3"):
        audit_ledger(shorter, kept, CLOCK)


def test_kept_heads_that_cannot_be_read_fail_the_audit(ledger: Ledger, file: Path) -> None:
    """An altered file is no reason to trust the ledger."""
    kept = file.parent / "heads.json"
    kept.write_text("{}")
    with pytest.raises(SettingsError, match="heads"):
        audit_ledger(ledger, kept, CLOCK)


def test_each_ledger_has_heads_of_its_own(tmp_path: Path) -> None:
    """Another database is another ledger; a new password is not."""
    one = heads_file(tmp_path, "postgresql+psycopg://horae:old@db/horae")
    assert one == heads_file(tmp_path, "postgresql+psycopg://horae:new@db/horae")
    assert one != heads_file(tmp_path, "postgresql+psycopg://horae:old@db/other")
