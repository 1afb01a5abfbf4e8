import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_drafts import a_draft

from horae.errors import LedgerBroken, LedgerError, Unavailable
from horae.ledger.audit import audit
from horae.ledger.database import Database
from horae.ledger.hash_chain import Damage
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind
from horae.ledger.sql import SqlLedger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The ledger's file."""
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(file: Path) -> SqlLedger:
    """A ledger of five entries."""
    ledger = open_ledger(f"sqlite:///{file}")
    for number in range(1, 6):
        ledger.append(a_draft(f"e-{number}"))
    return ledger


def by_hand(file: Path, *statements: str) -> None:
    """What somebody with a SQLite shell does."""
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET body = '{}' WHERE number = 2",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_head",
    ],
)
def test_database_refuses_to_change_an_entry(
    ledger: SqlLedger, file: Path, statement: str
) -> None:
    """Triggers refuse every statement that would change or remove what was recorded."""
    with pytest.raises(sqlite3.IntegrityError, match="of the ledger is never"):
        by_hand(file, statement)
    assert audit(ledger)[0].breaks == ()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE ledger_entry SET body = '{}' WHERE number = 2", [(2, Damage.CHANGED)]),
        ("UPDATE ledger_entry SET body = body || ' ' WHERE number = 2", [(2, Damage.CHANGED)]),
        (
            "UPDATE ledger_entry SET body = CAST(x'ff' AS TEXT) WHERE number = 2",
            [(2, Damage.CHANGED)],
        ),
        ("UPDATE ledger_entry SET actor = x'00' WHERE number = 2", [(2, Damage.CHANGED)]),
        ("DELETE FROM ledger_entry WHERE number = 3", [(3, Damage.MISSING)]),
        ("DELETE FROM ledger_entry WHERE number > 3", [(4, Damage.CUT)]),
        ("DELETE FROM ledger_entry", [(1, Damage.CUT)]),
        ("DELETE FROM ledger_head", [(5, Damage.HEAD)]),
        (
            "UPDATE ledger_entry SET number = 'two' WHERE number = 2",
            [(2, Damage.MISSING), (6, Damage.ADDED)],
        ),
    ],
)
def test_what_was_changed_without_the_triggers_is_named(
    ledger: SqlLedger, file: Path, statement: str, expected: list[tuple[int, Damage]]
) -> None:
    """Somebody who drops the triggers first is found out all the same."""
    by_hand(
        file,
        "DROP TRIGGER ledger_entry_refuses_update",
        "DROP TRIGGER ledger_entry_refuses_delete",
        "DROP TRIGGER ledger_head_refuses_delete",
        statement,
    )
    (report,) = audit(ledger)
    assert [(found.number, found.damage) for found in report.breaks] == expected


def test_chain_renamed_by_hand_is_missed_and_found(ledger: SqlLedger, file: Path) -> None:
    """The old name has lost its entries, the new one has no head and entries of another name."""
    by_hand(
        file,
        "DROP TRIGGER ledger_entry_refuses_update",
        "UPDATE ledger_entry SET chain = 'forged' WHERE number > 4",
    )
    forged, genuine = audit(ledger)
    assert [found.damage for found in genuine.breaks] == [Damage.CUT]
    assert {found.damage for found in forged.breaks} >= {Damage.MISSING, Damage.CHANGED}


def test_unreadable_entry_stops_its_reader(ledger: SqlLedger, file: Path) -> None:
    """An entry that cannot be read is an error that names it, not an entry left out."""
    by_hand(
        file,
        "DROP TRIGGER ledger_entry_refuses_update",
        "UPDATE ledger_entry SET kind = 'gossip' WHERE number = 2",
    )
    with pytest.raises(LedgerBroken, match="ysb:2"):
        list(ledger.read("ysb"))


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("page", [1, 2, 5, 6])
def test_pages_join_without_seam(
    ledger: SqlLedger, file: Path, page: int, newest_first: bool
) -> None:
    """Reading page by page gives every entry once, in order, whatever fits into a page."""
    ledger.append(a_draft("e-6", kind=EntryKind.WINDOW))
    paged = SqlLedger(Database(f"sqlite:///{file}"), page=page)
    expected = sorted(range(1, 7), reverse=newest_first)
    assert [entry.number for entry in paged.read("ysb", newest_first=newest_first)] == expected
    both = [EntryKind.WINDOW, EntryKind.DECISION]
    read = paged.read("ysb", kinds=both, newest_first=newest_first)
    assert [entry.number for entry in read] == expected


def test_undone_append_leaves_nothing(file: Path, ledger: SqlLedger) -> None:
    """An append that the database refuses half way leaves entries and head as they were."""
    by_hand(
        file,
        "CREATE TRIGGER full BEFORE UPDATE ON ledger_head "
        "BEGIN SELECT RAISE(ABORT, 'no more'); END",
    )
    with pytest.raises(LedgerError, match="no more"):
        ledger.append(a_draft("e-6"))
    assert ledger.heads()["ysb"].count == 5
    assert audit(ledger)[0].breaks == ()


def test_ledger_works_again_when_the_database_is_back(ledger: SqlLedger, file: Path) -> None:
    """Gone: Unavailable with advice; back: the same ledger object goes on."""
    away = file.with_suffix(".away")
    file.rename(away)
    file.mkdir()
    with pytest.raises(Unavailable, match="check that the database runs"):
        ledger.append(a_draft("e-6"))
    file.rmdir()
    away.rename(file)
    assert ledger.append(a_draft("e-6")).number == 6
