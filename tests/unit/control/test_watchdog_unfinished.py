"""What the watchdog does about an action that was begun and not ended."""

from pathlib import Path

import pytest

from action_builders import Killed
from control_builders import SMALL, a_decision, a_proposal, at
from control_world import World
from horae.control.act import act
from horae.control.watchdog import mind
from horae.domain.action import OutcomeResult, RescalePath
from horae.engines.fake import Fault
from watchdog_builders import ALLOWANCE, spec_of, unattended


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A job that nobody looks after."""
    return unattended(tmp_path)


def test_an_action_that_was_left_is_first_left_to_the_cycles(world: World) -> None:
    """Three cycles of a minute; then the watchdog goes on with it, and nobody else needs to."""
    world.begin(a_decision())
    world.clock.wait(180)
    seen = mind(world.minding())
    assert (seen.outcome, "to the next cycle" in seen.sentence) == (None, True)
    world.clock.wait(1)
    seen = mind(world.minding())
    assert seen.outcome is not None
    assert seen.outcome.action_id == "ysb-1"


def stopped_and_left(world: World) -> None:
    """A person's rescale stopped the job, and its process was killed before it started it."""
    proposal = a_proposal(
        at(2, checkpoint_interval_seconds=20.0),
        path=RescalePath.SAVEPOINT,
    )
    decision = a_decision(decided_at=world.clock.now(), actor="ada", proposal=proposal)
    world.clock.wait(15)
    world.record(decision)
    world.engine.fail("provide", Fault(Killed(), after="stop"))
    with pytest.raises(Killed):
        act(world.acting(), decision.id, actor="ada")
    assert world.engine.cluster.alive == []


@pytest.mark.parametrize("mode", ["observe", "recommend"])
def test_what_an_action_has_begun_is_brought_to_its_end_in_every_mode(
    world: World, tmp_path: Path, mode: str
) -> None:
    """The job is down, and no cycle is there to start it."""
    world.spec = spec_of(tmp_path, mode=mode)
    stopped_and_left(world)
    world.clock.wait(181)
    seen = mind(world.minding())
    assert seen.outcome is not None
    assert (seen.outcome.action_id, seen.outcome.result) == ("ysb-1", OutcomeResult.DONE)


def test_what_has_touched_the_job_is_brought_to_its_end_under_the_kill_switch(
    world: World,
) -> None:
    """It was thrown when the job was stopped already."""
    stopped_and_left(world)
    world.halted = lambda: "a holiday"
    world.clock.wait(181)
    seen = mind(world.minding())
    assert seen.outcome is not None
    assert seen.outcome.result is OutcomeResult.DONE


def test_what_has_not_touched_the_job_is_abandoned_under_the_kill_switch(world: World) -> None:
    """With its reason; the job stays as it is."""
    world.clock.wait(15)
    world.begin(a_decision(decided_at=world.clock.now()))
    world.halted = lambda: "a holiday"
    world.clock.wait(181)
    seen = mind(world.minding())
    assert seen.outcome is not None
    assert seen.outcome.result is OutcomeResult.ABANDONED
    assert "a holiday" in seen.sentence
    assert world.engine.describe("ysb").configuration == SMALL


def test_an_action_that_a_live_process_carries_out_is_left_to_it(world: World) -> None:
    """However long no cycle decided anything."""
    world.begin(a_decision())
    world.clock.wait(ALLOWANCE + 1)
    now = world.clock.now()
    world.ledger.take_lease("ysb", action_id="ysb-1", holder="worker-3", now=now, seconds=30)
    assert mind(world.minding()).sentence == "holds: action ysb-1 is under way by worker-3"
