"""Nothing is below the bound, whatever decides."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.job.job_model import JobModel, LogNormal, OutageModel, Outages
from horae.simulation.load.traces import Trace
from horae.simulation.references.bound import Levels, front, lower_bound
from horae.simulation.references.ceiling import Ceiling, ceiling
from horae.simulation.references.schedule import replay
from horae.simulation.score.scores import cost_of, violated
from horae.simulation.world.record import RunRecord
from horae.simulation.world.worlds import WORLDS, World
from oracle_builders import LIMITS, PRICES, a_model, a_wave, sizes

PIECES, LASTING = 6, 20
"""Of time, and the seconds of each."""
SECONDS = np.arange(PIECES * LASTING)
EIGHT = sizes(*range(1, 9))
OUTAGES = (
    Outages(in_place=OutageModel(seconds=LogNormal(median=7, deviation=0.5))),
    Outages(savepoint=OutageModel(seconds=LogNormal(median=40, deviation=0.5))),
    Outages(pod_restart=OutageModel(seconds=LogNormal(median=60, deviation=0.5))),
    Outages(
        in_place=OutageModel(
            seconds=LogNormal(median=2), drain=LogNormal(median=9, deviation=0.5), ramp_seconds=0
        )
    ),
)


@st.composite
def jobs(draw: st.DrawFn) -> tuple[JobModel, World, Trace]:
    """A small job in one of the worlds, struck more often than there, under a wave."""
    model = a_model(
        outages=draw(st.sampled_from(OUTAGES)),
        run_deviation=draw(st.sampled_from((0.0, 0.1))),
        flicker=draw(st.sampled_from((0.0, 0.05))),
        reactive_mode=draw(st.booleans()),
    )
    world = draw(st.sampled_from(list(WORLDS.values())))
    often = draw(st.sampled_from((150.0, 600.0)))
    trace = a_wave(
        draw(st.integers(300, 1_500)),
        mean=draw(st.floats(300, 7_000)),
        swing=draw(st.floats(0, 1)),
        history_seconds=draw(st.integers(0, 300)),
    )
    return model, replace(world, regime=replace(world.regime, every_seconds=often)), trace


moves = st.lists(st.tuples(st.floats(0, 0.999), st.sampled_from(EIGHT)), max_size=6)


@settings(max_examples=40)
@given(jobs(), st.lists(moves, min_size=8, max_size=8), st.integers(0, 10_000))
def test_no_schedule_and_no_constant_costs_less_than_the_bound_at_its_own_budgets(
    job: tuple[JobModel, World, Trace],
    wanted: list[list[tuple[float, Configuration]]],
    seed: int,
) -> None:
    """No schedule and no constant costs less than the bound at its own budgets."""
    model, world, trace = job[0], job[1], job[1].offered(job[2], seed)
    schedules = [[(_second(at, trace), to) for at, to in one] for one in wanted]
    schedules += [[] for _ in EIGHT]
    starts = [*EIGHT, *EIGHT]
    records = replay(model, world, trace, schedules, starts=starts, seeds=[seed] * len(starts))
    price = np.array([PRICES.per_hour(one) / 3_600 for one in EIGHT])
    capacity = np.array([world.capacity(model, one) for one in EIGHT])
    limit = LIMITS.processing_latency_seconds
    best = ceiling(model, world, trace, seed, limit=limit, actions=6)
    bound = lower_bound(best, front(price, capacity))
    for record in records:
        money, broken, changed = _told(record)
        assert money >= bound.money(violation_seconds=broken, actions=changed) * (1 - 1e-9)


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 30), min_size=PIECES, max_size=PIECES),
    st.lists(st.integers(0, 127), min_size=PIECES, max_size=PIECES),
    st.integers(7, 60),
    st.integers(0, 2),
)
def test_no_way_through_the_levels_costs_less_than_the_bound(
    load: list[int], chance: list[int], step_seconds: int, lag: int
) -> None:
    """Of all ways through three levels, a piece of time in each, none is below the bound."""
    best = _ceiling(np.repeat(load, LASTING).tolist(), np.repeat(chance, LASTING).tolist(), lag)
    levels = Levels(price=np.array([1.0, 2.5, 3.0]), capacity=np.array([5.0, 12.0, 20.0]))
    bound = lower_bound(best, levels, step_seconds=step_seconds)
    ways = np.array(list(product(range(3), repeat=PIECES)))
    capacity = best.capacity(levels.capacity)[np.repeat(ways, LASTING, axis=1), SECONDS]
    money = LASTING * levels.price[ways].sum(axis=1)
    changed = (np.diff(ways, axis=1) != 0).sum(axis=1)
    for broken, times, paid in zip(_broken(best, capacity), changed, money, strict=True):
        assert paid >= bound.money(violation_seconds=broken, actions=int(times)) - 1e-9


@settings(max_examples=30)
@given(jobs(), st.integers(0, 10_000), st.integers(0, 600), st.integers(0, 6))
def test_the_bound_never_rises_with_a_budget(
    job: tuple[JobModel, World, Trace], seed: int, violations: int, actions: int
) -> None:
    """The bound never rises with a budget, and is the money of the cheapest where all is free."""
    model, world, trace = job
    price = np.array([PRICES.per_hour(one) / 3_600 for one in EIGHT])
    capacity = np.array([world.capacity(model, one) for one in EIGHT])
    best = ceiling(model, world, trace, seed, limit=2, actions=6)
    bound = lower_bound(best, front(price, capacity))
    here = bound.money(violation_seconds=violations, actions=actions)
    assert bound.money(violation_seconds=violations + 7, actions=actions) <= here
    assert bound.money(violation_seconds=violations, actions=actions + 1) <= here
    free = bound.money(violation_seconds=1e9, actions=10**9)
    assert np.isclose(free, price.min() * best.seconds)


def _second(share: float, trace: Trace) -> int:
    return trace.history_seconds + int(share * (trace.seconds - trace.history_seconds))


def _told(record: RunRecord) -> tuple[float, int, int]:
    money = cost_of(record.cores, record.memory_gb).money(PRICES)
    broken = violated(record.latency, LIMITS.processing_latency_seconds)
    return money, int(broken.sum()), record.changes


def _ceiling(load: list[int], chance: list[int], lag: int) -> Ceiling:
    """Seconds that differ in everything that a ceiling tells."""
    arrived = np.concatenate([[0.0], np.cumsum(load)])
    ends = np.arange(1, len(load) + 1)
    waiting = arrived[ends] - arrived[np.maximum(0, ends - lag)]
    dark = np.array([each % 8 == 0 for each in chance])
    return Ceiling(
        load=np.array(load, dtype=np.float64),
        factor=np.array([0.5 + (each % 4) / 2 for each in chance]),
        most=np.array([4.0 + each for each in chance]),
        waiting=np.where([each % 16 == 1 for each in chance], -np.inf, waiting),
        idle=dark | np.array([each % 8 == 2 for each in chance]),
        dark=dark,
    )


def _broken(best: Ceiling, capacity: Floats) -> NDArray[np.intp]:
    """Seconds of violation of each way, second by second; none is seen where work is undone."""
    backlog, broken = np.zeros(len(capacity)), np.zeros(len(capacity), dtype=np.intp)
    for second in range(best.seconds):
        backlog = np.maximum(0.0, backlog + best.load[second] - capacity[:, second])
        waiting = best.waiting[second]
        undone = best.idle[second] and not best.dark[second]
        seen = bool(np.isneginf(waiting)) or not undone
        broken += best.dark[second] | ((backlog > waiting) & seen)
    return broken
