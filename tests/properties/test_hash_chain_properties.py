from dataclasses import replace
from datetime import UTC, datetime

import hypothesis.strategies as st
from hypothesis import given

from horae.ledger.audit import audit
from horae.ledger.canonical import canonical_json
from horae.ledger.hash_chain import GENESIS, verify
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryDraft, EntryKind, Head
from horae.ledger.stored_entry import COLUMNS, StoredEntry, seal, unpacked

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    LEAF | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)
BODY = st.dictionaries(TEXT, JSON, max_size=4)
BODIES = st.lists(BODY, min_size=2, max_size=8)


def drafted(bodies: list[dict[str, object]]) -> list[EntryDraft]:
    """A draft a body."""
    return [
        EntryDraft(
            chain="ysb",
            kind=EntryKind.DECISION,
            identity=f"e-{index}",
            time=datetime(2026, 1, 31, tzinfo=UTC),
            actor="horae",
            body=body,
        )
        for index, body in enumerate(bodies)
    ]


def chained(bodies: list[dict[str, object]]) -> tuple[list[StoredEntry], Head]:
    """A whole chain and its head."""
    chain: list[StoredEntry] = []
    for number, draft in enumerate(drafted(bodies), start=1):
        previous = chain[-1].hash if chain else GENESIS
        chain.append(seal(draft, number=number, previous_hash=previous))
    return chain, Head(count=len(chain), last_hash=chain[-1].hash)


@given(BODY)
def test_canonical_text_does_not_know_the_order_of_keys(body: dict[str, object]) -> None:
    """The same object built in another order has the same text."""
    assert canonical_json(dict(reversed(body.items()))) == canonical_json(body)


@given(BODY)
def test_body_reads_back_and_hashes_the_same(body: dict[str, object]) -> None:
    """A body that went through the store is equal, and so is its canonical text."""
    (stored,), _ = chained([body])
    assert unpacked(stored).body == body
    assert canonical_json(unpacked(stored).body) == stored.body


@given(BODIES, st.lists(st.integers(0, 7), max_size=20))
def test_repeated_appends_leave_the_chain_as_it_is(
    bodies: list[dict[str, object]], repeats: list[int]
) -> None:
    """Any sequence of retries leaves what one append each would leave, and it is whole."""
    ledger = MemoryLedger()
    drafts = drafted(bodies)
    for draft in [*drafts, *(drafts[index % len(drafts)] for index in repeats)]:
        ledger.append(draft)
    assert ledger.heads() == {"ysb": chained(bodies)[1]}
    assert audit(ledger)[0].breaks == ()


@given(BODIES, st.data())
def test_any_changed_column_of_any_entry_is_named(
    bodies: list[dict[str, object]], data: st.DataObject
) -> None:
    """The break bears the number of the entry that was changed."""
    chain, head = chained(bodies)
    index = data.draw(st.integers(0, len(chain) - 1))
    column = data.draw(st.sampled_from([name for name in COLUMNS if name != "number"]))
    before = getattr(chain[index], column)
    after = data.draw((TEXT | st.integers() | st.none()).filter(lambda value: value != before))
    chain[index] = replace(chain[index], **{column: after})
    assert index + 1 in {found.number for found in verify("ysb", chain, head)}


@given(BODIES, st.data())
def test_any_removed_entries_are_named_by_the_first(
    bodies: list[dict[str, object]], data: st.DataObject
) -> None:
    """Whatever set of entries is removed, the lowest missing number is the first break."""
    chain, head = chained(bodies)
    removed = data.draw(st.sets(st.integers(1, len(chain)), min_size=1))
    left = [entry for entry in chain if entry.number not in removed]
    assert verify("ysb", left, head)[0].number == min(removed)


@given(BODIES, st.data())
def test_any_reordering_names_every_moved_entry(
    bodies: list[dict[str, object]], data: st.DataObject
) -> None:
    """Entries that change places keep their hashes, and are all named."""
    chain, head = chained(bodies)
    order = data.draw(st.permutations(range(len(chain))))
    shuffled = [replace(chain[old], number=new + 1) for new, old in enumerate(order)]
    moved = {new + 1 for new, old in enumerate(order) if new != old}
    assert {found.number for found in verify("ysb", shuffled, head)} == moved
