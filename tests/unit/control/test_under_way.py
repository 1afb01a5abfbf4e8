"""An action that has not ended, seen, gone on with, and taken over by a person."""

import pytest

from control_builders import SMALL, a_decision, a_proposal, at
from control_world import World
from horae.control.act import act, order_of
from horae.control.journal import LedgerJournal
from horae.control.under_way import UnderWay, abandon, resume, under_way
from horae.control.unfinished import unfinished_action
from horae.domain.action import OutcomeResult, RescalePath
from horae.engines.fake import Fault
from horae.engines.fake_harm import kill_job_manager
from horae.engines.grip import own_job_ids
from horae.engines.journal import Facts, Step, StepState, Taken
from horae.engines.record import snapshot_facts
from horae.engines.transitions import End, Planned
from horae.errors import LeaseTaken, NotReady, Refused, Unavailable
from horae.ledger.records import EntryKind

ID = "ysb-1"


@pytest.fixture
def left(world: World) -> World:
    """A rescale by savepoint that began, and whose process is gone before its first step."""
    world.clock.wait(15)
    target = at(2, checkpoint_interval_seconds=20.0)
    world.begin(
        a_decision(
            decided_at=world.clock.now(),
            proposal=a_proposal(target, path=RescalePath.SAVEPOINT),
        )
    )
    return world


def write(world: World, *steps: tuple[Step, StepState, Facts]) -> None:
    """Record steps as the process that is gone did, each of them begun and then as told."""
    now = world.clock.now()
    lease = world.ledger.take_lease("ysb", action_id=ID, holder="gone", now=now, seconds=1)
    journal = LedgerJournal(
        ledger=world.ledger,
        job="ysb",
        action_id=ID,
        references={},
        halted=lambda: None,
        lease=lambda: lease,
        incarnations=lambda: (),
    )
    for number, (step, state, facts) in enumerate(steps, start=1):
        begun = Taken(
            number=number,
            step=step,
            round=0,
            state=StepState.OPEN,
            at=now,
            detail="as told",
            facts=facts,
        )
        journal.write(begun)
        if state is not StepState.OPEN:
            journal.write(begun.ended(state, now, "as told", {}))
    world.clock.wait(2)


def stopped(world: World) -> None:
    """The job was stopped with a savepoint, and the process died before it started it again."""
    (first,) = world.engine.incarnations
    snapshot = world.engine.snapshot("ysb", trigger_id="t-1", stop=True)
    write(
        world,
        (Step.RECHECK, StepState.DONE, {"job_id": first.job_id}),
        (Step.PREPARE, StepState.DONE, {}),
        (Step.STOP, StepState.DONE, {"ends": first.job_id, **snapshot_facts(snapshot)}),
    )


def seen(world: World, action: str | None = None) -> UnderWay:
    """What is under way; something is."""
    found = under_way(world.acting(), action)
    assert found is not None
    return found


def test_nothing_under_way_is_nothing(world: World) -> None:
    """A job that nobody acts on."""
    assert under_way(world.acting()) is None
    with pytest.raises(NotReady, match="no action of job ysb is under way"):
        resume(world.acting(), None, person="ada")


def test_an_action_before_its_first_step_would_look_first(left: World) -> None:
    """The job is untouched, and all of the worst case is left."""
    found = seen(left)
    assert (found.decision.id, found.taken, found.lease) == (ID, (), None)
    assert isinstance(found.planned, Planned)
    assert (found.planned.step, found.planned.round) == (Step.RECHECK, 0)
    assert found.touched is False
    assert found.seconds_left > 0


def test_an_action_that_stopped_the_job_would_provide_and_start_it(left: World) -> None:
    """What the engine shows and what comes next are told; looking changes nothing."""
    stopped(left)
    entries = len(left.entries())
    found = seen(left)
    assert [taken.step for taken in found.taken] == [Step.RECHECK, Step.PREPARE, Step.STOP]
    assert isinstance(found.planned, Planned)
    assert (found.planned.step, found.planned.round) == (Step.PROVIDE, 0)
    assert found.touched is True
    assert found.shown is not None
    assert found.shown.job.detail == "ended"
    assert len(left.entries()) == entries
    assert "start" not in left.engine.calls


def test_a_start_that_was_not_recorded_is_found_as_by_whoever_goes_on(left: World) -> None:
    """The ledger was away meanwhile: what comes next is told as `resume` takes it."""
    stopped(left)
    _, order = order_of(left.spec, ID, seen(left).decision)
    savepoint = left.engine.newest_state("ysb", job_ids=["first"])
    assert savepoint is not None
    left.engine.provide(order.target, keep=True)
    left.engine.start("ysb", order.target, job_id=own_job_ids(order)[0], snapshot=savepoint)
    left.clock.wait(5)
    entries = len(left.entries())
    found = seen(left)
    assert isinstance(found.planned, Planned)
    assert (found.planned.step, found.planned.round) == (Step.VERIFY, 0)
    assert "which was not recorded" in found.taken[-1].detail
    assert len(left.entries()) == entries
    assert resume(left.acting(), None, person="ada").result is OutcomeResult.DONE
    begun = [entry.body["step"] for entry in left.entries(EntryKind.STEP)][6:]
    assert begun[:2] == [Step.START, Step.VERIFY]  # what was found is recorded, then verified


def test_an_untouched_action_that_would_be_given_up_says_so(left: World) -> None:
    """Its decision is too old to be begun, and so `resume` abandons it."""
    left.clock.wait(91)
    found = seen(left)
    assert isinstance(found.planned, End)
    assert found.planned.result is OutcomeResult.ABANDONED
    assert "at most 0:01:30 is allowed" in found.planned.sentence
    assert resume(left.acting(), None, person="ada").result is OutcomeResult.ABANDONED


def test_who_acts_on_it_is_told(left: World) -> None:
    """By the name of the process."""
    now = left.clock.now()
    left.ledger.take_lease("ysb", action_id=ID, holder="worker-3", now=now, seconds=30)
    lease = seen(left).lease
    assert lease is not None
    assert lease.holder == "worker-3"


def test_while_the_engine_is_away_the_steps_are_told(left: World) -> None:
    """What comes next is not known then."""
    left.engine.fail("describe", Fault(Unavailable("connection refused")))
    found = seen(left)
    assert (found.shown, found.planned, found.touched) == (None, None, None)
    assert found.silence == "connection refused"


def test_an_action_that_ended_is_shown_by_its_id(left: World) -> None:
    """With its outcome, and nothing to come."""
    act(left.acting(), ID)
    assert under_way(left.acting()) is None
    found = seen(left, ID)
    assert found.outcome is not None
    assert found.outcome.result is OutcomeResult.DONE
    assert (found.planned, found.seconds_left) == (None, 0.0)


def test_a_decision_that_is_not_there_is_refused(left: World) -> None:
    """It would not be known what was meant."""
    with pytest.raises(Refused, match="not in the ledger"):
        under_way(left.acting(), "nowhere")


def test_a_person_goes_on_with_it(left: World) -> None:
    """From the savepoint that the process left; the outcome is in that person's name."""
    stopped(left)
    outcome = resume(left.acting(), None, person="ada")
    assert outcome.result is OutcomeResult.DONE
    assert left.engine.incarnations[-1].restored == "memory:t-1"
    (entry,) = left.entries(EntryKind.OUTCOME)
    assert entry.actor == "ada"


def test_an_untouched_action_is_abandoned(left: World) -> None:
    """And nothing is done to the job; the next cycle decides anew."""
    write(left, (Step.RECHECK, StepState.DONE, {}))
    calls = set(left.engine.calls)
    outcome = abandon(left.acting(), ID, person="ada", reason="not now")
    assert (outcome.result, outcome.reached) == (OutcomeResult.ABANDONED, SMALL)
    assert outcome.sentence == "ada took it over: not now. The engine showed: job " + (
        f"{left.engine.incarnations[0].job_id}."
    )
    assert set(left.engine.calls) - calls <= {"describe", "fate"}
    assert unfinished_action(left.ledger, "ysb", left.clock.now()) is None
    assert left.ledger.lease_of("ysb", now=left.clock.now()) is None


def test_an_action_that_had_touched_the_job_has_failed(left: World) -> None:
    """It is that person's to start the job, from the state that the sentence names."""
    stopped(left)
    outcome = abandon(left.acting(), ID, person="ada", reason="by hand")
    assert (outcome.result, outcome.reached) == (OutcomeResult.FAILED, None)
    assert outcome.sentence.endswith(" Its newest state recorded here is in memory:t-1.")
    (entry,) = left.entries(EntryKind.OUTCOME)
    assert entry.actor == "ada"


def test_what_cannot_be_seen_counts_as_touched(left: World) -> None:
    """Unless no step was taken at all."""
    write(left, (Step.RECHECK, StepState.DONE, {}))
    left.engine.fail("describe", Fault(Unavailable("connection refused")))
    outcome = abandon(left.acting(), ID, person="ada", reason="by hand")
    assert outcome.result is OutcomeResult.FAILED
    assert "connection refused" in outcome.sentence


def test_a_live_process_is_not_robbed_unless_by_force(left: World) -> None:
    """With force its lease is gone, and it can record nothing more."""
    now = left.clock.now()
    held = left.ledger.take_lease("ysb", action_id=ID, holder="worker-3", now=now, seconds=300)
    with pytest.raises(LeaseTaken, match=r"worker-3 acts on job ysb .* --force"):
        abandon(left.acting(), ID, person="ada", reason="now")
    assert left.entries(EntryKind.OUTCOME) == []
    outcome = abandon(left.acting(), ID, person="ada", reason="now", force=True)
    assert outcome.result is OutcomeResult.ABANDONED
    assert left.ledger.lease_of("ysb", now=now) is None
    assert held.holder == "worker-3"


def test_abandoning_twice_gives_the_same_outcome(left: World) -> None:
    """Also by another person."""
    first = abandon(left.acting(), ID, person="ada", reason="now")
    assert abandon(left.acting(), ID, person="bob", reason="later") == first
    assert len(left.entries(EntryKind.OUTCOME)) == 1


def test_what_never_began_cannot_be_abandoned(world: World) -> None:
    """There is nothing that would go on."""
    world.record(a_decision())
    with pytest.raises(Refused, match="has not begun"):
        abandon(world.acting(), ID, person="ada", reason="now")


def test_an_engine_that_forgot_the_job_is_told(left: World) -> None:
    """The look does not wait for it to come back."""
    stopped(left)
    kill_job_manager(left.engine.cluster, high_availability=False, away_seconds=5)
    assert seen(left).silence == "the JobManager does not answer"
    left.clock.wait(6)
    found = seen(left)
    assert found.shown is not None
    assert found.shown.job.detail == "no such job"
