"""What Horae did itself is not taken for somebody else's doing."""

import pytest

from control_builders import NOON, SMALL, a_decision, an_outcome, at
from control_world import World
from horae.control.act import act
from horae.control.entries import draft, to_body
from horae.control.observe import observe
from horae.domain.action import OutcomeResult
from horae.domain.decision import Decision
from horae.domain.job import JobDescription
from horae.domain.window import MetricsWindow
from horae.ledger.records import EntryKind
from horae.metrics.collector import Collected


def record(world: World, kind: EntryKind, key: str, body: object) -> None:
    """Put an entry down by hand."""
    world.ledger.append(draft(kind, job="ysb", key=key, at=world.clock.now(), body=to_body(body)))


@pytest.fixture
def decided(world: World) -> Decision:
    """A decision to go to two slots, recorded after a first look."""
    observe(world.observing(), "c1")
    decision = a_decision()
    record(world, EntryKind.DECISION, decision.id, decision)
    return decision


def test_nothing_is_noticed_after_an_outcome_of_ours(world: World, decided: Decision) -> None:
    """The job runs in what the action reached, in the version it had: nobody else did that."""
    assert act(world.acting(), decided.id).result is OutcomeResult.DONE
    seen = observe(world.observing(), "c2")
    assert seen.configuration == at(2)
    assert world.entries(EntryKind.EXTERNAL_CHANGE) == []


def test_nothing_is_noticed_while_an_action_is_in_flight(world: World, decided: Decision) -> None:
    """Between intention and outcome any configuration may be on its way."""
    record(world, EntryKind.INTENTION, decided.id, {"action_id": decided.id})
    world.engine.incarnations[0].configuration = at(2)
    observe(world.observing(), "c2")
    assert world.entries(EntryKind.EXTERNAL_CHANGE) == []


def test_nothing_is_noticed_of_an_action_that_ends_while_the_job_is_sampled(
    world: World, decided: Decision
) -> None:
    """A look that begins before the action and ends after it sees what the action reached."""

    def acting_meanwhile(found: JobDescription, before: MetricsWindow | None) -> Collected:
        collected = world.collect(found, before)
        act(world.acting(), decided.id)
        return collected

    assert observe(world.observing(collect=acting_meanwhile), "c2").configuration == at(2)
    assert observe(world.observing(), "c3").configuration == at(2)
    assert world.entries(EntryKind.EXTERNAL_CHANGE) == []


def test_an_action_that_lost_its_process_hides_nothing_for_ever(
    world: World, decided: Decision
) -> None:
    """Once somebody has brought it to its end, changes are noticed again."""
    record(world, EntryKind.INTENTION, decided.id, {"action_id": decided.id})
    world.engine.incarnations[0].configuration = at(2)
    act(world.acting(), decided.id)
    observe(world.observing(), "c2")
    assert len(world.entries(EntryKind.EXTERNAL_CHANGE)) == 1


def test_a_change_after_an_outcome_of_ours_is_noticed(world: World, decided: Decision) -> None:
    """What somebody else makes of our outcome is theirs."""
    act(world.acting(), decided.id)
    world.engine.incarnations[0].configuration = at(4)
    observe(world.observing(), "c2")
    (entry,) = world.entries(EntryKind.EXTERNAL_CHANGE)
    assert entry.body["before"]["parallelism"] == 2
    assert entry.body["after"]["parallelism"] == 4


def test_an_outcome_that_reached_nothing_leaves_what_was_known(world: World) -> None:
    """After a failed action the last observed state counts."""
    observe(world.observing(), "c1")
    failed = an_outcome(result=OutcomeResult.FAILED, reached=None, started_at=NOON)
    record(world, EntryKind.OUTCOME, failed.action_id, failed)
    assert observe(world.observing(), "c2").configuration == SMALL
    assert world.entries(EntryKind.EXTERNAL_CHANGE) == []
