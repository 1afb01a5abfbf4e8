"""A job that actions of ours have left without a living incarnation."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from control_builders import SMALL, a_decision, a_proposal, a_spec, an_outcome, at
from control_world import World
from horae.control.act import act, outcome_entry
from horae.control.loss import as_seen
from horae.control.lost import RESTARTS, decide_on_loss
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.decision import Decision, Verb
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.engines.fake import Fault
from horae.engines.fake_harm import fail_job, kill_job_manager, person_cancels
from horae.errors import Refused

OFTEN = 99  # more than every way back there is


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A job that was seen running, has completed checkpoints, and may be started again."""
    script = tmp_path / "ysb.sql"
    script.write_text("SELECT 1;")
    program = {"kind": "sql", "script": str(script)}
    world = World(tmp_path, spec=a_spec(engine={"restart_lost": True, "program": program}))
    world.clock.wait(10)
    world.look("c1")
    world.clock.wait(45)
    return world


def stopped_for_good(world: World) -> Outcome:
    """A rescale that stopped the job; the cluster then refused every start."""
    world.engine.fail("start", Fault(Refused("no more jobs"), times=OFTEN))
    target = at(2, checkpoint_interval_seconds=20.0)
    decision = a_decision(
        decided_at=world.clock.now(), proposal=a_proposal(target, path=RescalePath.SAVEPOINT)
    )
    outcome = act(world.acting(), world.record(decision).id)
    assert outcome.result is OutcomeResult.FAILED
    assert world.engine.describe("ysb").presence is JobPresence.FINISHED
    return outcome


def forget(world: World) -> None:
    """Restart the JobManager, which has no high availability, and let it answer again."""
    kill_job_manager(world.engine.cluster, high_availability=False)
    world.clock.wait(11)


def mend(world: World) -> None:
    """Let the cluster take jobs again."""
    world.engine.fail("start", Fault(None, times=0))


def asked(world: World, key: str = "restart-1") -> Decision | None:
    """What a person's wish to start it again leads to."""
    restarting = world.restarting()
    seen = as_seen(restarting, world.engine.describe("ysb"))
    return decide_on_loss(restarting, seen, key=key, actor="ada")


def started(world: World, key: str = "restart-1") -> Outcome:
    """What comes of a person's wish."""
    decision = asked(world, key)
    assert decision is not None
    assert decision.execute, decision.sentence
    return act(world.acting(), decision.id, actor="ada")


def of_itself(world: World, cycle: str) -> Decision | None:
    """What the next look leads to, with no person asking."""
    return decide_on_loss(world.restarting(), world.look(cycle))


def test_what_a_failed_action_stopped_is_started_by_a_person(world: World) -> None:
    """From the savepoint that the action had stopped it with; the engine shows it as finished."""
    stopped_for_good(world)
    mend(world)
    (savepoint,) = [s.location for s in world.engine.incarnations[0].completed if s.stopped]
    assert started(world).result is OutcomeResult.DONE
    assert world.engine.incarnations[-1].restored == savepoint
    assert (world.engine.cluster.account().lost, world.engine.cluster.account().doubled) == (0, 0)


def test_also_after_looks_at_it_and_once_the_engine_has_forgotten_it(world: World) -> None:
    """The looks show what the action itself had ended, which is no end on purpose."""
    stopped_for_good(world)
    for cycle in ("c2", "c3"):
        world.clock.wait(60)
        world.look(cycle)
    mend(world)
    forget(world)
    assert started(world).result is OutcomeResult.DONE


def test_of_itself_it_is_not_started_and_the_decision_says_what_to_do(world: World) -> None:
    """A person was called: Hold, with the command, while the engine knows it and after."""
    stopped_for_good(world)
    mend(world)
    for cycle, before in (("c2", None), ("c3", forget)):
        if before is not None:
            before(world)
        decision = of_itself(world, cycle)
        assert decision is not None
        assert (decision.verb, decision.reason) == (Verb.HOLD, Reason.LOST_JOB)
        assert "action ysb-1 failed and left it to a person" in decision.sentence
        assert "`horae action restart ysb`" in decision.sentence


def test_a_person_may_try_again_when_the_restart_failed_too(world: World) -> None:
    """The newest outcome is that of the restart then; one abandoned since changes nothing."""
    stopped_for_good(world)
    assert started(world).result is OutcomeResult.FAILED
    world.halted = lambda: "a holiday"
    second = world.record(a_decision("ysb-9", decided_at=world.clock.now()))
    assert act(world.acting(), second.id).result is OutcomeResult.ABANDONED
    world.halted = lambda: None
    mend(world)
    assert started(world, "restart-2").result is OutcomeResult.DONE


def test_what_a_failed_restart_had_ended_is_a_persons(world: World) -> None:
    """It never got to run, was ended as it was, and is not tried again of itself."""
    fail_job(world.engine.cluster)
    world.engine.cluster.unfit.add(SMALL)
    decision = of_itself(world, "c2")
    assert decision is not None
    assert act(world.acting(), decision.id).result is OutcomeResult.FAILED
    person_cancels(world.engine.cluster)  # what the last try has left, if anything
    shown = world.engine.describe("ysb")
    assert shown.presence is JobPresence.FINISHED
    later = of_itself(world, "c3")
    assert later is None or not later.execute
    forget(world)
    last = of_itself(world, "c4")
    assert last is None or not last.execute
    world.engine.cluster.unfit.clear()
    assert started(world).result is OutcomeResult.DONE


def test_what_a_person_cancelled_after_a_failed_action_is_left_ended(world: World) -> None:
    """The action had not ended that incarnation; of itself nothing starts it, now or later."""
    outcome = an_outcome(result=OutcomeResult.FAILED, ended_at=world.clock.now())
    keep(world, outcome)
    world.clock.wait(20)
    world.look("c2")
    person_cancels(world.engine.cluster)
    assert of_itself(world, "c3") is None
    forget(world)
    assert of_itself(world, "c4") is None


def test_what_a_person_did_to_a_restart_is_left_to_them(world: World) -> None:
    """Cancelled while a restart was under way, and forgotten since."""
    keep(
        world,
        an_outcome(
            result=OutcomeResult.OVERTAKEN,
            path=RescalePath.RESTART,
            reached=None,
            ended_at=world.clock.now(),
        ),
    )
    forget(world)
    decision = of_itself(world, "c2")
    assert decision is not None
    assert decision.verb is Verb.HOLD
    assert "action ysb-1 overtaken and left it to a person" in decision.sentence


def test_a_lost_job_that_a_person_has_ended_since_the_decision_is_left_ended(
    world: World,
) -> None:
    """It was lost when that was decided, came back, and was cancelled before the action began."""
    fail_job(world.engine.cluster)
    decision = of_itself(world, "c2")
    assert decision is not None
    newest = world.engine.newest_state("ysb", job_ids=["first"])
    assert newest is not None
    world.engine.start("ysb", SMALL, job_id="hers", snapshot=newest)
    person_cancels(world.engine.cluster)
    outcome = act(world.acting(), decision.id)
    assert outcome.result is OutcomeResult.ABANDONED
    assert world.engine.cluster.alive == []


def keep(world: World, outcome: Outcome) -> None:
    """Have an outcome in the ledger."""
    world.ledger.append(outcome_entry({}, outcome, "horae"))


def restarts(world: World, number: int, **changes: Any) -> None:
    """So many restarts that ended, a minute apart, the last one now."""
    for one in range(number):
        ended = world.clock.now() - timedelta(minutes=number - 1 - one)
        outcome = an_outcome(
            f"restart-{one}", path=RescalePath.RESTART, reached=SMALL, ended_at=ended
        )
        keep(world, replace(outcome, **changes))


def test_only_restarts_that_were_carried_out_count(world: World) -> None:
    """Decisions that nobody carried out, and those abandoned untouched, are no tries."""
    forget(world)
    restarts(world, RESTARTS, result=OutcomeResult.ABANDONED)
    for one in range(RESTARTS + 1):
        world.clock.wait(91)  # each of them is stale then
        decision = of_itself(world, f"again-{one}")
        assert decision is not None
        assert decision.execute, decision.sentence


def test_a_restart_that_waits_to_be_carried_out_is_not_decided_anew(world: World) -> None:
    """As long as it may still be carried out, which is for 90 s; then another one is decided."""
    forget(world)
    first = of_itself(world, "c2")
    assert first is not None
    assert first.execute
    world.clock.wait(90)
    second = of_itself(world, "c3")
    assert second is not None
    assert (second.verb, second.reason) == (Verb.HOLD, Reason.LOST_JOB)
    assert f"decision {first.id} to start it again waits to be carried out" in second.sentence
    world.clock.wait(1)
    third = of_itself(world, "c4")
    assert third is not None
    assert third.execute


def test_a_person_need_not_wait_for_it(world: World) -> None:
    """Whoever comes first starts it."""
    forget(world)
    assert of_itself(world, "c2") is not None
    assert started(world).result is OutcomeResult.DONE
