from dataclasses import replace

import pytest
from ledger_drafts import a_chain

from horae.ledger.hash_chain import GENESIS, Damage, verify, verify_part
from horae.ledger.records import Head
from horae.ledger.stored_entry import StoredEntry, columns_under_hash, digest

LENGTH = 6


def hashed_anew(entry: StoredEntry, **changed: object) -> StoredEntry:
    """What somebody who knows the rule would write."""
    altered = replace(entry, **changed)  # type: ignore[arg-type]
    return replace(altered, hash=digest(columns_under_hash(altered)))


def rewritten(entries: list[StoredEntry]) -> tuple[list[StoredEntry], Head]:
    """The same entries numbered and hashed anew as one chain, with a head that fits."""
    chain: list[StoredEntry] = []
    for number, entry in enumerate(entries, start=1):
        previous = chain[-1].hash if chain else GENESIS
        chain.append(hashed_anew(entry, number=number, previous_hash=previous))
    return chain, Head(count=len(chain), last_hash=chain[-1].hash)


def damages(
    entries: list[StoredEntry], head: Head | None, kept: Head | None = None
) -> list[tuple[int, Damage]]:
    """Number and damage of each break."""
    return [(found.number, found.damage) for found in verify("ysb", entries, head, kept)]


def test_whole_chain_has_no_break() -> None:
    """A chain as appended is whole, also against its own and an earlier head."""
    chain, head = a_chain(LENGTH)
    assert damages(chain, head) == []
    assert damages(chain, head, kept=head) == []
    assert damages(chain, head, kept=a_chain(2)[1]) == []


def test_no_chain_has_no_break() -> None:
    """A chain without entries and head is whole."""
    assert damages([], None) == []


@pytest.mark.parametrize("number", range(1, LENGTH + 1))
def test_changed_entry_is_named_alone(number: int) -> None:
    """A changed body breaks that entry and no other."""
    chain, head = a_chain(LENGTH)
    chain[number - 1] = replace(chain[number - 1], body='{"sentence":"Go."}')
    assert damages(chain, head) == [(number, Damage.CHANGED)]


@pytest.mark.parametrize("number", range(1, LENGTH))
def test_entry_changed_with_its_hash_is_named_by_the_next(number: int) -> None:
    """The entry after it remembers another hash; that the head fits does not help."""
    chain, head = a_chain(LENGTH)
    chain[number - 1] = hashed_anew(chain[number - 1], body="{}")
    assert damages(chain, head) == [(number, Damage.CHANGED)]


def test_last_entry_changed_with_its_hash_is_named_by_the_head() -> None:
    """The head row remembers another hash."""
    chain, head = a_chain(LENGTH)
    chain[-1] = hashed_anew(chain[-1], body="{}")
    assert damages(chain, head) == [(LENGTH, Damage.HEAD)]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (3, 3), (2, 4)])
def test_removed_entries_are_named_by_the_first(first: int, last: int) -> None:
    """One break for a gap, at its first missing number."""
    chain, head = a_chain(LENGTH)
    del chain[first - 1 : last]
    (found,) = verify("ysb", chain, head)
    assert (found.number, found.damage) == (first, Damage.MISSING)
    assert (f"{first} to {last}" if last > first else f"Entry {first} is") in found.sentence


@pytest.mark.parametrize("left", [0, 1, 4])
def test_cut_end_is_named_by_its_first_number(left: int) -> None:
    """The head row counts more entries than are there."""
    chain, head = a_chain(LENGTH)
    assert damages(chain[:left], head) == [(left + 1, Damage.CUT)]


def test_swapped_entries_are_named_with_their_origin() -> None:
    """Both are named, and each says as which entry it was appended."""
    chain, head = a_chain(LENGTH)
    second, fifth = chain[1], chain[4]
    chain[1], chain[4] = replace(fifth, number=2), replace(second, number=5)
    found = verify("ysb", chain, head)
    assert [(one.number, one.damage) for one in found] == [(2, Damage.MOVED), (5, Damage.MOVED)]
    assert "appended as entry 5" in found[0].sentence
    assert "appended as entry 2" in found[1].sentence


def test_removed_entry_with_the_rest_moved_up_is_found() -> None:
    """Numbers without a gap do not hide it: all that follow were moved, and the end is missing."""
    chain, head = a_chain(LENGTH)
    closed = chain[:2] + [replace(entry, number=entry.number - 1) for entry in chain[3:]]
    moved = [(number, Damage.MOVED) for number in (3, 4, 5)]
    # Entry 6 stands nowhere, so entry 5 is proven to be it only by its hash at number 6.
    assert damages(closed, head) == [*moved[:2], (5, Damage.CHANGED), (6, Damage.CUT)]


def test_entries_beyond_the_head_are_added() -> None:
    """Entries that the head row does not count were put there by somebody else."""
    chain, _ = a_chain(LENGTH)
    _, earlier = a_chain(4)
    assert damages(chain, earlier) == [(5, Damage.ADDED)]


def test_missing_head_row_is_named() -> None:
    """Without its head a cut would not show, so its absence is a break."""
    chain, _ = a_chain(LENGTH)
    assert damages(chain, None) == [(LENGTH, Damage.HEAD)]


def test_number_that_is_none_is_added() -> None:
    """A database that keeps text in a column of numbers does not stop the check."""
    chain, head = a_chain(LENGTH)
    chain[3] = replace(chain[3], number="four")  # type: ignore[arg-type]
    chain.append(chain.pop(3))
    assert damages(chain, head) == [(4, Damage.MISSING), (7, Damage.ADDED)]


def test_first_entry_with_a_predecessor_is_named() -> None:
    """A chain whose beginning was taken away and renumbered shows."""
    chain, _ = a_chain(2)
    first = hashed_anew(chain[1], number=1)
    assert damages([first], Head(count=1, last_hash=first.hash)) == [(1, Damage.CHANGED)]


def test_rewritten_chain_shows_only_against_exported_heads() -> None:
    """Without one entry, all hashed anew and the head with them, a chain looks whole."""
    chain, kept = a_chain(LENGTH)
    chain[2] = replace(chain[2], body="{}")
    forged, head = rewritten(chain)
    assert damages(forged, head) == []
    assert damages(forged, head, kept) == [(LENGTH, Damage.REWRITTEN)]


def test_end_cut_with_its_head_shows_only_against_exported_heads() -> None:
    """The first missing number is named."""
    _, kept = a_chain(LENGTH)
    chain, head = a_chain(4)
    assert damages(chain, head) == []
    assert damages(chain, head, kept) == [(5, Damage.CUT)]
    assert damages([], None, kept) == [(1, Damage.CUT)]


def test_more_changes_than_a_swap_are_all_named() -> None:
    """A hundred and one changed entries are changed, whether one of them was moved or not."""
    chain, head = a_chain(101)
    changed = [replace(entry, actor="nobody") for entry in chain]
    assert damages(changed, head) == [(number, Damage.CHANGED) for number in range(1, 102)]


@pytest.mark.parametrize("first", range(1, LENGTH + 1))
def test_part_of_a_whole_chain_has_no_break(first: int) -> None:
    """Wherever it begins, up to the end or not."""
    chain, head = a_chain(LENGTH)
    assert verify_part("ysb", chain[first - 1 :], head, first=first, to_end=True) == ()
    assert verify_part("ysb", chain[first - 1 : -1], head, first=first, to_end=False) == ()


def test_part_finds_what_the_whole_finds_in_it() -> None:
    """A change within, and an end that was cut off; what is before it is not looked at."""
    chain, head = a_chain(LENGTH)
    chain[3] = replace(chain[3], body="{}")
    breaks = verify_part("ysb", chain[2:-1], head, first=3, to_end=True)
    assert [(found.number, found.damage) for found in breaks] == [
        (4, Damage.CHANGED),
        (LENGTH, Damage.CUT),
    ]
    assert verify_part("ysb", chain[4:], head, first=5, to_end=True) == ()


def test_part_that_lacks_its_first_entry_says_so() -> None:
    """It was to begin at 3."""
    chain, head = a_chain(LENGTH)
    breaks = verify_part("ysb", chain[3:], head, first=3, to_end=True)
    assert [(found.number, found.damage) for found in breaks] == [(3, Damage.MISSING)]
