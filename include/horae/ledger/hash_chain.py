"""Finds what was done to a chain behind the ledger's back.

Each entry's hash covers all its columns, the previous entry's hash among them, and the head row
keeps count and last hash. So an entry changed, removed, moved, added or cut off shows; a chain
rewritten from its beginning, head and all, shows against heads that were exported earlier.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from horae.ledger.records import Head, entry_id
from horae.ledger.stored_entry import StoredEntry, is_sealed

GENESIS = "0" * 64
"""Previous hash of a chain's first entry."""

MOST_SUSPECTS = 100
"""Changed entries up to which each is tried at the place of each other: 100 x 100 hashes take a
tenth of a second; more changes than that are no swap."""


class Damage(StrEnum):
    """What happened to an entry."""

    CHANGED = "changed"
    MOVED = "moved"
    MISSING = "missing"
    CUT = "cut"
    ADDED = "added"
    HEAD = "head"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One place where a chain does not hold.

    Attributes:
        chain: Name of the chain.
        number: Number of the entry; the first of them where several are missing.
        damage: What happened to it.
        sentence: The same in words, with the hashes.
    """

    chain: str
    number: int
    damage: Damage
    sentence: str

    @property
    def entry_id(self) -> str:
        """Id of the entry."""
        return entry_id(self.chain, self.number)


def verify(
    chain: str, entries: Iterable[StoredEntry], head: Head | None, kept: Head | None = None
) -> tuple[Break, ...]:
    """Every place where a chain does not hold; empty: it is whole.

    Args:
        chain: Name of the chain.
        entries: All its entries by number, as stored.
        head: Its head as stored; None: there is no head row.
        kept: Its head as exported earlier and kept elsewhere; None: not compared.
    """
    walk = _Walk(chain=chain, kept_count=kept.count if kept else 0)
    for entry in entries:
        walk.pass_over(entry)
    breaks = [*walk.breaks, *_changed_or_moved(walk), *_against_head(walk, head)]
    if kept is not None:
        breaks += _against_kept(walk, head, kept)
    return tuple(sorted(breaks, key=lambda found: found.number))


def verify_part(
    chain: str, entries: Iterable[StoredEntry], head: Head | None, *, first: int, to_end: bool
) -> tuple[Break, ...]:
    """Every place where a part of a chain does not hold.

    Args:
        chain: Name of the chain.
        entries: The entries of the part by number, as stored.
        head: The chain's head as stored; None: there is no head row.
        first: Number that the part begins with; what the first entry follows is not checked
            unless it is the first of all.
        to_end: Whether the part goes on to the end of the chain, so that the head must agree.
    """
    walk = _Walk(
        chain=chain, kept_count=0, last=first - 1, last_hash=GENESIS if first == 1 else None
    )
    for entry in entries:
        walk.pass_over(entry)
    at_end = _against_head(walk, head) if to_end else ()
    breaks = [*walk.breaks, *_changed_or_moved(walk), *at_end]
    return tuple(sorted(breaks, key=lambda found: found.number))


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One pass over a chain: what was met so far, and what the next entry must be."""

    chain: str
    kept_count: int
    last: int = 0
    last_hash: str | None = GENESIS
    kept_hash: str | None = None
    breaks: list[Break] = field(default_factory=list)
    suspects: list[StoredEntry] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)

    def pass_over(self, entry: StoredEntry) -> None:
        """Check one entry against the one before, and go on to it."""
        if not isinstance(entry.number, int) or entry.number <= self.last:
            self._report_out_of_turn(entry)
            return
        if entry.number > self.last + 1:
            self._report_gap(entry.number)
        if not is_sealed(entry):
            self.suspects.append(entry)
        elif self._follows_unsuspected() and entry.previous_hash != self.last_hash:
            self._report_link(entry)
        self.last, self.last_hash = entry.number, entry.hash
        if entry.number == self.kept_count:
            self.kept_hash = entry.hash

    def found(self, number: int, damage: Damage, sentence: str) -> Break:
        """A break of this chain."""
        return Break(chain=self.chain, number=number, damage=damage, sentence=sentence)

    def _follows_unsuspected(self) -> bool:
        """Whether the entry before is there and bears its own hash; else it is named already."""
        suspected = bool(self.suspects) and self.suspects[-1].number == self.last
        return self.last_hash is not None and not suspected

    def _report_out_of_turn(self, entry: StoredEntry) -> None:
        sentence = (
            f"An entry numbered {entry.number!r} stands after entry {self.last}; numbers go up "
            "by one from 1, so it was added or its number was changed."
        )
        self.breaks.append(self.found(self.last + 1, Damage.ADDED, sentence))

    def _report_gap(self, number: int) -> None:
        first = self.last + 1
        self.breaks.append(
            self.found(first, Damage.MISSING, f"{_span(first, number - 1)} missing.")
        )
        self.gaps += range(first, min(number, first + MOST_SUSPECTS))
        self.last_hash = None

    def _report_link(self, entry: StoredEntry) -> None:
        if self.last == 0:
            number, place = entry.number, f"previous hash {entry.previous_hash}"
            sentence = f"The first entry has {place} instead of zeros, so the chain began earlier."
        else:
            number = self.last
            sentence = (
                f"Entry {self.last} has hash {self.last_hash}, but entry {entry.number} was "
                f"appended after one with hash {entry.previous_hash}: entry {self.last} was "
                "changed and hashed anew, or another was put in its place."
            )
        self.breaks.append(self.found(number, Damage.CHANGED, sentence))


def _changed_or_moved(walk: _Walk) -> Iterator[Break]:
    """A break for each entry that does not bear its own hash."""
    places = [entry.number for entry in walk.suspects] + walk.gaps
    if len(places) > MOST_SUSPECTS:
        places = []
    for entry in walk.suspects:
        origin = next((n for n in places if is_sealed(replace(entry, number=n))), None)
        if origin is None:
            sentence = (
                f"Entry {entry.number} was changed: its columns do not hash to {entry.hash}."
            )
            yield walk.found(entry.number, Damage.CHANGED, sentence)
        else:
            sentence = f"Entry {entry.number} was moved: it was appended as entry {origin}."
            yield walk.found(entry.number, Damage.MOVED, sentence)


def _against_head(walk: _Walk, head: Head | None) -> Iterator[Break]:
    """Breaks between the last entry and the head row."""
    if head is None:
        if walk.last > 0:
            sentence = f"{_span(1, walk.last)} there, but the chain's head row is missing."
            yield walk.found(walk.last, Damage.HEAD, sentence)
    elif head.count > walk.last:
        sentence = f"{_span(walk.last + 1, head.count)} missing: the end of the chain was cut off."
        yield walk.found(walk.last + 1, Damage.CUT, sentence)
    elif head.count < walk.last:
        span = _span(head.count + 1, walk.last)
        sentence = f"{span} beyond the head row, which counts {head.count}."
        yield walk.found(head.count + 1, Damage.ADDED, sentence)
    elif head.last_hash != walk.last_hash:
        sentence = (
            f"Entry {walk.last} has hash {walk.last_hash}, but the head row says "
            f"{head.last_hash}: one of the two was changed."
        )
        yield walk.found(walk.last, Damage.HEAD, sentence)


def _against_kept(walk: _Walk, head: Head | None, kept: Head) -> Iterator[Break]:
    """Breaks between the chain and the head exported earlier."""
    counted = max(walk.last, head.count if head else 0)
    if kept.count > counted:
        sentence = (
            f"{_span(counted + 1, kept.count)} missing: the exported head counts {kept.count}, "
            "so the end of the chain was cut off."
        )
        yield walk.found(counted + 1, Damage.CUT, sentence)
    elif walk.kept_hash is not None and walk.kept_hash != kept.last_hash:
        sentence = (
            f"Entry {kept.count} has hash {walk.kept_hash}, but was exported with "
            f"{kept.last_hash}: it, or the chain up to it, was written anew."
        )
        yield walk.found(kept.count, Damage.REWRITTEN, sentence)


def _span(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
