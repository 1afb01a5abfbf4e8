"""Recompute every hash chain, and compare with the heads that the audit before has kept."""

from hashlib import sha256
from pathlib import Path

from sqlalchemy import make_url

from horae.domain.clock import Clock
from horae.files import write_whole
from horae.ledger.audit import audit, require_whole
from horae.ledger.exported_heads import heads_text, read_heads
from horae.ledger.ledger import Ledger


def heads_file(home: Path, ledger_url: str) -> Path:
    """Where the heads of one ledger are kept: another ledger has another file."""
    ledger = make_url(ledger_url).set(password=None).render_as_string()
    return home / f"ledger-heads-{sha256(ledger.encode()).hexdigest()[:8]}.json"


def audit_ledger(ledger: Ledger, kept: Path, clock: Clock) -> str:
    """Verify all chains and keep their heads in a file.

    Args:
        ledger: What to verify.
        kept: File with the heads of the audit before; made by the first one. Keep a copy where
            whoever can write the ledger cannot.
        clock: The time.

    Returns:
        A sentence on what was verified.

    Raises:
        LedgerBroken: Names each entry that was changed, removed, reordered or cut off.
    """
    before = read_heads(kept.read_text(encoding="utf-8"), str(kept)) if kept.exists() else None
    reports = audit(ledger, kept=before)
    require_whole(reports)
    # A torn file would fail every audit from then on.
    write_whole(kept, heads_text(ledger.heads(), clock.now()))
    count = sum(report.head.count for report in reports if report.head is not None)
    return f"{count} entries in {len(reports)} chains hold"
