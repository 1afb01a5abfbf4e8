"""Old savepoints of ours are deleted, and never one that is needed."""

from pathlib import Path

import pytest

from control_builders import SMALL, a_decision, a_proposal, a_spec, at
from control_world import World
from horae.control.act import act
from horae.control.entries import draft
from horae.control.savepoint_care import care_for_savepoints
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.engines.fake_harm import break_storage, person_restarts
from horae.ledger.records import EntryKind

HOUR = 3600.0
OTHER = at(2, checkpoint_interval_seconds=20.0)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A job whose two newest savepoints are kept, and the others for an hour."""
    world = World(tmp_path, spec=a_spec(engine={"savepoints_kept": 2, "savepoint_hours": 1}))
    world.clock.wait(30)
    return world


def move(world: World, number: int) -> str:
    """An action by savepoint to and fro; where its savepoint lies."""
    origin: Configuration = SMALL if number % 2 else OTHER
    target = OTHER if number % 2 else SMALL
    proposal = a_proposal(target, path=RescalePath.SAVEPOINT)
    decision = a_decision(
        f"ysb-{number}", decided_at=world.clock.now(), origin=origin, proposal=proposal
    )
    world.record(decision)
    assert act(world.acting(), decision.id).result is OutcomeResult.DONE
    return str(world.engine.incarnations[-1].restored)


def stored(world: World, places: list[str]) -> list[bool]:
    """Which of them are still there."""
    return [place in world.engine.cluster.storage.states for place in places]


def test_what_is_beyond_the_number_and_old_enough_goes(world: World) -> None:
    """Of four the two newest stay; each deletion is recorded and told."""
    places = [move(world, number) for number in (1, 2, 3, 4)]
    world.clock.wait(HOUR + 1)
    told = care_for_savepoints(world.acting())
    assert stored(world, places) == [False, False, True, True]
    entries = world.entries(EntryKind.CONTROL)
    assert [entry.body["location"] for entry in entries] == [places[1], places[0]]
    assert tuple(entry.body["sentence"] for entry in entries) == told
    assert all("was deleted" in sentence for sentence in told)


def test_what_is_young_stays_however_many_there_are(world: World) -> None:
    """Beyond the number, but not yet an hour old."""
    places = [move(world, number) for number in (1, 2, 3, 4)]
    assert care_for_savepoints(world.acting()) == ()
    assert stored(world, places) == [True] * 4


def test_what_is_among_the_newest_stays_however_old_it_is(world: World) -> None:
    """Two are kept."""
    places = [move(world, number) for number in (1, 2)]
    world.clock.wait(1000 * HOUR)
    assert care_for_savepoints(world.acting()) == ()
    assert stored(world, places) == [True, True]


def test_a_repeat_deletes_and_records_nothing_more(world: World) -> None:
    """The daily care finds what the care after the action has done."""
    for number in (1, 2, 3):
        move(world, number)
    world.clock.wait(2 * HOUR)
    assert len(care_for_savepoints(world.acting())) == 1
    assert care_for_savepoints(world.acting()) == ()
    assert len(world.entries(EntryKind.CONTROL)) == 1


def test_what_the_job_was_started_from_stays(world: World) -> None:
    """Also where actions since then have stopped it, and did not get it started again.

    Such a savepoint is newer, and was never started from.
    """
    places = [move(world, 1)]
    _stop_in_the_ledger(world, "ysb-2", "memory:two")
    _stop_in_the_ledger(world, "ysb-3", "memory:three")
    world.clock.wait(2 * HOUR)
    assert care_for_savepoints(world.acting()) == ()
    assert stored(world, places) == [True]


def _stop_in_the_ledger(world: World, action: str, location: str) -> None:
    """A stop whose start never was."""
    world.ledger.append(
        draft(
            EntryKind.STEP,
            job="ysb",
            key=f"{action}:1:result",
            at=world.clock.now(),
            body={
                "action_id": action,
                "number": 1,
                "step": "stop",
                "round": 0,
                "phase": "result",
                "failed": False,
                "detail": "",
                "facts": {
                    "location": location,
                    "completed_at": world.clock.now().isoformat(),
                    "stopped": True,
                    "checkpoint_id": 99,
                },
            },
        )
    )


def test_nothing_is_deleted_under_a_job_that_somebody_else_has_started(world: World) -> None:
    """From which savepoint that was nobody knows here."""
    places = [move(world, number) for number in (1, 2, 3)]
    person_restarts(world.engine.cluster, "b" * 32)
    world.clock.wait(2 * HOUR)
    (sentence,) = care_for_savepoints(world.acting())
    assert sentence.startswith("No savepoint was deleted: job ")
    assert "was not started by Horae" in sentence
    assert stored(world, places) == [True] * 3


def test_nothing_is_deleted_while_an_action_is_under_way(world: World) -> None:
    """It may need any of them to go back."""
    places = [move(world, number) for number in (1, 2, 3)]
    world.clock.wait(2 * HOUR)
    world.begin(a_decision("ysb-9"))
    assert care_for_savepoints(world.acting()) == (
        "No savepoint was deleted: an action is under way.",
    )
    assert stored(world, places) == [True] * 3


def test_storage_that_does_not_answer_is_a_remark(world: World) -> None:
    """Nothing is recorded, so that the next care tries again."""
    places = [move(world, number) for number in (1, 2, 3)]
    world.clock.wait(2 * HOUR)
    break_storage(world.engine.cluster)
    (sentence,) = care_for_savepoints(world.acting())
    assert sentence.startswith(f"The savepoint {places[0]} could not be deleted: ")
    assert world.entries(EntryKind.CONTROL) == []
    break_storage(world.engine.cluster, broken=False)
    assert len(care_for_savepoints(world.acting())) == 1


def test_without_savepoints_there_is_nothing_to_do(world: World) -> None:
    """The engine is not even asked."""
    calls = len(world.engine.calls)
    assert care_for_savepoints(world.acting()) == ()
    assert len(world.engine.calls) == calls
