import math
from dataclasses import replace

import numpy as np
import pytest

from flow_builders import CALM, FOUR, a_failure, a_flow, a_kind, a_model, a_trace
from horae.simulation.job.job_model import (
    CapacityModel,
    CheckpointModel,
    JobModel,
    LogNormal,
    OutageModel,
    RecoveryModel,
)
from horae.simulation.world.failures import RANDOM
from horae.simulation.world.flow import LONGEST_STRETCH
from horae.simulation.world.worlds import World

TWO = replace(FOUR, parallelism=2)


def a_restless_model() -> JobModel:
    """With every chance and every bound that a model can have."""
    return a_model(
        capacity=CapacityModel(ln_rate=math.log(100), run_deviation=0.1, flicker=0.1),
        checkpoints=CheckpointModel(duration=LogNormal(median=2.5, deviation=0.3), cost=0.3),
        recovery=RecoveryModel(drain=LogNormal(median=1.5, deviation=0.2)),
        failures={"worker": a_kind(5, 10), "network": a_kind(20, 30, fails_again=0.5)},
    )


OFTEN = World(name="often", sentence="", regime=replace(RANDOM, every_seconds=120))


def test_what_does_not_fit_waits() -> None:
    """At 500 records/s on 400 a hundred more wait each second, longer than one stretch."""
    flow = a_flow(a_trace(500.0, seconds=3 * LONGEST_STRETCH))
    flow.advance(flow.ends_at)
    assert flow.backlog[0] == pytest.approx(100.0 * np.arange(flow.ends_at + 1))
    assert flow.position(0) == pytest.approx(400.0 * flow.ends_at)
    assert flow.position(0, 10) == pytest.approx(4_000.0)


def test_nothing_waits_below_the_capacity() -> None:
    """At 399 records/s on 400 no record is left at the end of a second."""
    flow = a_flow(a_trace(399.0))
    flow.advance(600)
    assert not flow.backlog.any()
    assert flow.capacity == pytest.approx(400.0)


def test_the_closed_form_is_the_loop_over_seconds() -> None:
    """B' = max(0, B + load - capacity), and what a failure undoes comes back in one second."""
    load = np.random.default_rng(1).uniform(0, 500, size=3_000)
    flow = a_flow(a_trace(load), model=a_restless_model(), world=OFTEN)
    flow.advance(3_000)
    undone = np.zeros(3_000)
    for struck in flow.replications[0].struck:
        undone[struck.visible_at - 1] += struck.replayed_records
    assert np.count_nonzero(undone) > 10
    waiting = 0.0
    for second in range(3_000):
        waiting = max(0.0, waiting + load[second] - float(flow.capacity[0, second]))
        waiting += undone[second]
        assert flow.backlog[0, second + 1] == pytest.approx(waiting, rel=1e-5, abs=0.1)


def test_one_replication_is_the_same_alone_and_among_others() -> None:
    """Whatever else is computed beside it, and however finely the time is cut."""
    trace, starts = a_trace(300.0, seconds=4_000), (FOUR, TWO, replace(FOUR, slots=2))
    model = a_restless_model()
    many = a_flow(trace, model=model, world=OFTEN, starts=starts, seeds=(3, 4, 5))
    many.advance(4_000)
    alone = a_flow(trace, model=model, world=OFTEN, starts=starts[1:2], seeds=(4,))
    for second in range(0, 4_001, 7):
        alone.advance(second)
    alone.advance(4_000)
    assert alone.backlog[0] == pytest.approx(many.backlog[1], rel=1e-9, abs=1e-4)
    assert np.array_equal(alone.capacity[0], many.capacity[1])
    assert len(alone.replications[0].struck) == len(many.replications[1].struck) > 10


def test_the_same_seed_gives_the_same_and_another_one_does_not() -> None:
    """Byte for byte."""
    trace, model = a_trace(300.0, seconds=1_000), a_restless_model()
    first, again, other = (
        a_flow(trace, model=model, world=OFTEN, seeds=(seed,)) for seed in (1, 1, 2)
    )
    for flow in (first, again, other):
        flow.advance(1_000)
    assert first.backlog.tobytes() == again.backlog.tobytes()
    assert first.backlog.tobytes() != other.backlog.tobytes()


def test_a_backlog_is_worked_off_by_what_the_capacity_leaves() -> None:
    """400 - 200 records/s: 4,000 records that wait since a stop of 20 s are gone after 20 s."""
    flow = a_flow(a_trace(200.0))
    flow.advance(50)
    flow.start(0, FOUR, at=70, position=flow.stop(0))
    flow.advance(600)
    assert flow.backlog[0, 70] == 4_000
    assert flow.backlog[0, 80] == pytest.approx(2_000)
    assert np.flatnonzero(flow.backlog[0])[[0, -1]].tolist() == [51, 89]


def test_draining_is_bounded_by_a_multiple_of_the_load() -> None:
    """At 1.25 x 200 records/s the 4,000 records take 80 s."""
    model = a_model(recovery=RecoveryModel(drain=LogNormal(median=1.25), ramp_seconds=0))
    flow = a_flow(a_trace(200.0), model=model)
    flow.advance(50)
    flow.start(0, FOUR, at=70, position=flow.stop(0))
    flow.advance(600)
    assert np.flatnonzero(flow.backlog[0])[[0, -1]].tolist() == [51, 149]


def test_a_load_that_leaps_is_not_held_up() -> None:
    """What the last minute brought bounds how fast a backlog is worked off, not what comes."""
    load = np.repeat([1.0, 390.0], 300)
    model = a_model(recovery=RecoveryModel(drain=LogNormal(median=1.1), ramp_seconds=0))
    flow = a_flow(a_trace(load), model=model)
    flow.advance(600)
    assert not flow.backlog.any()


def test_a_backlog_is_worked_off_where_the_load_ends() -> None:
    """After 300 s with 300 records/s and nothing later, the last of it does not wait for ever."""
    load = np.repeat([300.0, 0.0], [300, 1_500])
    model = a_model(recovery=RecoveryModel(drain=LogNormal(median=2.0), ramp_seconds=0))
    flow = a_flow(a_trace(load), model=model)
    flow.advance(280)
    flow.start(0, FOUR, at=400, position=flow.stop(0))
    flow.advance(1_800)
    # 6,000 records wait; a tenth of the mean load is 5 records/s, and twice that is drained.
    assert flow.backlog[0, 400] == 6_000
    assert flow.backlog[0, -1] == 0
    assert flow.capacity[0, -1] == pytest.approx(10.0)


def test_the_capacity_rises_after_a_start() -> None:
    """From half of it to all of it in ten seconds, in a line."""
    model = a_model(
        recovery=RecoveryModel(drain=LogNormal(median=1e6), ramp_seconds=10, ramp_from=0.5)
    )
    flow = a_flow(a_trace(100.0), model=model)
    flow.advance(100)
    assert flow.capacity[0, :12] == pytest.approx([*np.linspace(200, 400, 11), 400])


def test_an_action_may_have_a_recovery_of_its_own() -> None:
    """Its ramp of 20 s and its drain of 1.5, until a failure starts the job anew."""
    recovery = RecoveryModel(drain=LogNormal(median=1.75), ramp_seconds=0, ramp_from=0.5)
    outage = OutageModel(seconds=LogNormal(median=5), drain=LogNormal(median=1.5), ramp_seconds=20)
    flow = a_flow(a_trace(200.0), model=a_model(recovery=recovery), due=(a_failure(300),))
    flow.advance(100)
    flow.start(0, FOUR, at=105, position=flow.stop(0), after=outage)
    flow.advance(600)
    assert flow.capacity[0, 50] == pytest.approx(350)  # 1.75 x 200
    assert flow.capacity[0, 105:126] == pytest.approx(np.linspace(150, 300, 21))
    assert flow.capacity[0, 200] == pytest.approx(300)
    assert flow.capacity[0, 315:] == pytest.approx(350)


def test_a_checkpoint_costs_capacity_while_it_runs() -> None:
    """Half of it for 2.5 s from the tenth second on; none begins with the job."""
    checkpoints = CheckpointModel(duration=LogNormal(median=2.5), cost=0.5)
    flow = a_flow(a_trace(100.0), model=a_model(checkpoints=checkpoints))
    flow.advance(100)
    assert flow.capacity[0, :10] == pytest.approx(400)
    assert flow.capacity[0, 10:20] == pytest.approx([200, 200, 300, *[400] * 7])
    assert flow.capacity[0, 90:100] == pytest.approx(flow.capacity[0, 10:20])


def test_a_checkpoint_that_takes_longer_than_the_interval_always_runs() -> None:
    """From the first one on its cost is there in every second."""
    checkpoints = CheckpointModel(duration=LogNormal(median=25), cost=0.5)
    flow = a_flow(a_trace(100.0), model=a_model(checkpoints=checkpoints))
    flow.advance(600)
    assert flow.capacity[0, 10:] == pytest.approx(200)


def test_a_job_that_costs_all_of_itself_still_counts_as_up() -> None:
    """Capacity 0 means down, and nothing else does."""
    model = a_model(
        checkpoints=CheckpointModel(duration=LogNormal(median=25), cost=1),
        recovery=RecoveryModel(ramp_seconds=10, ramp_from=0),
    )
    flow = a_flow(a_trace(100.0), model=model)
    flow.advance(600)
    assert (flow.capacity >= 1).all()


def test_runs_differ_by_the_deviation_that_is_stated() -> None:
    """The logarithms of C of 1,000 starts have a deviation of 0.1, within four standard errors."""
    model = a_model(capacity=CapacityModel(ln_rate=math.log(100), run_deviation=0.1))
    flow = a_flow(a_trace(1.0, seconds=60), model=model, starts=(FOUR,) * 1_000)
    flow.advance(60)
    logs = np.log(flow.capacity[:, 0].astype(np.float64))
    assert logs.std() == pytest.approx(0.1, abs=4 * 0.1 / math.sqrt(2 * 1_000))
    assert logs.mean() == pytest.approx(math.log(400), abs=4 * 0.1 / math.sqrt(1_000))
    assert np.ptp(flow.capacity, axis=1) == pytest.approx(0)


def test_each_start_is_drawn_anew() -> None:
    """The same job started again has another capacity, the same in every repetition."""
    model = a_model(capacity=CapacityModel(ln_rate=math.log(100), run_deviation=0.1))
    flow = a_flow(a_trace(1.0), model=model)
    flow.advance(100)
    flow.start(0, FOUR, at=110, position=flow.stop(0))
    flow.advance(200)
    assert flow.capacity[0, 150] != pytest.approx(flow.capacity[0, 50], rel=0.01)
    assert len(flow.replications[0].started) == 2


def test_the_capacity_flickers_from_minute_to_minute() -> None:
    """By the deviation that is stated, and not within a minute."""
    model = a_model(capacity=CapacityModel(ln_rate=math.log(100), flicker=0.05))
    flow = a_flow(a_trace(1.0, seconds=60_000), model=model)
    flow.advance(60_000)
    minutes = np.log(flow.capacity[0].astype(np.float64).reshape(1_000, 60))
    assert np.ptp(minutes, axis=1) == pytest.approx(0)
    assert minutes[:, 0].std() == pytest.approx(0.05, abs=4 * 0.05 / math.sqrt(2 * 1_000))


def test_an_action_changes_the_configuration_where_it_starts() -> None:
    """Between stop and start nothing is processed; then 200 records/s."""
    flow = a_flow(a_trace(100.0))
    flow.advance(100)
    position = flow.stop(0)
    assert position == pytest.approx(10_000)
    flow.start(0, TWO, at=107, position=position)
    flow.advance(200)
    assert not flow.capacity[0, 100:107].any()
    assert flow.capacity[0, 107:200] == pytest.approx(200)
    assert flow.started_at(0) == 107
    assert flow.replications[0].configurations == [(0, FOUR), (107, TWO)]
    assert flow.position(0) + flow.backlog[0, 200] == pytest.approx(20_000)


def test_a_start_in_the_past_is_a_start_now() -> None:
    """The job is up when the call returns; started again as it was, it is no new configuration."""
    flow = a_flow(a_trace(100.0))
    flow.advance(100)
    flow.start(0, FOUR, at=40, position=flow.stop(0))
    assert flow.up[0]
    assert flow.started_at(0) == 100
    flow.advance(101)
    assert flow.capacity[0, 100] == pytest.approx(400)
    assert flow.replications[0].configurations == [(0, FOUR)]


def test_a_start_from_an_older_position_reads_again() -> None:
    """Started from 30 s ago, 3,000 records wait that had been processed."""
    flow = a_flow(a_trace(100.0))
    flow.advance(100)
    flow.stop(0)
    flow.start(0, FOUR, at=100, position=flow.position(0, 70))
    assert flow.backlog[0, 100] == pytest.approx(3_000)


def test_a_job_that_is_never_started_again_processes_nothing() -> None:
    """All that comes waits, and its age grows by a second a second."""
    flow = a_flow(a_trace(100.0), due=(a_failure(50),))
    flow.stop(0)
    flow.advance(600)
    assert flow.position(0) == 0
    assert not flow.capacity.any()
    assert flow.backlog[0] == pytest.approx(100.0 * np.arange(601))


def test_no_load_is_no_backlog() -> None:
    """Also through a failure and a start."""
    flow = a_flow(a_trace(0.0), model=a_restless_model(), world=OFTEN)
    flow.advance(600)
    assert flow.replications[0].struck
    assert not flow.backlog.any()
    assert np.isfinite(flow.capacity).all()


def test_the_end_of_the_trace_is_the_end() -> None:
    """Going on after it, or back, computes nothing."""
    flow = a_flow(a_trace(100.0, seconds=50))
    flow.advance(1_000)
    flow.advance(20)
    assert flow.now == flow.ends_at == 50


def test_drift_takes_the_capacity_away_second_by_second() -> None:
    """Half of it at the end, none of it in the history."""
    world = replace(CALM, drift=0.5)
    flow = a_flow(a_trace(1.0, seconds=301, history=100), world=world)
    flow.advance(301)
    assert flow.capacity[0, :101] == pytest.approx(400)
    assert flow.capacity[0, 200] == pytest.approx(300)
    assert flow.capacity[0, 300] == pytest.approx(200)
