import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from make_ledger import SCHEMAS, START, drafts, files_of, made

from horae.errors import LeaseLost, LeaseTaken
from horae.ledger.audit import audit, require_whole
from horae.ledger.exported_heads import read_heads
from horae.ledger.leases import Lease
from horae.ledger.opening import open_ledger
from horae.ledger.sql import SqlLedger
from horae.story.fleet import fleet
from horae.story.models import models_story


@pytest.fixture(params=SCHEMAS)
def schema(request: pytest.FixtureRequest) -> str:
    """Number of each schema that ledgers were ever written in."""
    return str(request.param)


@pytest.fixture
def ledger(schema: str, tmp_path: Path) -> SqlLedger:
    """The golden ledger of the schema, in a file of its own."""
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(files_of(schema)[0].read_text(encoding="utf-8"))
    return open_ledger(f"sqlite:///{file}", create=False)


def test_old_ledger_still_verifies(ledger: SqlLedger, schema: str) -> None:
    """Hashes written by each schema hold, also against the heads exported then."""
    heads = files_of(schema)[1]
    kept = read_heads(heads.read_text(encoding="utf-8"), heads.name)
    reports = audit(ledger, kept=kept)
    assert {report.chain: report.head for report in reports} == kept
    require_whole(reports)


def test_old_ledger_still_tells_what_it_was_told(ledger: SqlLedger) -> None:
    """Every entry reads back as it was drafted, and appending it again finds it.

    One of a kind that came later is appended.
    """
    for draft in drafts():
        entry = ledger.append(draft)
        assert (entry.kind, entry.time, entry.actor) == (draft.kind, draft.time, draft.actor)
        assert (entry.references, entry.body) == (draft.references, draft.body)
    assert {name: head.count for name, head in ledger.heads().items()} == {"tsw": 1, "ysb": 14}


@pytest.mark.parametrize(
    ("schema", "token"),
    # tsw has no lease in 0001, and has given back its first one in the later ones.
    [("0001", 1), ("0002", 2), ("0003", 2)],
)
def test_old_ledger_gives_leases(ledger: SqlLedger, token: int) -> None:
    """A ledger from before there were leases counts from 1, a later one goes on counting."""
    lease = ledger.take_lease("tsw", action_id="tsw:2", holder="host-3", now=START, seconds=60)
    assert lease.token == token
    assert ledger.append(drafts()[-1], lease).id == "tsw:1"


@pytest.mark.parametrize("schema", ["0002", "0003"])
def test_kept_lease_still_holds(ledger: SqlLedger) -> None:
    """A lease of `ysb` written by this schema keeps others out, and loses to its successor."""
    kept = Lease(
        job="ysb",
        action_id="ysb:6",
        holder="host-2",
        token=2,
        expires_at=START + timedelta(seconds=60),
    )
    assert ledger.lease_of("ysb", now=START) == kept
    taking = {"action_id": "ysb:7", "holder": "host-3", "seconds": 60}
    with pytest.raises(LeaseTaken, match="host-2 for action ysb:6"):
        ledger.take_lease("ysb", now=START, **taking)  # type: ignore[arg-type]
    ledger.take_lease("ysb", now=kept.expires_at, **taking)  # type: ignore[arg-type]
    with pytest.raises(LeaseLost, match=r"host-3 has it for action ysb:7 \(token 3\)"):
        ledger.append(drafts()[0], kept)


def test_old_ledger_can_be_indexed(ledger: SqlLedger) -> None:
    """Pages are told from each, though its bodies are those of no real entry."""
    told = fleet(ledger, now=START)
    assert [row.job for row in told.rows] == ["tsw", "ysb"]
    assert told.behind == 0
    models_story(ledger, "ysb", now=START)


def test_recipe_makes_the_golden_files() -> None:
    """The newest files beside the recipe are what it makes, byte for byte."""
    assert made() == tuple(file.read_text(encoding="utf-8") for file in files_of(SCHEMAS[-1]))
