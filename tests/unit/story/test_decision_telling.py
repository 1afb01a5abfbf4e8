"""The parts of a decision's story, and the ids of what they are told from."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from decision_story_builders import (
    CALM,
    LARGE,
    SMALL,
    THREE,
    Chain,
    a_candidate,
    a_move,
)
from horae.control.entries import ExternalChange, to_body
from horae.domain.action import OutcomeResult
from horae.domain.configuration import Configuration
from horae.domain.decision import GuardAnswer, Mode, Verb
from horae.domain.proposal import Reason
from horae.domain.verdict import BrokenRule, Severity
from horae.errors import LedgerError
from horae.ledger.memory import MemoryLedger
from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryKind
from horae.story.decision.done import Answer, Compared
from horae.story.decision.story import DecisionStory, Part
from horae.story.decision.telling import tell_decision


@pytest.fixture
def chain() -> Chain:
    """Empty, at three in the morning."""
    return Chain()


def told(chain: Chain, key: str = "c1") -> DecisionStory:
    """The story of a decision of it."""
    return tell_decision(chain.ledger, chain.job, f"{chain.job}-{key}")


def compared(story: DecisionStory, what: str) -> Compared:
    """One of its comparisons."""
    return next(one for one in story.compared if one.what == what)


def of_size(parallelism: int) -> Configuration:
    """The small configuration at another parallelism."""
    return replace(SMALL, parallelism=parallelism)


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


def test_front_marks_current_and_chosen_and_says_why_not_the_others(chain: Chain) -> None:
    """Four at 16 an hour were chosen; two at 8 are cheaper, at a risk of 60 % instead of 1 %."""
    two, three = a_candidate(LARGE, 16.0, 0.01), a_candidate(SMALL, 4.0, 0.9)
    middle = a_candidate(of_size(2), 8.0, 0.6)
    dear = a_candidate(of_size(8), 32.0, 0.01)
    front = {"front": {"members": [three, middle, two, dear], "evaluated": 9, "peak_load": 300.0}}
    chain.decide(front=front | {"excluded": [], "fixed": {"slots": "no provisioner"}})
    choice = told(chain).candidates
    assert choice is not None
    marks = [(one.is_current, one.is_chosen) for one in choice.members]
    assert marks == [(True, False), (False, False), (False, True), (False, False)]
    assert [one.why_not for one in choice.members if one.is_current or one.is_chosen] == [None] * 2
    assert "a chance of 60 % to break the limit instead of 1 %" in (
        choice.members[1].why_not or ""
    )
    assert "Dearer than the chosen one, 32 an hour instead of 16" in (
        choice.members[3].why_not or ""
    )
    assert choice.fixed == {"slots": "no provisioner"}


def test_chosen_and_present_beside_the_front_are_told_all_the_same(chain: Chain) -> None:
    """By what the decision tells of them: 4 and 16 an hour, 250 and 900 records/s.

    The others are held against the chosen one by what they carry: 500 instead of 900.
    """
    members = [a_candidate(of_size(2), 8.0, 0.6)]
    chain.decide(front={"front": {"members": members}, "excluded": [], "fixed": {}})
    choice = told(chain).candidates
    assert choice is not None
    assert [
        (one.is_current, one.is_chosen, one.money_per_hour, one.capacity) for one in choice.beside
    ] == [(True, False, 4.0, 250.0), (False, True, 16.0, 900.0)]
    assert choice.members[0].why_not == (
        "Cheaper than the chosen one, 8 an hour instead of 16, but it carries 500 records/s "
        "instead of 900 records/s."
    )


def test_outage_beyond_its_interval_did_not_hold(chain: Chain) -> None:
    """Predicted were 5 s (2 to 9); 6 s hold, 12 s do not."""
    for seconds, held in ((6.0, True), (12.0, False)):
        key = f"c{seconds:.0f}"
        chain.carry_out(chain.decide(key), outage_seconds=seconds)
        outage = compared(told(chain, key), "outage")
        assert (outage.predicted, outage.real, outage.held) == (5.0, seconds, held)


def test_catch_up_is_as_fine_as_looks_are(chain: Chain) -> None:
    """The lag may be 2,400: 9,000 at the look after 30 s, 100 at the one after 90 s.

    Predicted were 40 s, so that up to 80 s would have been as predicted; that it took longer than
    30 s is no contradiction, so nobody can say.
    """
    chain.carry_out(chain.decide())
    chain.wait(30).look("c2", configuration=LARGE, lag=9_000.0)
    late = chain.wait(60).look("c3", configuration=LARGE, lag=100.0)
    caught = compared(told(chain), "catch-up")
    assert (caught.real, caught.held, caught.entries) == (90.0, None, (late.id,))


def test_catch_up_that_lasts_longer_than_twice_its_median_did_not_hold(chain: Chain) -> None:
    """Behind still after 90 s, with 40 s predicted."""
    chain.carry_out(chain.decide())
    chain.wait(90).look("c2", configuration=LARGE, lag=9_000.0)
    caught = compared(told(chain), "catch-up")
    assert (caught.real, caught.held) == (None, False)


def test_load_is_held_against_the_forecast_of_its_time(chain: Chain) -> None:
    """Foreseen are 300 (250 to 350) for ten minutes; looks saw 340, 260 and 500, then no more.

    2 of 3 within is less than 70 %, and the fourth look is past the horizon.
    """
    chain.hold(references=chain.foreseen())
    for minute, load in ((2, 340.0), (4, 260.0), (6, 500.0), (11, 300.0)):
        chain.seconds = 60.0 * minute
        chain.look(f"m{minute}", load=load)
    load_told = compared(told(chain), "load")
    assert load_told.real == pytest.approx((340 + 260 + 500) / 3)
    assert (load_told.predicted, load_told.held) == (300.0, False)
    assert "2 of 3 looks" in load_told.sentence


def test_peak_is_held_against_what_was_to_be_reckoned_with(chain: Chain) -> None:
    """150 within 120 s: 140 after a minute keeps to it, 900 after three minutes is past it."""
    chain.hold(references=chain.foreseen())
    chain.wait(60).look("m1", load=140.0)
    chain.wait(120).look("m3", load=900.0)
    peak = compared(told(chain), "peak load")
    assert (peak.high, peak.real, peak.held) == (150.0, 140.0, True)


def test_look_during_the_action_is_none_after_it(chain: Chain) -> None:
    """What came after an action begins with its end."""
    decision = chain.decide()
    chain.begin(decision)
    chain.wait(60).look("during")
    chain.wait(1).end(decision)
    after = chain.wait(60).look("after", configuration=LARGE)
    assert [look.entry for look in told(chain).after.looks] == [after.id]


def test_capacity_is_what_the_next_decision_in_it_believes(chain: Chain) -> None:
    """At least 800 were believed before, 700 in use."""
    chain.carry_out(chain.decide())
    chain.wait(60).hold(
        "c2", origin=LARGE, evidence={**CALM, "capacity_median_records_per_second": 700.0}
    )
    capacity = compared(told(chain), "capacity")
    assert (capacity.low, capacity.real, capacity.held) == (800.0, 700.0, False)


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


def test_configurations_ruled_out_are_told_by_reason(chain: Chain) -> None:
    """Each with the values that it combines."""
    excluded = [{"reason": "no slots", "configurations": 6, "parallelism": [8, 16], "slots": [1]}]
    chain.hold(front={"excluded": excluded, "fixed": {}})
    choice = told(chain).candidates
    assert choice is not None
    (ruled,) = choice.ruled_out
    assert (ruled.reason, ruled.count) == ("no slots", 6)
    assert ruled.values["parallelism"] == (8.0, 16.0)
    assert choice.members == ()


@pytest.mark.parametrize(
    ("lag", "latency", "normal"), [(None, 0.5, True), (None, 50.0, False), (None, None, None)]
)
def test_backlog_is_told_by_its_age_where_its_size_is_not_known(
    chain: Chain, lag: float | None, latency: float | None, normal: bool | None
) -> None:
    """The limit is 10 s; where neither is known, nobody can say."""
    chain.carry_out(chain.decide())
    chain.wait(60).look("c2", configuration=LARGE, lag=lag, latency=latency)
    caught = compared(told(chain), "catch-up")
    assert (caught.real is not None) is (normal is True)
    assert ("At none of 1 looks" in caught.sentence) is (normal is False)


def test_rival_that_stood_in_the_way_is_told(chain: Chain) -> None:
    """The refusal names it, and the action is said not to have begun."""
    decision = chain.decide()
    body = {"action_id": decision.id, "rival": "ysb-other", "sentence": "another is under way"}
    chain.append(EntryKind.REFUSAL, f"{decision.id}:ysb-other", body)
    story = told(chain)
    assert story.deed is not None
    assert [one.rival for one in story.deed.rivals] == ["ysb-other"]
    assert "another action" in (story.why_missing(Part.ACTION) or "")


def _asked(chain: Chain) -> None:
    body = {
        "event": "approval-asked", "decision": "ysb-c1", "until": "2026-03-02T03:15:00+00:00",
        "default": "refuse", "dag_run": "run-1", "task": "ask", "map_index": -1,
    }  # fmt: skip
    chain.append(EntryKind.CONTROL, "approval-asked:ysb-c1", body)


def _answered(chain: Chain, **said: Any) -> None:
    body = {"event": "approval-answered", "decision": "ysb-c1", "answered_by": "ada"} | said
    chain.append(EntryKind.CONTROL, "approval-answered:ysb-c1", body)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (None, Answer.WAITING),
        ({"answer": "approve"}, Answer.APPROVED),
        ({"answer": "approve", "edited": {"parallelism": 2}}, Answer.EDITED),
        ({"answer": "refuse"}, Answer.REFUSED),
        ({"answer": "approve", "answered_by": None}, Answer.UNANSWERED),
        ({"answer": "something else"}, Answer.REFUSED),
    ],
)
def test_approval_is_told_as_far_as_it_is(
    chain: Chain, said: dict[str, Any] | None, answer: Answer
) -> None:
    """Waiting, approved, approved with other values, refused, or answered by nobody."""
    chain.decide(execute=False, approval=True)
    _asked(chain)
    if said is not None:
        _answered(chain, **said)
    approval = told(chain).approval
    assert approval is not None
    assert (approval.answer, approval.on_timeout, approval.dag_run) == (answer, "refuse", "run-1")
    assert told(chain).dry_run is False


def test_approval_leads_to_a_decision_of_its_own(chain: Chain) -> None:
    """The asked one names what followed and how it ended; that one names what it answers."""
    chain.decide(execute=False, approval=True)
    _asked(chain)
    _answered(chain, answer="approve")
    chain.carry_out(chain.decide("c1-approved", actor="ada", approves="ysb-c1"))
    approval = told(chain).approval
    assert approval is not None
    assert approval.followed_by is not None
    assert (approval.followed_by.decision, approval.result) == ("ysb-c1-approved", "done")
    assert told(chain, "c1-approved").answers == "ysb-c1"


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
