"""What guards are told of the past and of the engine, and what they make of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import NOON, SMALL, VERSION, World, an_outcome, at
from horae.control.decide import decide
from horae.control.entries import ExternalChange, draft, to_body
from horae.domain.action import OutcomeResult
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


def test_what_was_rolled_back_from_is_not_tried_again(world: World) -> None:
    """An hour later, when neither cool-down nor return holds it back."""
    world.clock.time = NOON - timedelta(hours=1)
    ended = NOON - timedelta(hours=1)
    remember(world, result=OutcomeResult.ROLLED_BACK, reached=SMALL, ended_at=ended)
    world.clock.time = NOON
    assert list(refusals(world)) == ["not-known-bad"]


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
