"""What guards are told of the past and of the engine, and what they make of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import NOON, SMALL, VERSION, a_proposal, a_spec, an_outcome, at, ramp
from control_world import World
from horae.control.conclude import with_risk_told
from horae.control.decide import decide
from horae.control.entries import ExternalChange, draft, to_body
from horae.control.possible import what_may_be_done
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.decision import Decision
from horae.domain.proposal import Proposal, Reason, Stay
from horae.engines.engine import Progress
from horae.engines.fake import FakeEngine, Fault
from horae.errors import Unavailable
from horae.ledger.records import EntryKind
from horae.policy.policy import Situation

AWAY = Unavailable("connection refused")


class TwoSlots:
    """A policy that always wants two slots, without hurry."""

    @property
    def name(self) -> str:
        """Always `two slots`."""
        return "two slots"

    @property
    def foresees(self) -> bool:
        """Never."""
        return False

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Two slots."""
        return Proposal(
            target=at(2),
            path=an_outcome().path,
            reason=Reason.IMPROVE,
            sentence="Two are nicer.",
            urgent=False,
            predicted_outage_seconds=None,
            predicted_catch_up_seconds=None,
            benefit_money=None,
        )


def refusals(world: World, cycle: str = "c1") -> dict[str, str]:
    """Which guards hold `TwoSlots` back, and why."""
    decision = decide(world.deciding(policy=TwoSlots()), world.look(cycle))
    return {answer.guard: answer.sentence for answer in decision.guards if not answer.allowed}


def remember(world: World, **changes: object) -> None:
    """An action of the past with its decision."""
    outcome = an_outcome(**changes)
    decision = to_body(replace(world.decide("c0"), id=outcome.action_id))
    for kind, body in ((EntryKind.DECISION, decision), (EntryKind.OUTCOME, to_body(outcome))):
        world.ledger.append(
            draft(kind, job="ysb", key=outcome.action_id, at=world.clock.now(), body=body)
        )


def test_a_past_action_cools_down(world: World) -> None:
    """It ended at 12:00:10; at 12:00:30 there are 40 of 60 s to go."""
    remember(world, target=SMALL, reached=SMALL)
    world.clock.time = NOON + timedelta(seconds=30)
    assert list(refusals(world)) == ["cool-down"]


def an_hour_ago(world: World, result: OutcomeResult) -> None:
    """An action to two slots ended so, an hour ago; by noon nothing else holds one back."""
    world.clock.time = NOON - timedelta(hours=1)
    remember(world, result=result, reached=SMALL, ended_at=world.clock.now())
    world.clock.time = NOON


SAID = "ailed at 2026-03-02 11:00 UTC: The job runs in it; not again before 2026-03-03 11:00 UTC"


@pytest.mark.parametrize("result", [OutcomeResult.ROLLED_BACK, OutcomeResult.FAILED])
def test_what_failed_is_not_tried_again(world: World, result: OutcomeResult) -> None:
    """An hour later, when neither cool-down nor return holds it back."""
    an_hour_ago(world, result)
    assert refusals(world) == {"not-known-bad": f"F{SAID}."}


def test_what_failed_is_not_even_searched(world: World) -> None:
    """Planning for what a guard refuses would be in vain; the decision's entry says why."""
    an_hour_ago(world, OutcomeResult.ROLLED_BACK)
    world.load = ramp(100, 400)
    decision = world.decide("c1")
    assert decision.proposal is not None
    assert decision.proposal.target.parallelism == 4
    excluded = world.entries(EntryKind.DECISION)[-1].body["excluded"]
    assert [(one["parallelism"], one["reason"]) for one in excluded] == [([2], f"f{SAID}")]


def test_a_failure_is_forgotten_when_the_spec_says_so(world: World) -> None:
    """Half an hour is allowed, and it was an hour ago."""
    world.spec = a_spec(guards={"cooldown_seconds": 60, "failed_hours": 0.5})
    an_hour_ago(world, OutcomeResult.ROLLED_BACK)
    assert refusals(world) == {}


def test_what_others_did_meanwhile_is_no_failure(world: World) -> None:
    """Somebody else changed the job while an action ran: nothing speaks against its target."""
    an_hour_ago(world, OutcomeResult.OVERTAKEN)
    assert refusals(world) == {}


class AnotherInterval(TwoSlots):
    """A policy that wants another interval, by savepoint."""

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Twice the interval."""
        wanted = super().propose(situation)
        assert isinstance(wanted, Proposal)
        target = at(1, checkpoint_interval_seconds=20.0)
        return replace(wanted, target=target, path=RescalePath.SAVEPOINT)


def by_savepoint(world: World) -> Decision:
    """What is decided about it."""
    return decide(world.deciding(policy=AnotherInterval()), world.look("c1"))


def test_a_savepoint_that_may_fall_back_says_so(world: World) -> None:
    """With the wait before it does; no policy needs to know of it.

    Nothing was predicted, so that is the longest wait of the spec.
    """
    world.spec = a_spec(engine={"step_timeout_seconds": 40})
    assert by_savepoint(world).sentence == (
        "Two are nicer. Should the savepoint fail or take longer than 40 s, the job is started "
        "from its newest checkpoint, and what came since is read again."
    )


def test_the_wait_for_a_savepoint_follows_from_the_outage_predicted(world: World) -> None:
    """Three times the 95 % quantile of 10 s."""
    target = at(1, checkpoint_interval_seconds=20.0)
    proposal = a_proposal(
        target, path=RescalePath.SAVEPOINT, predicted_outage_interval=(1.0, 10.0)
    )
    able = world.engine.capabilities("ysb")
    told = with_risk_told(proposal, able, origin=SMALL, step_timeout_seconds=300)
    assert "take longer than 30 s" in told.sentence


def test_without_the_fallback_nothing_is_read_again(world: World) -> None:
    """The spec forbids it, so it is no ability of the job's any more."""
    world.spec = a_spec(engine={"checkpoint_fallback": False})
    assert by_savepoint(world).sentence == "Two are nicer."
    able = what_may_be_done(world.spec, world.engine)
    assert (able.checkpoint, able.savepoint) == (False, True)
    assert able.why_not["checkpoint"] == "engine.checkpoint_fallback is false"


def test_transactions_must_survive_what_is_fallen_back_to(world: World) -> None:
    """Savepoints took 4 s each time, a start from a checkpoint 60 s: half a minute is too short.

    With the fallback forbidden the same savepoint is allowed.
    """
    for number, (path, seconds) in enumerate(
        [(RescalePath.SAVEPOINT, 4.0)] * 8 + [(RescalePath.CHECKPOINT, 60.0)] * 8
    ):
        old = NOON - timedelta(hours=40 - number)
        remember(world, action_id=f"ysb-{number}", path=path, outage_seconds=seconds, ended_at=old)
    for allowed, refused in ((True, ["transaction-timeout"]), (False, [])):
        world.spec = a_spec(
            engine={"transaction_timeout_seconds": 60, "checkpoint_fallback": allowed}
        )
        decision = decide(world.deciding(policy=AnotherInterval()), world.look(f"c{allowed}"))
        assert [each.guard for each in decision.guards if not each.allowed] == refused


def failed_checkpoints(world: World, *, completed_seconds_ago: float | None) -> dict[str, str]:
    """Refusals after one failed checkpoint; intervals are of 10 s."""

    class Failing(FakeEngine):
        def progress(self, job: str) -> Progress:
            at_last = None
            if completed_seconds_ago is not None:
                at_last = world.clock.now() - timedelta(seconds=completed_seconds_ago)
            known = super().progress(job)
            return replace(known, failed_checkpoints=1, last_checkpoint_at=at_last)

    world.engine = Failing(world.clock, SMALL, job="ysb")
    return refusals(world)


@pytest.mark.parametrize("ago", [21, None])
def test_checkpoints_that_fail_hold_a_move_back(world: World, ago: float | None) -> None:
    """One failed, and none was completed within two intervals, or ever."""
    assert list(failed_checkpoints(world, completed_seconds_ago=ago)) == ["healthy-checkpoints"]


def test_a_checkpoint_completed_since_makes_good_for_a_failed_one(world: World) -> None:
    """One failed some time ago, the newest is 20 s old: that is two intervals."""
    assert failed_checkpoints(world, completed_seconds_ago=20) == {}


def test_an_engine_that_says_nothing_of_checkpoints_holds_a_move_back(world: World) -> None:
    """Without its input the guard refuses."""
    seen = world.look("c1")
    world.engine.fail("progress", Fault(AWAY))
    decision = decide(world.deciding(policy=TwoSlots()), seen)
    assert decision.reason is Reason.GUARD_REFUSED
    assert "whether checkpoints complete" in decision.sentence


def test_a_new_version_is_not_blamed_for_what_the_old_one_was_rolled_back_from(
    world: World,
) -> None:
    """The job was deployed anew since, so the target may be tried again."""
    world.clock.time = NOON - timedelta(hours=1)
    ended = NOON - timedelta(hours=1)
    remember(world, result=OutcomeResult.ROLLED_BACK, reached=SMALL, ended_at=ended)
    change = ExternalChange(
        job="ysb",
        before=SMALL,
        after=SMALL,
        job_id_before="zero",
        job_id_after="first",
        version_before="an older one",
        version_after=VERSION.id,
        sentence="somebody else deployed it",
    )
    at_half = NOON - timedelta(minutes=30)
    world.ledger.append(
        draft(EntryKind.EXTERNAL_CHANGE, job="ysb", key="c", at=at_half, body=to_body(change))
    )
    world.clock.time = NOON
    assert refusals(world) == {}
