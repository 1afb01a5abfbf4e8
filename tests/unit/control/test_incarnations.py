"""The incarnations of a job that the ledger tells of."""

import pytest

from control_builders import SMALL, a_decision, a_proposal, at
from control_world import World
from horae.control.act import act
from horae.control.incarnations import ENOUGH, known_incarnations, starts_of_ours
from horae.control.journal import LedgerJournal
from horae.domain.action import OutcomeResult, RescalePath
from horae.engines.fake import Fault
from horae.engines.journal import Step, StepState, Taken
from horae.errors import Refused
from horae.ledger.records import EntryKind

OTHER = at(2, checkpoint_interval_seconds=20.0)


def move(world: World, number: int) -> OutcomeResult:
    """An action by savepoint, to and fro."""
    origin, target = (SMALL, OTHER) if number % 2 else (OTHER, SMALL)
    decision = a_decision(
        f"ysb-{number}",
        decided_at=world.clock.now(),
        origin=origin,
        proposal=a_proposal(target, path=RescalePath.SAVEPOINT),
    )
    world.record(decision)
    return act(world.acting(), decision.id).result


def test_a_job_that_was_never_seen_has_none(world: World) -> None:
    """Neither seen nor started."""
    assert known_incarnations(world.ledger, "ysb") == ()
    assert list(starts_of_ours(world.ledger, "ysb")) == []


def test_what_was_seen_and_what_was_started_count_once_each(world: World) -> None:
    """The newest first: two starts of ours, the second seen as well, and the first of all seen."""
    world.clock.wait(15)
    world.look("c1")
    assert [move(world, 1), move(world, 2)] == [OutcomeResult.DONE] * 2
    world.look("c2")
    ids = tuple(one.job_id for one in reversed(world.engine.incarnations))
    assert len(ids) == 3
    assert known_incarnations(world.ledger, "ysb") == ids
    (_, second) = world.entries(EntryKind.INTENTION)
    assert known_incarnations(world.ledger, "ysb", after=second.number) == ids[:2]
    assert [one.job_id for one in starts_of_ours(world.ledger, "ysb")] == list(ids[:2])


def test_a_start_that_was_refused_never_was(world: World) -> None:
    """The job went back: only the start that the engine accepted is told of."""
    world.clock.wait(15)
    world.look("c1")
    world.engine.fail("start", Fault(Refused("no such jar")))
    assert move(world, 1) is OutcomeResult.ROLLED_BACK
    ids = tuple(one.job_id for one in reversed(world.engine.incarnations))
    assert known_incarnations(world.ledger, "ysb") == ids
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("step", "facts"),
    [(Step.RECHECK, {"job_id": "theirs"}), (Step.VERIFY, {"overtaken_by": "theirs"})],
)
def test_what_an_action_found_under_the_name_counts(
    world: World, step: Step, facts: dict[str, str]
) -> None:
    """Somebody else's incarnation, which no look has seen."""
    world.clock.wait(15)
    world.look("c1")
    now = world.clock.now()
    lease = world.ledger.take_lease("ysb", action_id="a", holder="gone", now=now, seconds=1)
    journal = LedgerJournal(
        ledger=world.ledger, job="ysb", action_id="a", references={}, halted=lambda: None,
        lease=lambda: lease, incarnations=lambda: (),
    )  # fmt: skip
    begun = Taken(number=1, step=step, round=0, state=StepState.OPEN, at=now, detail="")
    journal.write(begun)
    journal.write(begun.ended(StepState.FAILED, now, "another one runs", facts))
    assert known_incarnations(world.ledger, "ysb") == ("theirs", "first")


def test_each_start_tells_what_it_was_made_from(world: World) -> None:
    """The savepoint of its own round."""
    world.clock.wait(15)
    move(world, 1)
    move(world, 2)
    told = {one.job_id: one.snapshot for one in starts_of_ours(world.ledger, "ysb")}
    for one in world.engine.incarnations[1:]:
        snapshot = told[one.job_id]
        assert snapshot is not None
        assert snapshot.location == one.restored


def test_no_more_are_told_than_can_matter(world: World) -> None:
    """The five newest of seven."""
    world.clock.wait(15)
    for number in range(1, 7):
        move(world, number)
    ids = tuple(one.job_id for one in reversed(world.engine.incarnations))
    assert len(ids) == 7
    assert known_incarnations(world.ledger, "ysb") == ids[:ENOUGH]
