"""One cycle from observing to acting, as the command line runs it."""

from contextlib import nullcontext

from control_builders import a_spec, at, ramp
from control_world import World
from horae.control.cycle import Stages, run_cycle
from horae.control.entries import Observation
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.decision import Decision, Verb
from horae.engines.fake import Fault
from horae.errors import Unavailable
from horae.ledger.audit import audit
from horae.ledger.records import EntryKind


def stages(world: World, *, act_on_it: bool = True) -> Stages:
    """Every stage in the same world."""
    return Stages(
        observing=lambda: nullcontext(world.observing()),
        validating=lambda: nullcontext(world.validating()),
        deciding=lambda: nullcontext(world.deciding()),
        acting=(lambda: nullcontext(world.acting())) if act_on_it else None,
    )


def ignore(result: object) -> None:
    """Nobody listens."""


def test_an_overloaded_job_is_observed_decided_about_and_moved(world: World) -> None:
    """Each stage is told, everything is in the ledger, and the ledger holds."""
    world.load = ramp(100, 400)
    heard: list[object] = []
    decision, outcome = run_cycle(stages(world), "c1", heard.append)
    assert outcome is not None
    assert outcome.result is OutcomeResult.DONE
    assert decision.proposal is not None
    assert world.engine.describe("ysb").configuration == decision.proposal.target
    assert [type(one) for one in heard] == [Observation, tuple, Decision, Outcome]
    assert {entry.kind for entry in world.entries()} == {
        EntryKind.WINDOW, EntryKind.VERDICT, EntryKind.FORECAST, EntryKind.MODEL,
        EntryKind.DECISION, EntryKind.INTENTION, EntryKind.STEP, EntryKind.OUTCOME,
    }  # fmt: skip
    assert audit(world.ledger)[0].breaks == ()


def test_a_repeated_cycle_repeats_nothing(world: World) -> None:
    """The same decision and outcome, not one entry more."""
    world.load = ramp(100, 400)
    first = run_cycle(stages(world), "c1", ignore)
    count = len(world.entries())
    assert run_cycle(stages(world), "c1", ignore) == first
    assert len(world.entries()) == count


def test_a_dry_run_stops_at_the_decision(world: World) -> None:
    """The Rescale is recorded as not to be executed, so that nobody carries it out later."""
    world.load = ramp(100, 400)
    decision, outcome = run_cycle(stages(world, act_on_it=False), "c1", ignore)
    assert (decision.verb, decision.execute) == (Verb.RESCALE, False)
    assert world.entries(EntryKind.DECISION)[0].body["execute"] is False
    assert outcome is None
    assert world.entries(EntryKind.INTENTION) == []


def test_a_recommendation_is_not_carried_out(world: World) -> None:
    """The mode says so."""
    world.spec, world.load = a_spec(mode="recommend"), ramp(100, 400)
    decision, outcome = run_cycle(stages(world), "c1", ignore)
    assert not decision.execute
    assert outcome is None


def test_work_goes_on_when_the_engine_is_back(world: World) -> None:
    """Hold while it is away; the next cycle decides on the whole past and acts."""
    world.load = ramp(100, 400)
    world.engine.fail("describe", Fault(Unavailable("away")))
    held, _ = run_cycle(stages(world), "c1", ignore)
    assert held.proposal is None
    world.clock.wait(60)
    decision, outcome = run_cycle(stages(world), "c2", ignore)
    assert decision.execute
    assert outcome is not None
    assert outcome.reached != at(1)


def test_after_a_move_the_next_cycle_takes_it_for_its_own(world: World) -> None:
    """No external change is recorded, and the decision starts from what was reached."""
    world.load = ramp(100, 400)
    _, outcome = run_cycle(stages(world), "c1", ignore)
    assert outcome is not None
    world.clock.wait(60)
    decision, _ = run_cycle(stages(world), "c2", ignore)
    assert decision.origin == outcome.reached
    assert world.entries(EntryKind.EXTERNAL_CHANGE) == []
