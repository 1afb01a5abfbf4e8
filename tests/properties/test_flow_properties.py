import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow_builders import CALM, FOUR, a_kind, a_model, a_trace
from horae.simulation.job.job_model import (
    CapacityModel,
    CheckpointModel,
    JobModel,
    LogNormal,
    RecoveryModel,
)
from horae.simulation.load.traces import Trace
from horae.simulation.world.failures import RANDOM, Failure
from horae.simulation.world.flow import Flow
from horae.simulation.world.queue_age import ages
from horae.simulation.world.worlds import World

SECONDS = 700

traces = st.lists(st.integers(0, 900), min_size=1, max_size=12).map(
    lambda levels: a_trace(np.resize(np.repeat(np.array(levels, dtype=float), 60), SECONDS))
)
strikes = st.lists(
    st.builds(
        Failure,
        due=st.integers(1, SECONDS - 1),
        kind=st.just("worker"),
        visible=st.integers(1, 30),
        dark=st.integers(1, 60),
    ),
    max_size=6,
).map(lambda found: tuple(sorted(found, key=lambda one: one.due)))
actions = st.lists(
    st.tuples(st.integers(1, 120), st.integers(0, 90), st.integers(1, 8), st.booleans()),
    max_size=4,
)
models = st.builds(
    lambda cost, drain, ramp, flicker: a_model(
        capacity=CapacityModel(ln_rate=math.log(100), run_deviation=0.2, flicker=flicker),
        checkpoints=CheckpointModel(duration=LogNormal(median=3.0, deviation=0.5), cost=cost),
        recovery=RecoveryModel(drain=LogNormal(median=drain, deviation=0.2), ramp_seconds=ramp),
        failures={"worker": a_kind(5, 10)},
    ),
    cost=st.floats(0, 1),
    drain=st.floats(1, 5),
    ramp=st.floats(0, 30),
    flicker=st.floats(0, 0.3),
)
worlds = st.sampled_from([CALM, replace(CALM, regime=RANDOM), replace(CALM, drift=0.5)])


def played(
    trace: Trace,
    model: JobModel,
    world: World,
    due: tuple[Failure, ...],
    acted: list[tuple[int, int, int, bool]],
) -> tuple[Flow, np.ndarray]:
    """A run to its end, with actions in it, and what was undone at the end of each second."""
    flow = Flow(model, world, trace, [FOUR], [1], due=due)
    undone = np.zeros(trace.seconds + 1)
    for wait, outage, parallelism, back in acted:
        flow.advance(flow.now + wait)
        stopped = flow.stop(0)
        position = flow.restored_position(0) if back else stopped
        flow.start(
            0, replace(FOUR, parallelism=parallelism), at=flow.now + outage, position=position
        )
        flow.note_replay(0, stopped - position)
        while not flow.up[0] and flow.now < flow.ends_at:
            flow.advance(flow.now + 1)
        undone[flow.now] += stopped - position if flow.up[0] else 0.0
    flow.advance(trace.seconds)
    for struck in flow.replications[0].struck:
        undone[min(struck.visible_at, trace.seconds)] += struck.replayed_records
    return flow, undone


@settings(max_examples=60)
@given(trace=traces, model=models, world=worlds, due=strikes, acted=actions)
def test_no_record_is_lost_and_none_is_made(
    trace: Trace,
    model: JobModel,
    world: World,
    due: tuple[Failure, ...],
    acted: list[tuple[int, int, int, bool]],
) -> None:
    """Second by second: what waited, came and was undone is what was processed and waits.

    What was processed is never negative, nor more than the capacity; the job never waits with
    capacity to spare.
    """
    flow, undone = played(trace, model, world, due, acted)
    backlog, capacity = flow.backlog[0], flow.capacity[0].astype(np.float64)
    processed = backlog[:-1] + trace.load - (backlog[1:] - undone[1:])
    tolerance = 1e-3 + 1e-5 * capacity
    assert (backlog >= 0).all()
    assert (processed >= -tolerance).all()
    assert (processed <= capacity + tolerance).all()
    idle = processed < capacity - tolerance
    assert (backlog[1:] - undone[1:])[idle] == pytest.approx(0, abs=0.01)
    assert processed.sum() - undone.sum() == pytest.approx(flow.position(0), abs=0.1)


@settings(max_examples=60)
@given(trace=traces, model=models, world=worlds, due=strikes, acted=actions)
def test_failures_are_told_in_the_order_of_time(
    trace: Trace,
    model: JobModel,
    world: World,
    due: tuple[Failure, ...],
    acted: list[tuple[int, int, int, bool]],
) -> None:
    """Each is seen after it strikes and over after it is seen; nothing is processed between."""
    flow, _ = played(trace, model, world, due, acted)
    for struck in flow.replications[0].struck:
        assert struck.at <= struck.visible_at <= struck.resumed_at
        assert not flow.capacity[0, struck.visible_at : struck.resumed_at].any()
        assert struck.replayed_records >= 0
    assert len(flow.replications[0].struck) <= len(due)
    if not world.regime.skipped_while_down:
        assert len(flow.replications[0].struck) + len(flow.replications[0].due) == len(due)


@settings(max_examples=40)
@given(trace=traces, model=models, due=strikes, seeds=st.lists(st.integers(0, 9), max_size=4))
def test_company_changes_nothing(
    trace: Trace, model: JobModel, due: tuple[Failure, ...], seeds: list[int]
) -> None:
    """A replication alone, in small steps, is the one computed among others in one go."""
    among = Flow(model, CALM, trace, [FOUR] * (len(seeds) + 1), [*seeds, 5], due=due)
    among.advance(SECONDS)
    alone = Flow(model, CALM, trace, [FOUR], [5], due=due)
    for second in range(0, SECONDS + 13, 13):
        alone.advance(second)
    assert alone.backlog[0] == pytest.approx(among.backlog[-1], rel=1e-9, abs=1e-4)
    assert np.array_equal(alone.capacity[0], among.capacity[-1])
    assert [one.at for one in alone.replications[0].struck] == [
        one.at for one in among.replications[-1].struck
    ]


@settings(max_examples=40)
@given(trace=traces, model=models, due=strikes)
def test_an_age_is_never_older_than_the_trace(
    trace: Trace, model: JobModel, due: tuple[Failure, ...]
) -> None:
    """Nor negative; and it grows by a second a second at most, but where records are undone."""
    flow, undone = played(trace, model, CALM, due, [])
    found = ages(trace, flow.backlog[0, 1:])
    assert (found >= 0).all()
    assert (found <= np.arange(1, SECONDS + 1)).all()
    rises = np.diff(found) > 1 + 1e-3
    assert (undone[2:][rises] > 0).all()
