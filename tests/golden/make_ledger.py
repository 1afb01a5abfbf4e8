"""Makes ledger_0003.sql and ledger_0003_heads.json: a ledger as the newest schema writes it.

    python tests/golden/make_ledger.py

Entries and hashes are the same each time, so a difference is a change of what ledgers hold; then
keep these files, write new ones under the new schema's number, and let all be read by the tests.
The files of 0001 were made like this before there were leases, those of 0002 before there were
suppositions and the index.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from horae.ledger.exported_heads import heads_text
from horae.ledger.leases import Leases
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryDraft, EntryKind

HERE = Path(__file__).parent
SCHEMAS = ("0001", "0002", "0003")
"""All there were; the recipe makes the last one."""

START = datetime(2026, 1, 31, 8, 0, 0, 250000, tzinfo=UTC)


def drafts() -> list[EntryDraft]:
    """One entry of each kind for `ysb` in the order of the kinds, and one for `tsw`."""
    of_ysb = [
        EntryDraft(
            chain="ysb",
            kind=kind,
            identity=f"{kind}/2026-01-31T08:00Z",
            time=START + timedelta(minutes=minutes),
            actor="horae",
            references={"code_version": "0.1.0", "spec": "sha256:1f"},
            body={
                "sentence": f"A golden {kind}: Ώρα, 5 %.",
                "numbers": [0, -1, 0.1, 1e-9, 1e22, 12345678901234567890],
                "missing": None,
                "nested": {"b": True, "a": [{}]},
            },
        )
        for minutes, kind in enumerate(EntryKind)
    ]
    of_tsw = EntryDraft(
        chain="tsw",
        kind=EntryKind.CONTROL,
        identity="kill-switch/1",
        time=START,
        actor="Zoë Operator",
        body={"reason": 'stopped for "maintenance"'},
    )
    return [*of_ysb, of_tsw]


def files_of(schema: str) -> tuple[Path, Path]:
    """The files of a schema: the ledger as SQL, and its heads as exported."""
    return HERE / f"ledger_{schema}.sql", HERE / f"ledger_{schema}_heads.json"


def take_leases(ledger: Leases) -> None:
    """One that ends a minute after START, its job's second, and one that was given back."""
    first = ledger.take_lease("ysb", action_id="ysb:5", holder="host-1", now=START, seconds=60)
    ledger.release_lease(first)
    ledger.take_lease("ysb", action_id="ysb:6", holder="host-2", now=START, seconds=60)
    given = ledger.take_lease("tsw", action_id="tsw:1", holder="host-1", now=START, seconds=60)
    ledger.release_lease(given)


def made() -> tuple[str, str]:
    """The ledger as SQL, and its heads as exported."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        ledger = open_ledger(f"sqlite:///{file}")
        for draft in drafts():
            ledger.append(draft)
        take_leases(ledger)
        with closing(sqlite3.connect(file)) as connection:
            dump = "\n".join(connection.iterdump()) + "\n"
        return dump, heads_text(ledger.heads(), START)


if __name__ == "__main__":
    for file, text in zip(files_of(SCHEMAS[-1]), made(), strict=True):
        file.write_text(text, encoding="utf-8")
