from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from control_builders import NOON, SLOT, SMALL, a_decision, an_outcome, at, ramp
from control_world import World
from horae.control.entries import draft, to_body
from horae.control.observe import observe
from horae.domain.action import OutcomeResult, RescalePath
from horae.errors import NotReady
from horae.ledger.records import EntryKind
from horae.performance.partitioning import Partitioning
from horae.simulation.calibration.calibrate import calibrate
from horae.simulation.calibration.from_ledger import own_tables
from horae.simulation.calibration.wanted import Wanted

EVEN = Partitioning(partitions=4)


def a_world(folder: Path) -> World:
    """A job that was overrun, worked its backlog off, and was then left in peace."""
    load = np.concatenate(
        [ramp(150, 150), ramp(500, 500, seconds=300), ramp(100, 100, seconds=1200)]
    )
    world = World(folder=folder, load=load)
    observe(world.observing(), "first")
    return world


def acted(world: World, number: int, **changes: object) -> None:
    """Record an action that ended."""
    name = f"ysb-{number}"
    when = NOON - timedelta(seconds=100 * number)
    outcome = an_outcome(name, started_at=when, ended_at=when + timedelta(seconds=9), **changes)
    kinds = {EntryKind.DECISION: a_decision(name), EntryKind.OUTCOME: outcome}
    for kind, told in kinds.items():
        entry = draft(kind, job="ysb", key=name, at=when, body=to_body(told))
        world.ledger.append(entry)


def test_a_job_that_was_never_seen_is_not_ready(tmp_path: Path) -> None:
    """Before the first window there is nothing to fit to, and the message says what makes one."""
    world = World(folder=tmp_path)
    with pytest.raises(NotReady, match="horae cycle --job ysb"):
        own_tables(world.ledger, world.windows, "ysb", partitioning=EVEN)


def test_what_a_job_ran_through_tells_its_capacity(tmp_path: Path) -> None:
    """A job that once was overrun shows what a slot carries: 250 records/s in one slot."""
    world = a_world(tmp_path)
    own = own_tables(world.ledger, world.windows, "ysb", partitioning=EVEN)
    assert own.start.configuration() == SMALL
    wanted = Wanted(name="ysb", source="its ledger", start=own.start, draws=4)
    model = calibrate(own.tables, wanted).model
    assert model.capacity.median(SMALL) == pytest.approx(SLOT, rel=0.05)
    # The window's checkpoints took 0.2 s, and half a second passes while nothing waits.
    assert model.checkpoints.duration.median == pytest.approx(0.2)
    assert model.latency.steady.median == pytest.approx(0.5, rel=0.01)


def test_own_actions_become_changes_of_their_path(tmp_path: Path) -> None:
    """Actions that went through are changes; those rolled back or without outage are not."""
    world = a_world(tmp_path)
    acted(world, 1, outage_seconds=4.0)
    acted(world, 2, outage_seconds=20.0, path=RescalePath.SAVEPOINT)
    acted(world, 3, outage_seconds=30.0, path=RescalePath.CHECKPOINT, target=at(4))
    acted(world, 4, outage_seconds=99.0, result=OutcomeResult.ROLLED_BACK)
    acted(world, 5, outage_seconds=None)
    acted(world, 6, outage_seconds=99.0, path=RescalePath.RESTART)
    changes = own_tables(world.ledger, world.windows, "ysb", partitioning=EVEN).tables.changes
    assert changes is not None
    assert changes["path"].tolist() == ["in_place", "savepoint", "savepoint"]
    assert changes["outage_seconds"].tolist() == [4, 20, 30]
    assert changes["task_managers"].tolist() == [2, 2, 4]
    assert changes["load"].tolist() == pytest.approx([100, 100, 100])


def test_interruptions_that_nobody_asked_for_become_failures(tmp_path: Path) -> None:
    """A row in which subtasks were missing, outside of own actions, is a failure."""
    world = a_world(tmp_path)
    window = world.windows.get(str(world.entries(EntryKind.WINDOW)[-1].body["window"]))
    window.frame.iloc[200:204, window.frame.columns.get_loc("running_subtasks_ratio")] = 0.0
    windows = world.windows
    seen = windows.put(window)
    entry = world.entries(EntryKind.WINDOW)[-1]
    body = {**entry.body, "window": seen, "cycle": "second"}
    world.ledger.append(draft(EntryKind.WINDOW, job="ysb", key="second", at=NOON, body=body))
    failures = own_tables(world.ledger, windows, "ysb", partitioning=EVEN).tables.failures
    assert failures is not None
    assert failures["resumed_seconds"].tolist() == [20]  # four rows of 5 s
    assert failures["visible_seconds"].tolist() == [0]
