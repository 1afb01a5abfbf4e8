"""Flows of a model without chance, so that every second can be reckoned."""

import numpy as np
import pytest

from flow_builders import CALM, FOUR, a_model, a_trace
from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.simulation.job.job_model import (
    CheckpointModel,
    JobModel,
    LogNormal,
    OutageModel,
    Outages,
    Start,
)
from horae.simulation.references.schedule import Rescaler, replay, way_between
from horae.simulation.world.failures import Failure
from horae.simulation.world.flow import Flow
from horae.simulation.world.record import RunRecord

SIX = Start(parallelism=6).configuration()
WIDE = Start(parallelism=4, cpu_cores=2.0).configuration()
TAKES = OutageModel(seconds=LogNormal(median=20), prepare=LogNormal(median=3))
CHECKPOINTS = CheckpointModel(duration=LogNormal(median=2))


def a_replay(model: JobModel, *moves: tuple[int, Configuration]) -> RunRecord:
    """Of 300 s with 300 records/s, from four TaskManagers that carry 400."""
    (record,) = replay(model, CALM, a_trace([300.0] * 300), [moves], starts=[FOUR], seeds=[0])
    return record


def test_growing_in_place_waits_for_task_managers_and_reads_again_since_its_checkpoint() -> None:
    """Growing in place: paid for from the request, down after slots, checkpoint and preparing."""
    model = a_model(
        outages=Outages(in_place=TAKES), checkpoints=CHECKPOINTS, task_manager_seconds=10
    )
    record = a_replay(model, (100, SIX))
    # Asked at 100, slots at 110, checkpoint until 112, stops at 115, down for 20 s.
    assert np.flatnonzero(~record.up).tolist() == list(range(115, 135))
    assert record.cores[[99, 100, 299]].tolist() == [4, 6, 6]
    assert record.replayed_records == 300 * (115 - 110)
    (action,) = record.actions
    assert (action.began, action.ended, action.path) == (100, 135, RescalePath.IN_PLACE)
    assert action.outage_seconds == 20
    assert record.configurations == ((0, FOUR), (135, SIX))


def test_shrinking_pays_until_the_job_runs_without_them() -> None:
    """Shrinking waits for no TaskManagers, and pays for all until the job runs without some."""
    model = a_model(
        outages=Outages(in_place=TAKES), checkpoints=CHECKPOINTS, task_manager_seconds=10
    )
    (record,) = replay(
        model, CALM, a_trace([300.0] * 300), [[(100, FOUR)]], starts=[SIX], seeds=[0]
    )
    # Checkpoint until 102, stops at 105, runs at 125.
    assert np.flatnonzero(~record.up).tolist() == list(range(105, 125))
    assert record.cores[[124, 125]].tolist() == [6, 4]


def test_another_shape_needs_both_sets_until_the_job_runs_and_reads_nothing_again() -> None:
    """Another shape goes by savepoint: both sets are paid for, and nothing is read again."""
    outages = Outages(in_place=TAKES, savepoint=TAKES)
    model = a_model(outages=outages, checkpoints=CHECKPOINTS, task_manager_seconds=10)
    record = a_replay(model, (100, WIDE))
    # Slots at 110; the savepoint takes 2 s, the preparation 3 s: stops at 113, runs at 133.
    assert np.flatnonzero(~record.up).tolist() == list(range(113, 133))
    assert record.cores[[99, 100, 132, 133]].tolist() == [4, 12, 12, 8]
    assert record.replayed_records == 0
    assert record.actions[0].path is RescalePath.SAVEPOINT


def test_pods_are_replaced_while_the_job_is_down() -> None:
    """Where pods are restarted, nothing is paid for twice, and nothing is waited for."""
    model = a_model(outages=Outages(pod_restart=TAKES), checkpoints=CHECKPOINTS)
    record = a_replay(model, (100, SIX))
    assert np.flatnonzero(~record.up).tolist() == list(range(103, 123))
    assert record.cores[[102, 103]].tolist() == [4, 6]


def test_a_reactive_job_goes_back_to_its_periodic_checkpoint() -> None:
    """A reactive job takes no checkpoint first: it reads again since the newest periodic one."""
    model = a_model(
        outages=Outages(in_place=TAKES),
        checkpoints=CHECKPOINTS,
        task_manager_seconds=10,
        reactive_mode=True,
    )
    record = a_replay(model, (100, SIX))
    # Slots at 110, stops at 113; checkpoints begin at 10, 20, ..., 110, the last one complete.
    assert np.flatnonzero(~record.up).tolist() == list(range(113, 133))
    assert record.replayed_records == 300 * 3


def test_a_move_waits_for_a_failure_to_be_over() -> None:
    """A checkpoint that a failure comes into is taken once more after it."""
    model = a_model(
        outages=Outages(in_place=TAKES), checkpoints=CHECKPOINTS, task_manager_seconds=10
    )
    due = [Failure(due=111, kind="worker", visible=5, dark=10)]
    flow = Flow(model, CALM, a_trace([300.0] * 300), [FOUR], [0], due=due)
    rescaler = Rescaler(flow)
    rescaler.advance(100)
    assert rescaler.move(0, SIX)
    assert not rescaler.move(0, FOUR), "one at a time"
    rescaler.advance(300)
    # Dark from 116 to 126; then checkpoint and preparation, 5 s, and the outage.
    down = np.flatnonzero(~rescaler.record(0).up).tolist()
    assert down == [*range(116, 126), *range(131, 151)]


def test_a_move_that_never_stopped_the_job_was_none() -> None:
    """What the end of the run comes before: an action once the job has stopped, else none."""
    model = a_model(
        outages=Outages(in_place=TAKES), checkpoints=CHECKPOINTS, task_manager_seconds=10
    )
    assert a_replay(model, (290, SIX)).actions == ()
    (action,) = a_replay(model, (280, SIX)).actions
    assert action.result is None


@pytest.mark.parametrize(
    ("outages", "target", "path"),
    [
        (Outages(in_place=TAKES, savepoint=TAKES), SIX, RescalePath.IN_PLACE),
        (Outages(in_place=TAKES, savepoint=TAKES), WIDE, RescalePath.SAVEPOINT),
        (Outages(savepoint=TAKES), SIX, RescalePath.SAVEPOINT),
        (Outages(in_place=TAKES), WIDE, None),
    ],
)
def test_the_gentlest_way_is_taken(
    outages: Outages, target: Configuration, path: RescalePath | None
) -> None:
    """In place where only the parallelism changes, else by savepoint, else not at all."""
    way = way_between(a_model(outages=outages), FOUR, target)
    assert (None if way is None else way.path) == path
