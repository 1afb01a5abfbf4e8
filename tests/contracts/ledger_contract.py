"""What every ledger must hold; test_ledgers.py runs it on each of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lease_contract import LeaseContract

from horae.errors import LedgerError
from horae.ledger.audit import audit
from horae.ledger.hash_chain import GENESIS
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryDraft, EntryKind, Head

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_draft(identity: str = "cycle-1", **changed: object) -> EntryDraft:
    """A draft of the chain `ysb`."""
    told: dict[str, object] = {
        "chain": "ysb",
        "kind": EntryKind.DECISION,
        "identity": identity,
        "time": NOON,
        "actor": "horae",
        "references": {"window": "w-1", "verdict": "ysb:1"},
        "body": {"sentence": "Hold: nothing to gain.", "gain": None, "cost_per_hour": 0.25},
    }
    return EntryDraft(**(told | changed))  # type: ignore[arg-type]


class LedgerContract(LeaseContract):
    """A subclass gives the fixture `ledger`: an empty ledger."""

    def test_entry_tells_what_the_draft_told(self, ledger: Ledger) -> None:
        """An appended entry has the draft's content and the first place of its chain."""
        draft = a_draft()
        entry = ledger.append(draft)
        told = (entry.kind, entry.identity, entry.time, entry.actor, entry.references, entry.body)
        drafted = (draft.kind, draft.identity, NOON, "horae", draft.references, draft.body)
        assert told == drafted
        assert (entry.id, entry.number, entry.previous_hash) == ("ysb:1", 1, GENESIS)

    def test_read_back_is_what_append_returned(self, ledger: Ledger) -> None:
        """Entries read back equal the ones that append returned, in order of their numbers."""
        appended = [ledger.append(a_draft(f"cycle-{number}")) for number in range(1, 4)]
        assert list(ledger.read("ysb")) == appended
        assert [ledger.get(entry.id) for entry in appended] == appended

    def test_each_entry_names_the_hash_before_it(self, ledger: Ledger) -> None:
        """The previous hash of an entry is the hash of the one before."""
        first, second = (ledger.append(a_draft(name)) for name in ("a", "b"))
        assert second.previous_hash == first.hash

    def test_second_append_changes_nothing(self, ledger: Ledger) -> None:
        """A retry with a later time, as a task's second try has it, returns the first entry."""
        first = ledger.append(a_draft())
        ledger.append(a_draft("other"))
        again = ledger.append(a_draft(time=NOON + timedelta(minutes=1), references={}))
        assert again == first
        assert ledger.heads()["ysb"].count == 2

    @pytest.mark.parametrize("changed", [{"body": {"sentence": "Go."}}, {"kind": EntryKind.SCORE}])
    def test_same_identity_with_another_content_is_an_error(
        self, ledger: Ledger, changed: dict[str, object]
    ) -> None:
        """The message names both contents, and the ledger stays as it was."""
        before = ledger.append(a_draft())
        with pytest.raises(LedgerError, match="identity 'cycle-1' came again") as caught:
            ledger.append(a_draft(**changed))
        assert "ysb:1 is decision" in str(caught.value)
        assert str(next(iter(changed.values()))).strip("{}'")[:8] in str(caught.value)
        assert ledger.heads() == {"ysb": Head(count=1, last_hash=before.hash)}

    def test_identities_of_two_chains_do_not_meet(self, ledger: Ledger) -> None:
        """Chains are independent: both may have an identity, and both count from 1."""
        ledger.append(a_draft())
        assert ledger.append(a_draft(chain="tsw")).id == "tsw:1"
        assert list(ledger.heads()) == ["tsw", "ysb"]

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_read_filters_and_limits(self, ledger: Ledger, newest_first: bool) -> None:
        """After, kinds and limit hold together, in both directions."""
        kinds = [EntryKind.WINDOW, EntryKind.VERDICT, EntryKind.DECISION]
        for number in range(1, 13):
            ledger.append(a_draft(f"e-{number}", kind=kinds[number % 3]))
        # number % 3: 1 -> verdict, 2 -> decision, 0 -> window. Above 4 and not a verdict:
        expected = [5, 6, 8, 9, 11, 12]
        if newest_first:
            expected.reverse()
        wanted = [EntryKind.WINDOW, EntryKind.DECISION]
        options = {"after": 4, "kinds": wanted, "newest_first": newest_first}
        assert [e.number for e in ledger.read("ysb", **options)] == expected  # type: ignore[arg-type]
        limited = ledger.read("ysb", limit=4, **options)  # type: ignore[arg-type]
        assert [e.number for e in limited] == expected[:4]

    def test_nothing_asked_nothing_read(self, ledger: Ledger) -> None:
        """No kinds, a limit of 0 and an unknown chain each read nothing."""
        ledger.append(a_draft())
        assert list(ledger.read("ysb", kinds=[])) == []
        assert list(ledger.read("ysb", limit=0)) == []
        assert list(ledger.read("unknown")) == []

    def test_time_is_kept_in_utc(self, ledger: Ledger) -> None:
        """A time of another zone is the same instant in UTC."""
        east = timezone(timedelta(hours=2))
        entry = ledger.append(a_draft(time=datetime(2026, 1, 31, 14, tzinfo=east)))
        assert entry.time == NOON
        assert entry.time.tzinfo is UTC

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), NOON, b"raw", "\ud800"])
    def test_what_json_has_not_is_refused_with_its_place(
        self, ledger: Ledger, value: object
    ) -> None:
        """NaN, times, bytes and broken text are named by their path, and nothing is kept."""
        with pytest.raises(LedgerError, match=r"\$\.front\[1\]\.cost"):
            ledger.append(a_draft(body={"front": [{"cost": 1.0}, {"cost": value}]}))
        assert ledger.heads() == {}

    def test_any_text_survives(self, ledger: Ledger) -> None:
        """Text of every script, with quotes and control characters, comes back as it was."""
        text = "Ώρα \U0001f550 \"quoted\" 'single' \\ \x00 \x1b[31m \n end"
        assert ledger.append(a_draft(body={text: text})).body == {text: text}
        assert next(ledger.read("ysb")).body == {text: text}

    @pytest.mark.parametrize("missing", ["ysb:2", "tsw:1"])
    def test_unknown_id_is_an_error(self, ledger: Ledger, missing: str) -> None:
        """The message names the id and how many entries its chain has."""
        ledger.append(a_draft())
        with pytest.raises(LedgerError, match=f"no entry {missing}: chain .* has [01] entries"):
            ledger.get(missing)

    def test_what_is_no_id_is_an_error(self, ledger: Ledger) -> None:
        """The message shows how an id looks."""
        with pytest.raises(LedgerError, match="such as ysb:12"):
            ledger.get("12")

    def test_find_knows_an_entry_by_its_identity(self, ledger: Ledger) -> None:
        """Found in its own chain only; what was not appended is None."""
        entry = ledger.append(a_draft())
        assert ledger.find("ysb", "cycle-1") == entry
        assert ledger.find("ysb", "cycle-2") is None
        assert ledger.find("tsw", "cycle-1") is None
        assert "tsw" not in ledger.heads()

    def test_threads_append_without_loss(self, ledger: Ledger) -> None:
        """Eight threads that append to one chain, each entry twice, leave one whole chain."""
        drafts = [a_draft(f"e-{number // 2}") for number in range(80)]
        with ThreadPoolExecutor(8) as threads:
            ids = {entry.id for entry in threads.map(ledger.append, drafts)}
        assert ids == {f"ysb:{number}" for number in range(1, 41)}
        (report,) = audit(ledger)
        assert report.breaks == ()

    def test_snapshot_is_of_one_instant(self, ledger: Ledger) -> None:
        """An append during a snapshot succeeds, and is not in the snapshot."""
        ledger.append(a_draft("before"))
        with ledger.snapshot() as snapshot:
            assert snapshot.chains() == ("ysb",)
            ledger.append(a_draft("during"))
            head = snapshot.head("ysb")
            assert head is not None
            assert head.count == 1
            assert [stored.identity for stored in snapshot.entries("ysb")] == ["before"]
            assert snapshot.head("tsw") is None
        assert ledger.heads()["ysb"].count == 2

    def test_snapshot_gives_a_chain_from_any_number_on(self, ledger: Ledger) -> None:
        """What stands after a number, in order; nothing after the last."""
        for name in "abcd":
            ledger.append(a_draft(name))
        with ledger.snapshot() as snapshot:
            for after in range(5):
                numbers = [stored.number for stored in snapshot.entries("ysb", after=after)]
                assert numbers == list(range(after + 1, 5))
