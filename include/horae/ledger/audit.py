"""Checks a whole ledger, chain by chain, at one instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from horae.errors import LedgerBroken
from horae.ledger.hash_chain import Break, verify
from horae.ledger.ledger import Ledger, Snapshot
from horae.ledger.records import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What checking one chain found.

    Attributes:
        chain: Name of the chain.
        head: Its head row; None: there is none.
        breaks: Where it does not hold; empty: it is whole.
    """

    chain: str
    head: Head | None
    breaks: tuple[Break, ...]


def audit(
    ledger: Ledger, *, chain: str | None = None, kept: Mapping[str, Head] | None = None
) -> tuple[ChainReport, ...]:
    """Recompute every hash and compare every head.

    Changes nothing; appends may go on meanwhile.

    Args:
        ledger: The ledger.
        chain: Check only this chain; None: all, also those known only from `kept`.
        kept: Heads exported earlier and kept elsewhere; None: not compared.

    Raises:
        Unavailable: The ledger cannot be reached.
    """
    exported = kept or {}
    with ledger.snapshot() as snapshot:
        chains = [chain] if chain else sorted({*snapshot.chains(), *exported})
        return tuple(_checked(snapshot, name, exported.get(name)) for name in chains)


def require_whole(reports: Iterable[ChainReport]) -> None:
    """Return if every chain is whole.

    Raises:
        LedgerBroken: One is not; the message names every entry.
    """
    breaks = [found for report in reports for found in report.breaks]
    if breaks:
        listed = "\n".join(
            f"  {found.entry_id} {found.damage}: {found.sentence}" for found in breaks
        )
        raise LedgerBroken(
            f"the ledger does not hold in {len(breaks)} place(s); compare with a backup and find "
            f"out who wrote to it:\n{listed}"
        )


def _checked(snapshot: Snapshot, chain: str, kept: Head | None) -> ChainReport:
    head = snapshot.head(chain)
    return ChainReport(
        chain=chain, head=head, breaks=verify(chain, snapshot.entries(chain), head, kept)
    )
