"""A job that its engine has lost."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from control_builders import SMALL, a_decision, a_proposal, a_spec, an_outcome, at
from control_world import World
from horae.control.act import act
from horae.control.entries import draft, to_body
from horae.control.lost import RESTARTS, decide_on_loss
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.decision import Decision, Verb
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.engines.fake import Fault
from horae.engines.fake_harm import break_storage, fail_job, kill_job_manager, person_cancels
from horae.errors import Unavailable
from horae.ledger.records import EntryKind


def spec_of(folder: Path, *, mode: str = "auto", **engine: Any) -> Any:
    """A job that can be started, and that may be started again unless `engine` says otherwise."""
    script = folder / "ysb.sql"
    script.write_text("SELECT 1;")
    program = {"kind": "sql", "script": str(script)}
    return a_spec(mode=mode, engine={"restart_lost": True, "program": program} | engine)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A job that was seen running, and has completed checkpoints since."""
    world = World(tmp_path, spec=spec_of(tmp_path))
    world.clock.wait(10)
    world.look("c1")
    world.clock.wait(45)
    return world


def lose(world: World) -> None:
    """Restart the JobManager, which has no high availability, and let it answer again."""
    kill_job_manager(world.engine.cluster, high_availability=False)
    world.clock.wait(11)


def decided(world: World, cycle: str = "c2") -> Decision | None:
    """What the next look leads to."""
    return decide_on_loss(world.restarting(), world.look(cycle))


def held(world: World) -> str:
    """The sentence of the Hold that the next look leads to; it names the loss as its reason."""
    decision = decided(world)
    assert decision is not None
    assert (decision.verb, decision.execute) == (Verb.HOLD, False)
    assert decision.reason is Reason.LOST_JOB
    return decision.sentence


def test_a_job_that_was_lost_is_started_again_from_its_newest_state(world: World) -> None:
    """In what it last ran in, from its newest checkpoint; and it runs then."""
    (first,) = world.engine.incarnations
    lose(world)
    newest = first.completed[-1]
    decision = decided(world)
    assert decision is not None
    assert (decision.verb, decision.execute) == (Verb.RESCALE, True)
    assert decision.proposal is not None
    assert (decision.proposal.path, decision.proposal.target) == (RescalePath.RESTART, SMALL)
    assert decision.evidence["lost_job_ids"] == first.job_id
    assert decision.evidence["state_location"] == newest.location
    # 10 s of latency limit at 100 records/s.
    assert decision.evidence["lag_limit_records"] == pytest.approx(1000)
    outcome = act(world.acting(), decision.id)
    assert (outcome.result, outcome.reached) == (OutcomeResult.DONE, SMALL)
    assert world.engine.incarnations[-1].restored == newest.location
    assert [one.alive for one in world.engine.incarnations] == [False, True]


def test_a_job_that_failed_for_good_is_started_again_too(world: World) -> None:
    """Its restart strategy gave up; the engine still knows it."""
    fail_job(world.engine.cluster)
    assert world.engine.describe("ysb").presence is JobPresence.FAILED
    decision = decided(world)
    assert decision is not None
    assert decision.execute


def test_deciding_twice_on_the_same_look_decides_once(world: World) -> None:
    """A task that is tried again finds its decision."""
    lose(world)
    seen = world.look("c2")
    first = decide_on_loss(world.restarting(), seen)
    world.clock.wait(5)
    assert decide_on_loss(world.restarting(), seen) == first
    assert len(world.entries(EntryKind.DECISION)) == 1


def test_a_job_that_a_person_ended_is_not_lost(world: World) -> None:
    """Neither as long as the engine shows it, nor when the engine has forgotten it."""
    person_cancels(world.engine.cluster)
    assert decided(world) is None
    lose(world)
    assert decided(world, "c3") is None


def test_a_job_that_was_never_seen_alive_is_not_lost(tmp_path: Path) -> None:
    """Nobody knows what it would be started in."""
    world = World(tmp_path, spec=spec_of(tmp_path))
    lose(world)
    assert decided(world) is None


def test_a_job_that_came_back_since_the_look_is_not_lost(world: World) -> None:
    """The engine is asked once more before anything is started beside it."""
    seen = world.look("c2")
    lost = replace(seen, presence=JobPresence.ABSENT)
    assert decide_on_loss(world.restarting(), lost) is None


def test_nothing_is_decided_while_the_engine_is_away(world: World) -> None:
    """An engine that does not answer has not said that the job is gone."""
    lose(world)
    seen = world.look("c2")
    world.engine.fail("describe", Fault(Unavailable("connection refused")))
    assert decide_on_loss(world.restarting(), seen) is None


def test_nothing_is_decided_while_an_action_is_under_way(world: World) -> None:
    """The action itself deals with it."""
    world.begin(a_decision())
    lose(world)
    assert decided(world) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mode": "recommend"}, "the mode is recommend"),
        ({"restart_lost": False}, "engine.restart_lost is false"),
        ({"program": None}, "the spec names no program"),
    ],
)
def test_what_was_not_allowed_is_told_with_what_to_do(
    world: World, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    """The sentence names the newest state and the commands that tell how to start from it."""
    world.spec = spec_of(tmp_path, **changes)
    lose(world)
    location = world.engine.incarnations[0].completed[-1].location
    sentence = held(world)
    assert said in sentence
    assert f"Its newest state is in {location}." in sentence
    assert sentence.endswith(
        "By hand: `horae action restart ysb`, or as `horae watchdog --runbook ysb` tells."
    )


def test_no_option_and_no_argument_reaches_the_ledger(world: World, tmp_path: Path) -> None:
    """They may be secrets, and the ledger cannot forget."""
    (tmp_path / "job.jar").touch()
    program = {
        "kind": "jar",
        "jar": str(tmp_path / "job.jar"),
        "arguments": ["--password", "HUNTER1"],
        "options": {"s3.secret-key": "HUNTER2"},
    }
    lose(world)
    for number, allowed in enumerate((False, True)):
        world.spec = spec_of(tmp_path, program=program, restart_lost=allowed)
        assert decided(world, f"c{number + 2}") is not None
    told = "".join(str(entry.body) for entry in world.entries())
    assert "horae action restart ysb" in told
    assert "HUNTER" not in told
    assert "s3.secret-key" not in told


def test_the_kill_switch_holds_it_back(world: World) -> None:
    """With its reason."""
    lose(world)
    world.halted = lambda: "storage is being moved"
    assert "the kill switch is thrown: storage is being moved" in held(world)


def test_a_program_that_is_gone_is_told(world: World, tmp_path: Path) -> None:
    """Before anything is begun."""
    (tmp_path / "ysb.sql").unlink()
    lose(world)
    assert f"its program {tmp_path / 'ysb.sql'} is not there" in held(world)


def test_without_a_state_nothing_is_started(world: World) -> None:
    """From nothing it would process everything again."""
    lose(world)
    world.engine.cluster.storage.states.clear()
    sentence = held(world)
    assert "no state is known of any of " in sentence
    assert "`horae watchdog --runbook ysb`" in sentence


def test_storage_that_cannot_be_looked_into_is_told(world: World) -> None:
    """The engine's own words are in the sentence."""
    lose(world)
    break_storage(world.engine.cluster)
    assert "its newest state could not be found: the storage of" in held(world)


@pytest.mark.parametrize("result", [OutcomeResult.FAILED, OutcomeResult.OVERTAKEN])
def test_what_an_action_left_to_a_person_is_not_taken_from_them(
    world: World, result: OutcomeResult
) -> None:
    """A failed action calls a person, who may be about to start it."""
    outcome = an_outcome(result=result, reached=None, ended_at=world.clock.now())
    world.ledger.append(
        draft(
            EntryKind.OUTCOME, job="ysb", key="ysb-1", at=world.clock.now(), body=to_body(outcome)
        )
    )
    lose(world)
    assert f"action ysb-1 {result} and left it to a person" in held(world)


def restarted(world: World, number: int, *, ago: timedelta) -> None:
    """A restart that ended a while ago and did not last."""
    ended = world.clock.now() - ago
    outcome = an_outcome(
        f"restart-{number}", path=RescalePath.RESTART, reached=SMALL, ended_at=ended
    )
    world.ledger.append(
        draft(EntryKind.OUTCOME, job="ysb", key=outcome.action_id, at=ended, body=to_body(outcome))
    )


def test_after_three_restarts_within_an_hour_a_person_is_called(world: World) -> None:
    """A job that is lost as soon as it starts is not helped by a fourth."""
    lose(world)
    for number in range(RESTARTS):
        restarted(world, number, ago=timedelta(minutes=30 - number))
    assert "it was started again 3 times within an hour" in held(world)


def test_restarts_of_more_than_an_hour_ago_do_not_count(world: World) -> None:
    """Two of the three were made within the hour."""
    lose(world)
    for number, minutes in enumerate((61, 59, 58)):
        restarted(world, number, ago=timedelta(minutes=minutes))
    decision = decided(world)
    assert decision is not None
    assert decision.execute


def test_a_usable_look_between_restarts_begins_the_count_anew(world: World) -> None:
    """It has worked again: what comes now is another loss."""
    for number in range(RESTARTS):
        restarted(world, number, ago=timedelta(minutes=5))
    world.clock.wait(20)
    world.look("between")
    lose(world)
    decision = decided(world)
    assert decision is not None
    assert decision.execute


def test_a_person_may_start_it_in_any_mode(world: World, tmp_path: Path) -> None:
    """Without `restart_lost`, and after whatever an action left."""
    world.spec = spec_of(tmp_path, mode="recommend", restart_lost=False)
    lose(world)
    seen = world.look("c2")
    decision = decide_on_loss(world.restarting(), seen, key="restart-1", actor="ada")
    assert decision is not None
    assert (decision.id, decision.actor) == ("ysb-restart-1", "ada")
    assert decision.execute
    assert act(world.acting(), decision.id, actor="ada").result is OutcomeResult.DONE


def test_it_is_started_in_what_an_action_brought_it_to(world: World) -> None:
    """The incarnation that the action started counts too, though no look has seen it."""
    target = at(2, checkpoint_interval_seconds=20.0)
    by_savepoint = a_proposal(target, path=RescalePath.SAVEPOINT)
    decision = a_decision(decided_at=world.clock.now(), proposal=by_savepoint)
    world.record(decision)
    assert act(world.acting(), decision.id).result is OutcomeResult.DONE
    lose(world)
    found = decided(world)
    assert found is not None
    assert found.origin == target
    ids = [one.job_id for one in reversed(world.engine.incarnations)]
    assert str(found.evidence["lost_job_ids"]).split(",") == ids


def test_a_look_that_is_alive_is_none_of_its_business(world: World) -> None:
    """The usual decision is made about it."""
    assert decided(world) is None


def test_a_look_into_an_action_of_ours_is_no_end_on_purpose(world: World) -> None:
    """The job was stopped for a moment just then; lost right after, it is started again."""
    record_action(world)
    lose(world)
    decision = decided(world)
    assert decision is not None
    assert (decision.verb, decision.execute) == (Verb.RESCALE, True)


def record_action(world: World) -> None:
    """An action that stopped and started the job, with a look in the middle of it."""
    decision = a_decision()
    began = world.clock.now()
    world.record(decision)
    world.engine.snapshot("ysb", trigger_id="ours", stop=True)
    world.look("in-between")
    newest = world.engine.newest_state("ysb", job_ids=["first"])
    assert newest is not None
    world.engine.start("ysb", SMALL, job_id="moved", snapshot=newest)
    world.clock.wait(10)
    outcome = replace(an_outcome(), reached=SMALL, target=SMALL, started_at=began)
    body = to_body(replace(outcome, ended_at=world.clock.now()))
    for kind, said in (
        (EntryKind.INTENTION, {"action_id": decision.id}),
        (EntryKind.OUTCOME, body),
    ):
        world.ledger.append(
            draft(kind, job="ysb", key=decision.id, at=world.clock.now(), body=said)
        )
