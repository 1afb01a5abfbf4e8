"""The verify button: one entry's place in its chain."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

import pytest

from decision_story_builders import Chain
from horae.ledger.hash_chain import Damage
from horae.ledger.ledger import Ledger
from horae.ledger.records import Head
from horae.ledger.stored_entry import StoredEntry, columns_under_hash, digest
from horae.story.decision.chain import ChainCheck, check_chain

LENGTH = 8
MIDDLE = 4


@dataclass
class Altered:
    """A ledger that somebody wrote to by hand; it is only looked at."""

    stored: list[StoredEntry]
    end: Head | None

    @contextmanager
    def snapshot(self) -> Iterator["Altered"]:
        """What lies there."""
        yield self

    def head(self, chain: str) -> Head | None:
        """As it lies there."""
        return self.end

    def entries(self, chain: str, *, after: int = 0) -> Iterator[StoredEntry]:
        """As they lie there."""
        return (one for one in self.stored if one.number > after)

    def check(self, number: int, most: int | None = None) -> ChainCheck:
        """Check one entry of it."""
        return check_chain(cast(Ledger, self), f"ysb:{number}", most=most)


@pytest.fixture
def ledger() -> Altered:
    """Eight looks, not altered yet."""
    chain = Chain()
    for number in range(LENGTH):
        chain.wait(60).look(f"c{number}")
    with chain.ledger.snapshot() as snapshot:
        return Altered(list(snapshot.entries("ysb")), snapshot.head("ysb"))


def hashed_anew(entry: StoredEntry, body: str) -> StoredEntry:
    """What somebody who knows the rule would write."""
    altered = replace(entry, body=body)
    return replace(altered, hash=digest(columns_under_hash(altered)))


@pytest.mark.parametrize("number", range(1, LENGTH + 1))
def test_untouched_entry_holds(ledger: Altered, number: int) -> None:
    """From the one before it to the end; the first is checked against zeros, the last has none."""
    check = ledger.check(number)
    assert check.whole
    assert check.to_head
    assert check.followed is (None if number == LENGTH else True)
    assert check.walked == LENGTH - max(1, number - 1) + 1


@pytest.mark.parametrize("number", range(1, LENGTH + 1))
def test_changed_entry_does_not_bear_its_hash(ledger: Altered, number: int) -> None:
    """One space more is enough, and it is said in words."""
    ledger.stored[number - 1] = replace(
        ledger.stored[number - 1], body=ledger.stored[number - 1].body + " "
    )
    check = ledger.check(number)
    assert (check.bears_hash, check.whole) == (False, False)
    assert [found.damage for found in check.breaks] == [Damage.CHANGED]
    assert "it was changed" in check.sentence


@pytest.mark.parametrize("number", range(1, LENGTH))
def test_entry_hashed_anew_is_found_by_the_one_after_it(ledger: Altered, number: int) -> None:
    """It bears its hash, but the next was appended after another."""
    ledger.stored[number - 1] = hashed_anew(ledger.stored[number - 1], "{}")
    check = ledger.check(number)
    assert (check.bears_hash, check.followed, check.whole) == (True, False, False)


def test_last_entry_hashed_anew_is_found_by_the_head(ledger: Altered) -> None:
    """The head row remembers another hash."""
    ledger.stored[-1] = hashed_anew(ledger.stored[-1], "{}")
    check = ledger.check(LENGTH)
    assert [found.damage for found in check.breaks] == [Damage.HEAD]
    assert "itself holds, but the chain does not" in check.sentence


def test_entry_whose_predecessor_was_replaced_does_not_follow_it(ledger: Altered) -> None:
    """Seen from the one after it."""
    ledger.stored[MIDDLE - 2] = hashed_anew(ledger.stored[MIDDLE - 2], "{}")
    check = ledger.check(MIDDLE)
    assert (check.bears_hash, check.follows, check.whole) == (True, False, False)
    assert "not appended after the entry that stands before it now" in check.sentence


def test_removed_entry_is_not_there(ledger: Altered) -> None:
    """That is no hold of the chain."""
    del ledger.stored[MIDDLE - 1]
    check = ledger.check(MIDDLE)
    assert (check.there, check.whole) == (False, False)
    assert check.sentence == "There is no entry ysb:4 in the ledger."


def test_damage_further_on_is_found_by_a_walk_to_the_end(ledger: Altered) -> None:
    """And not by one that ends before: which says that it was cut short."""
    ledger.stored[LENGTH - 2] = replace(ledger.stored[LENGTH - 2], body="{}")
    assert not ledger.check(2).whole
    near = ledger.check(2, most=3)
    assert (near.whole, near.walked, near.to_head) == (True, 3, False)
    assert "that were walked over hold" in near.sentence


def test_end_that_was_cut_off_is_found(ledger: Altered) -> None:
    """The head counts more."""
    del ledger.stored[LENGTH - 1]
    assert [found.damage for found in ledger.check(2).breaks] == [Damage.CUT]
