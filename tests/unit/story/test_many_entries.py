"""The ledgers that pages are measured on are as real ones."""

import tempfile
from pathlib import Path

import pytest

from horae.ledger.audit import audit, require_whole
from horae.ledger.stored_entry import bears_its_hash
from horae.story.fleet import fleet
from horae.story.models import models_story
from many_entries import END, LONG_JOB, Size, ledger_of

SIZE = Size(jobs=3, entries=1_000, long_cycles=150)


def test_made_ledgers_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes hold, also over the bodies as they read; nothing is passed over.

    The long job has two actions in its 150 minutes; each went as was foretold.
    """
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ledger = ledger_of(SIZE)
    require_whole(audit(ledger))
    for job in ledger.heads():
        assert all(bears_its_hash(entry) for entry in ledger.read(job))
    assert sum(head.count for head in ledger.heads().values()) >= SIZE.entries
    told = fleet(ledger, now=END)
    assert {row.unreadable for row in told.rows} == {0}
    assert {row.capacity_records_per_second for row in told.rows} == {1_000.0}
    assert models_story(ledger, LONG_JOB, now=END).outage_calibration.inside == 2
