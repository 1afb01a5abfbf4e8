"""Checks the place of one entry in its hash chain, as the button on a page does."""

from dataclasses import dataclass, replace
from itertools import islice

from horae.ledger.hash_chain import GENESIS, Break, verify_part
from horae.ledger.ledger import Ledger
from horae.ledger.records import entry_place
from horae.ledger.stored_entry import StoredEntry, is_sealed

MOST = 2_000
"""Entries that are walked over unless more are asked for: a tenth of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCheck:
    """What checking an entry and what follows it found.

    Attributes:
        entry: Id of the entry.
        there: Whether there is such an entry.
        bears_hash: Whether its hash belongs to what it tells, every space of it.
        follows: Whether it was appended after the entry before it; True for the first one.
        followed: Whether the entry after it was appended after it; None: it is the last.
        walked: Entries checked, from the one before it on.
        to_head: Whether the walk came to the end of the chain; False: it was cut short.
        breaks: Every place found where the chain does not hold.
        sentence: The same in words.
    """

    entry: str
    there: bool
    bears_hash: bool
    follows: bool
    followed: bool | None
    walked: int
    to_head: bool
    breaks: tuple[Break, ...]
    sentence: str

    @property
    def whole(self) -> bool:
        """Whether everything that was checked holds."""
        return self.there and self.bears_hash and self.follows and not self.breaks


def check_chain(ledger: Ledger, entry_id: str, *, most: int | None = MOST) -> ChainCheck:
    """Recompute the hash of an entry and of what follows it, at one instant; changes nothing.

    What stands before the entry is covered by its own hash: who changed that would have had to
    change the entry too. Whether it was, only the whole chain's check and exported heads tell.

    Args:
        ledger: The ledger.
        entry_id: Which, as `ysb:12`.
        most: Entries to walk over at most; None: up to the end of the chain.

    Raises:
        LedgerError: It is not an id.
        Unavailable: The ledger cannot be reached.
    """
    chain, number = entry_place(entry_id)
    first = max(1, number - 1)
    with ledger.snapshot() as snapshot:
        head = snapshot.head(chain)
        wanted = None if most is None else most + 1
        stored = tuple(islice(snapshot.entries(chain, after=first - 1), wanted))
    to_head = most is None or len(stored) <= most
    walked = stored[:most]
    breaks = verify_part(chain, walked, head, first=first, to_end=to_head)
    return _checked(entry_id, number, walked, breaks, to_head=to_head)


def _checked(
    entry_id: str,
    number: int,
    walked: tuple[StoredEntry, ...],
    breaks: tuple[Break, ...],
    *,
    to_head: bool,
) -> ChainCheck:
    by_number = {one.number: one for one in walked}
    entry, after = by_number.get(number), by_number.get(number + 1)
    before = by_number.get(number - 1)
    previous = GENESIS if number == 1 else before.hash if before else None
    check = ChainCheck(
        entry=entry_id,
        there=entry is not None,
        bears_hash=entry is not None and is_sealed(entry),
        follows=entry is not None and entry.previous_hash == previous,
        followed=None if after is None or entry is None else after.previous_hash == entry.hash,
        walked=len(walked),
        to_head=to_head,
        breaks=breaks,
        sentence="",
    )
    return replace(check, sentence=_sentence(check))


def _sentence(check: ChainCheck) -> str:
    if not check.there:
        return f"There is no entry {check.entry} in the ledger."
    if check.whole:
        end = "to the end of the chain" if check.to_head else "that were walked over"
        return (
            f"Entry {check.entry} bears its hash and stands where it was appended; all "
            f"{check.walked} entries from the one before it {end} hold."
        )
    if not check.bears_hash:
        own = f"What entry {check.entry} tells does not belong to its hash: it was changed."
    elif not check.follows:
        own = f"Entry {check.entry} was not appended after the entry that stands before it now."
    else:
        own = f"Entry {check.entry} itself holds, but the chain does not."
    found = f" The first of {len(check.breaks)} breaks: {check.breaks[0].sentence}"
    return own + (found if check.breaks else "")
