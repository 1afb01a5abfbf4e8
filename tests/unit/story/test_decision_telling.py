"""The parts of a decision's story, and the ids of what they are told from."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from decision_story_builders import CALM, LARGE, SMALL, THREE, Chain, a_move, of_size, told
from horae.control.entries import ExternalChange, to_body
from horae.domain.action import OutcomeResult
from horae.domain.decision import GuardAnswer, Mode, Verb
from horae.domain.proposal import Reason
from horae.domain.verdict import BrokenRule, Severity
from horae.errors import LedgerError
from horae.ledger.memory import MemoryLedger
from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryKind
from horae.story.decision.story import Part
from horae.story.decision.telling import tell_decision


def test_every_part_names_the_entry_it_is_told_from(chain: Chain) -> None:
    """The entries stand in this order: look 1, verdict 2, forecast 3, model 4, decision 5, ..."""
    decision = chain.decide(references=chain.foreseen())
    chain.carry_out(decision)
    story = told(chain)
    assert story.look is not None
    assert story.look.entry == "ysb:1"
    assert story.verdict is not None
    assert story.verdict.entry == "ysb:2"
    assert story.forecast is not None
    assert story.forecast.entry == "ysb:3"
    assert story.models is not None
    assert story.models.entry == "ysb:4"
    assert (story.place.entry, story.place.count) == ("ysb:5", 9)
    assert story.deed is not None
    assert story.deed.intention == "ysb:6"
    assert [step.entries for step in story.deed.steps] == [("ysb:7", "ysb:8")]
    assert story.deed.ended is not None
    assert story.deed.ended.entry == "ysb:9"
    assert story.place.previous is not None
    assert story.place.previous.entry == "ysb:4"
    assert story.place.following is not None
    assert story.place.following.entry == "ysb:6"
    assert story.place.bears_hash


def test_memory_and_database_tell_the_same(tmp_path: Path) -> None:
    """A story does not depend on where the ledger lies."""
    stories = []
    for ledger in (MemoryLedger(), open_ledger(f"sqlite:///{tmp_path}/ledger.db")):
        chain = Chain(ledger=ledger)
        chain.carry_out(chain.decide(references=chain.foreseen()))
        chain.wait(30).look("c2", configuration=LARGE)
        stories.append(told(chain))
    assert stories[0] == stories[1]


def test_decision_is_found_by_its_number(chain: Chain) -> None:
    """Its permanent address has the number of its entry."""
    chain.decide(references=chain.foreseen())
    assert tell_decision(chain.ledger, "ysb", "5") == told(chain)


@pytest.mark.parametrize(("wanted", "says"), [("ysb-no", "no decision"), ("1", "is no decision")])
def test_what_is_no_decision_is_refused(chain: Chain, wanted: str, says: str) -> None:
    """With what it is, and what to do."""
    chain.look()
    with pytest.raises(LedgerError, match=says) as caught:
        tell_decision(chain.ledger, "ysb", wanted)
    assert "horae ledger" in str(caught.value)


def test_broken_rules_that_block_come_first(chain: Chain) -> None:
    """And refusals of guards before what was allowed."""
    rules = [
        BrokenRule(rule=name, metric="m", severity=severity, sentence="broken")
        for name, severity in (
            ("a", Severity.WARNS),
            ("b", Severity.BLOCKS),
            ("c", Severity.WARNS),
        )
    ]
    chain.look()
    verdict = chain.verdict(broken=tuple(rules))
    guards = (("mode", True), ("cool-down", False), ("budget", True))
    chain.decide(
        references={"verdict": verdict.id},
        verb=Verb.HOLD,
        execute=False,
        guards=tuple(GuardAnswer(guard=g, allowed=ok, sentence="so") for g, ok in guards),
    )
    story = told(chain)
    assert story.verdict is not None
    assert [rule.rule for rule in story.verdict.broken] == ["b", "a", "c"]
    assert [answer.guard for answer in story.guards] == ["cool-down", "mode", "budget"]


def test_look_during_the_action_is_none_after_it(chain: Chain) -> None:
    """What came after an action begins with its end."""
    decision = chain.decide()
    chain.begin(decision)
    chain.wait(60).look("during")
    chain.wait(1).end(decision)
    after = chain.wait(60).look("after", configuration=LARGE)
    assert [look.entry for look in told(chain).after.looks] == [after.id]


def test_going_back_is_undoing_and_going_elsewhere_is_not(chain: Chain) -> None:
    """Back to one slot by a later decision; then the story of that one: on to two by hand."""
    first = chain.decide()
    chain.carry_out(first)
    back = chain.wait(600).decide(
        "c2", origin=LARGE, proposal=a_move(target=SMALL, reason=Reason.SAVE, urgent=False)
    )
    chain.carry_out(back)
    assert told(chain).after.moved_on is None
    undone = told(chain).after.undone
    assert undone is not None
    assert undone.decision == "ysb-c2"
    change = ExternalChange(
        job="ysb", before=SMALL, after=of_size(2), job_id_before=None, job_id_after=None,
        version_before=None, version_after=None, sentence="somebody else changed it",
    )  # fmt: skip
    chain.wait(60).append(EntryKind.EXTERNAL_CHANGE, "x", to_body(change))
    after = told(chain, "c2").after
    assert after.undone is None
    assert after.moved_on is not None
    assert after.moved_on.decision is None


@pytest.mark.parametrize(
    ("mode", "actor", "dry_run"),
    [
        (Mode.RECOMMEND, "horae", False),
        (Mode.AUTO, "horae", True),
        (Mode.RECOMMEND, "ada", True),
    ],
)
def test_recommendations_and_dry_runs_are_told_apart(
    mode: Mode, actor: str, dry_run: bool
) -> None:
    """By the mode that the look recorded; a person's wish is always executed but for a dry run."""
    chain = Chain(mode=mode)
    chain.decide(references=chain.foreseen(), execute=False, actor=actor)
    assert told(chain).dry_run is dry_run


def test_old_look_leaves_the_mode_unknown(chain: Chain) -> None:
    """Then nobody can tell a recommendation from a dry run."""
    chain.look(old=True)
    chain.decide(references={"window": "ysb@c1"}, execute=False)
    story = told(chain)
    assert (story.mode, story.dry_run) == (None, None)
    assert story.look is not None
    assert story.look.figures == {}


def test_looks_without_figures_are_told_by_the_decisions_on_them(chain: Chain) -> None:
    """Load and backlog age stand in the evidence of the decision on the same window."""
    chain.carry_out(chain.decide())
    chain.wait(60).look("c2", configuration=LARGE, old=True)
    chain.hold("c2", origin=LARGE, references={"window": "ysb@c2"})
    (look,) = told(chain).after.looks
    assert (look.load, look.latency_seconds, look.limit_seconds) == (240.0, 3.0, None)


def test_what_is_missing_is_said_to_be_missing(chain: Chain) -> None:
    """A decision that stands alone, and one whose verdict the ledger has lost."""
    chain.hold("alone", evidence={})
    story = told(chain, "alone")
    assert {one.part for one in story.missing} == set(Part) - {Part.APPROVAL}
    assert (story.protect, story.save, story.candidates, story.deed) == (None,) * 4
    chain.hold("lost", references={"verdict": "ysb:99"})
    assert "ysb:99" in (told(chain, "lost").why_missing(Part.VERDICT) or "")


def test_action_that_is_under_way_has_no_end(chain: Chain) -> None:
    """Its newest step is open."""
    decision = chain.decide()
    chain.begin(decision)
    chain.step(decision, 1, "stop", phase="intended")
    deed = told(chain).deed
    assert deed is not None
    assert deed.ended is None
    assert [(step.state, step.seconds) for step in deed.steps] == [("open", None)]


def test_steps_of_the_next_action_are_not_ours(chain: Chain) -> None:
    """Each action has its own."""
    first, second = chain.decide("c1"), chain.decide("c2", origin=LARGE)
    chain.carry_out(first, result=OutcomeResult.FAILED, reached=None)
    chain.carry_out(second)
    entries = [one.id for one in chain.ledger.read("ysb", kinds=[EntryKind.STEP])]
    deeds = [told(chain, key).deed for key in ("c1", "c2")]
    assert [[step.entries for step in deed.steps] for deed in deeds if deed] == [
        [tuple(entries[:2])],
        [tuple(entries[2:])],
    ]


def test_long_action_is_told_to_its_end(chain: Chain) -> None:
    """Ways back make one of many steps: 40, written twice."""
    decision = chain.decide()
    chain.begin(decision)
    for number in range(1, 41):
        for phase in ("intended", "result"):
            chain.wait(1).step(decision, number, "start", phase=phase)
    deed = told(chain).deed
    assert deed is not None
    assert [step.number for step in deed.steps] == list(range(1, 41))


def test_look_is_found_by_its_window_where_the_names_do_not_tell(chain: Chain) -> None:
    """A decision with an id of its own, which names the window that it rests on."""
    chain.look("another")
    look = chain.wait(60).look("c7")
    chain.hold("by-hand", references={"window": "ysb@c7"})
    story = told(chain, "by-hand")
    assert story.look is not None
    assert story.look.entry == look.id


def test_rival_that_stood_in_the_way_is_told(chain: Chain) -> None:
    """The refusal names it, and the action is said not to have begun."""
    decision = chain.decide()
    body = {"action_id": decision.id, "rival": "ysb-other", "sentence": "another is under way"}
    chain.append(EntryKind.REFUSAL, f"{decision.id}:ysb-other", body)
    story = told(chain)
    assert story.deed is not None
    assert [one.rival for one in story.deed.rivals] == ["ysb-other"]
    assert "another action" in (story.why_missing(Part.ACTION) or "")


def test_supposition_carries_its_own_forecast_and_is_compared_with_nothing(chain: Chain) -> None:
    """It is told by the same function, and says what was supposed."""
    forecast = chain.forecast("other").body
    body = {
        "verb": "hold", "reason": "best-already", "sentence": "Nothing presses.", "execute": False,
        "origin": to_body(SMALL), "evidence": dict(CALM), "forecast": dict(forecast),
        "models": {"proven_load": 1.0},
        "supposed": {"load_records_per_second": 900.0, "present": None, "note": "Black Friday"},
    }  # fmt: skip
    chain.append(EntryKind.WHAT_IF, "ysb-what-if-1", body, actor="ada")
    story = tell_decision(chain.ledger, "ysb", "ysb-what-if-1")
    assert story.supposed is not None
    assert (story.supposed.load, story.supposed.note) == (900.0, "Black Friday")
    assert story.forecast is not None
    assert story.forecast.entry == story.place.entry
    assert story.models is not None
    assert story.compared == ()


class CountingLedger(MemoryLedger):
    """Counts the entries that it gives."""

    given = 0

    def read(
        self,
        chain: str,
        *,
        after: int = 0,
        kinds: Collection[EntryKind] | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Entry]:
        """As it is, counted."""
        found = super().read(
            chain, after=after, kinds=kinds, limit=limit, newest_first=newest_first
        )
        for entry in found:
            self.given += 1
            yield entry


def test_story_in_a_long_chain_reads_few_entries() -> None:
    """Of hundreds of cycles on either side at most 64 looks are, and 20 or 8 of the others."""
    ledger = CountingLedger()
    chain = Chain(ledger=ledger)
    for cycle in range(600):
        chain.wait(60).look(f"a{cycle}")
        chain.hold(f"a{cycle}")
        if cycle == 300:
            chain.carry_out(chain.decide("c1", references=chain.foreseen()))
    story = told(chain)
    assert len(story.after.looks) == 12
    assert ledger.given < 180
    assert story.decided_at > THREE
