"""Stories of what the real stages write, so that neither side drifts from the other."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from control_builders import LINEAGE, SMALL, a_decision, a_spec, at, ramp
from control_world import World
from horae.control.approvals import Answered, Asked, Reply, answered_entry, asked_entry
from horae.control.cycle import Stages, run_cycle
from horae.control.decide_on_approval import approved_id
from horae.control.decide_on_wish import decide_on_wish
from horae.control.history import History
from horae.control.supposition import Supposition
from horae.control.what_if import Asking, what_if
from horae.control.wish import Wish
from horae.domain.decision import Decision
from horae.story.decision.belonging import decision_of
from horae.story.decision.done import Answer
from horae.story.decision.paragraph import paragraph
from horae.story.decision.story import DecisionStory, Part
from horae.story.decision.telling import tell_decision
from horae.story.followed import had_you_followed


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The job `ysb` at one slot under an easy load, never looked at."""
    return World(tmp_path)


def cycle(world: World, name: str = "c1") -> Decision:
    """One whole cycle, acting where the decision says so."""
    stages = Stages(
        observing=lambda: nullcontext(world.observing()),
        validating=lambda: nullcontext(world.validating()),
        deciding=lambda: nullcontext(world.deciding()),
        acting=lambda: nullcontext(world.acting()),
    )
    decision, _ = run_cycle(stages, name, lambda _: None)
    return decision


def told(world: World, decision: Decision) -> DecisionStory:
    """Its story."""
    return tell_decision(world.ledger, "ysb", decision.id)


def test_every_part_of_a_move_is_there(world: World) -> None:
    """Nothing is missing but an approval, which nobody asked for, and what comes after."""
    world.load = ramp(100, 400)
    story = told(world, cycle(world))
    assert [one.part for one in story.missing] == [Part.AFTER]
    assert story.protect is not None
    assert None not in (story.protect.chance, story.protect.peak_load, story.protect.headroom)
    assert story.look is not None
    assert story.mode == "auto"
    assert story.candidates is not None
    assert story.move is not None
    offered = (*story.candidates.members, *story.candidates.beside)
    chosen = [one for one in offered if one.is_chosen]
    assert [one.configuration for one in chosen] == [story.move.target]
    assert None not in (chosen[0].money_per_hour, chosen[0].capacity)
    assert story.forecast is not None
    assert story.forecast.highest(0.95) is not None
    assert {one.what for one in story.compared} == {
        "outage", "catch-up", "capacity", "limit kept", "load", "peak load"
    }  # fmt: skip
    assert str(paragraph(story)).startswith("Horae moved job ysb in place from parallelism 1 on 1")


def test_move_is_compared_with_the_looks_that_follow(world: World) -> None:
    """The next cycle, a minute later, tells the load, the latency and what it carries in use."""
    world.load = ramp(100, 400)
    first = cycle(world)
    world.clock.wait(57)  # it took 3 s, and rows lie on a grid of 5 s
    world.load = ramp(300, 300)
    cycle(world, "c2")
    story = told(world, first)
    known = {one.what: one.real for one in story.compared}
    assert None not in (known["outage"], known["capacity"], known["limit kept"], known["load"])
    assert "It helped" in str(paragraph(story))


def test_hold_says_how_far_away_both_moves_were(world: World) -> None:
    """Of PROTECT and SAVE."""
    story = told(world, cycle(world))
    assert story.protect is not None
    assert story.save is not None
    assert story.why_missing(Part.ACTION) == "Nothing was to be done."
    assert "Nothing pressed" in str(paragraph(story))


def test_wish_is_told_without_forecast(world: World) -> None:
    """A person named the target; its guards are there."""
    seen = world.look("wish-w1")
    wish = Wish(
        id="w1", actor="ada", job="ysb", decision=None, changes={"parallelism": 2},
        reason="a sale", dry_run=False,
    )  # fmt: skip
    story = told(world, decide_on_wish(world.deciding(), seen, wish))
    assert story.look is not None
    assert story.verdict is not None
    assert "a person's wish" in (story.why_missing(Part.FORECAST) or "")
    assert story.guards
    assert "Why: a sale." in str(paragraph(story))


def test_every_entry_of_a_cycle_leads_to_its_decision(world: World) -> None:
    """Whoever opens one finds the story."""
    world.load = ramp(100, 400)
    decision = cycle(world)
    assert {decision_of(world.ledger, entry) for entry in world.entries()} == {decision.id}


def test_recommendations_can_be_followed_in_thought(world: World) -> None:
    """A minute at one slot was run; the recommended configuration costs more."""
    world.spec, world.load = a_spec(mode="recommend"), ramp(100, 400)
    decision = cycle(world)
    world.clock.wait(60)
    cycle(world, "c2")
    followed = had_you_followed(world.ledger, "ysb")
    assert followed.recommended[0].decision == decision.id
    assert followed.recommended[0].came_from == SMALL
    assert followed.recommended[0].target != at(1)
    assert followed.money_saved is not None
    assert followed.money_saved < 0
    assert followed.run.judged_seconds == 60.0


def test_question_and_answer_are_read_as_they_are_recorded(world: World) -> None:
    """In mode approve: asked, approved with another interval, and decided about anew."""
    world.spec, world.load = a_spec(mode="approve"), ramp(100, 400)
    decision = cycle(world)
    until = world.clock.now() + timedelta(minutes=15)
    asked = Asked(
        decision=decision.id, until=until, default=Reply.REFUSE, target=at(4), dag="rescale",
        dag_run="run-1", task="ask", map_index=-1, sentence="A person is asked.",
    )  # fmt: skip
    now = world.clock.now()
    world.ledger.append(asked_entry(asked, job="ysb", at=now, lineage=LINEAGE))
    waits = told(world, decision)
    assert waits.approval is not None
    assert (waits.approval.answer, waits.approval.until) == (Answer.WAITING, until)
    answered = Answered(
        decision=decision.id, answer=Reply.APPROVE, answered_by="ada", answered_at=now,
        reason="a sale", target=at(4), edited={"checkpoint_interval_seconds": 5.0}, fault=None,
        sentence="ada approved it.",
    )  # fmt: skip
    world.ledger.append(answered_entry(answered, job="ysb", lineage=LINEAGE))
    world.record(a_decision(approved_id(decision), actor="ada", approves=decision.id))
    approval = told(world, decision).approval
    assert approval is not None
    assert (approval.answer, approval.by, approval.reason) == (Answer.EDITED, "ada", "a sale")
    assert approval.edited == {"checkpoint_interval_seconds": 5.0}
    assert approval.followed_by is not None
    assert approval.followed_by.decision == approved_id(decision)


def test_supposition_is_read_as_it_is_recorded(world: World) -> None:
    """What would be done at 900 records/s: the forecast is flat there, and nothing is done."""
    cycle(world)
    seen = History(world.ledger, "ysb").last_observation()
    assert seen is not None
    asking = Asking(
        run="run-1", actor="ada", supposition=Supposition(load_records_per_second=900.0)
    )
    answer = what_if(world.deciding(), seen, asking)
    story = told(world, answer)
    assert story.supposed is not None
    assert story.supposed.load == 900.0
    assert story.forecast is not None
    assert story.forecast.highest(0.5) == 900.0
    assert "supposing a load of 900 records/s" in str(paragraph(story))
