"""What a cycle does about a job before it decides."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from control_builders import NOON, a_decision, a_spec, at, ramp
from control_world import World
from horae.control.cycle import Stages, run_cycle
from horae.control.telling import told
from horae.control.turn import Unfinished, take_turn
from horae.domain.action import OutcomeResult
from horae.domain.decision import Decision
from horae.domain.proposal import Reason
from horae.engines.fake_harm import kill_job_manager
from horae.ledger.records import EntryKind

SENTENCE = "action ysb-1 began at 2026-03-02 12:00:00 UTC and has not ended; it is resumed"


@pytest.fixture
def left(world: World) -> World:
    """A world with an action that began and whose process is gone."""
    world.begin(a_decision())
    return world


def stages(world: World, *, dry_run: bool = False) -> Stages:
    """A whole cycle in that world."""
    return Stages(
        observing=lambda: nullcontext(world.observing()),
        validating=lambda: nullcontext(world.validating()),
        deciding=lambda: nullcontext(world.deciding()),
        acting=None if dry_run else lambda: nullcontext(world.acting()),
    )


def test_an_action_that_was_left_is_gone_on_with(left: World) -> None:
    """And nothing is decided beside it."""
    turn = take_turn(left.deciding(), left.look("c2"))
    assert isinstance(turn, Unfinished)
    assert (turn.decision.id, turn.began_at) == ("ysb-1", NOON)
    assert told(turn) == ("decide", SENTENCE)
    assert [entry.body["id"] for entry in left.entries(EntryKind.DECISION)] == ["ysb-1"]


def test_an_action_that_a_live_process_carries_out_is_left_to_it(left: World) -> None:
    """The cycle decides as always, and the guard says that one action at a time is enough."""
    left.load = ramp(100, 400)
    now = left.clock.now()
    left.ledger.take_lease("ysb", action_id="ysb-1", holder="alive", now=now, seconds=300)
    turn = take_turn(left.deciding(), left.look("c2"))
    assert isinstance(turn, Decision)
    assert turn.reason is Reason.GUARD_REFUSED
    assert "Action ysb-1 has not ended" in turn.sentence


def test_a_whole_cycle_goes_on_with_it(left: World) -> None:
    """The outcome of the action that was left is the cycle's."""
    heard: list[object] = []
    decision, outcome = run_cycle(stages(left), "c2", heard.append)
    assert decision.id == "ysb-1"
    assert outcome is not None
    assert (outcome.action_id, outcome.result) == ("ysb-1", OutcomeResult.DONE)
    assert left.engine.describe("ysb").configuration == at(2)
    assert SENTENCE in [told(one)[1] for one in heard]


def test_a_dry_run_only_tells_of_it(left: World) -> None:
    """Nothing is touched."""
    heard: list[object] = []
    _, outcome = run_cycle(stages(left, dry_run=True), "c2", heard.append)
    assert outcome is None
    assert SENTENCE.replace("it is", "it would be") in [told(one)[1] for one in heard]
    assert left.entries(EntryKind.OUTCOME) == []


def test_a_lost_job_is_decided_about_before_the_policy_is_asked(
    world: World, tmp_path: Path
) -> None:
    """Its reason is that it was lost, not that it does not run; and the cycle starts it again."""
    script = tmp_path / "ysb.sql"
    script.write_text("SELECT 1;")
    program = {"kind": "sql", "script": str(script)}
    world.spec = a_spec(engine={"restart_lost": True, "program": program})
    world.clock.wait(10)
    world.look("c1")
    world.clock.wait(30)
    kill_job_manager(world.engine.cluster, high_availability=False)
    world.clock.wait(11)
    decision, outcome = run_cycle(stages(world), "c2", lambda _: None)
    assert decision.reason is Reason.LOST_JOB
    assert outcome is not None
    assert outcome.result is OutcomeResult.DONE


def test_a_job_without_trouble_is_decided_about(world: World) -> None:
    """As ever."""
    turn = take_turn(world.deciding(), world.look("c1"))
    assert isinstance(turn, Decision)
    assert turn.id == "ysb-c1"
