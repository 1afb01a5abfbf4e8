import pytest
from ledger_drafts import a_chain, a_draft

from horae.errors import LedgerBroken
from horae.ledger.audit import audit, require_whole
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import Head


def test_every_chain_is_checked() -> None:
    """Also a chain that only the exported heads still know."""
    ledger = MemoryLedger()
    ledger.append(a_draft())
    ledger.append(a_draft(chain="tsw"))
    reports = audit(ledger, kept={"gone": a_chain(2)[1]})
    assert {r.chain: len(r.breaks) for r in reports} == {"gone": 1, "tsw": 0, "ysb": 0}


def test_one_chain_is_checked_alone() -> None:
    """The others are not read."""
    ledger = MemoryLedger()
    ledger.append(a_draft())
    ledger.append(a_draft(chain="tsw"))
    assert [report.chain for report in audit(ledger, chain="tsw")] == ["tsw"]


def test_whole_ledger_is_required() -> None:
    """Broken: an error that names every entry; whole: nothing."""
    ledger = MemoryLedger()
    ledger.append(a_draft())
    require_whole(audit(ledger))
    kept = {"ysb": Head(count=3, last_hash="f" * 64), "tsw": Head(count=1, last_hash="f" * 64)}
    with pytest.raises(LedgerBroken, match=r"(?s)2 place\(s\).*tsw:1 cut: .*ysb:2 cut: "):
        require_whole(audit(ledger, kept=kept))
