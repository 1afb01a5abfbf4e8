"""Makes ledger_0001.sql and ledger_0001_heads.json: a ledger as its first schema wrote it.

    python tests/golden/make_ledger.py

Entries and hashes are the same each time, so a difference is a change of what ledgers hold; then
keep these files, write new ones under the new schema's number, and let both be read by the tests.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from horae.ledger.exported_heads import heads_text
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryDraft, EntryKind

HERE = Path(__file__).parent
DUMP = HERE / "ledger_0001.sql"
HEADS = HERE / "ledger_0001_heads.json"
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


def made() -> tuple[str, str]:
    """The ledger as SQL, and its heads as exported."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        ledger = open_ledger(f"sqlite:///{file}")
        for draft in drafts():
            ledger.append(draft)
        with closing(sqlite3.connect(file)) as connection:
            dump = "\n".join(connection.iterdump()) + "\n"
        return dump, heads_text(ledger.heads(), START)


if __name__ == "__main__":
    dump, heads = made()
    DUMP.write_text(dump, encoding="utf-8")
    HEADS.write_text(heads, encoding="utf-8")
