"""The clairvoyant's program against brute force on instances small enough for it."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from horae.performance.models import Floats
from horae.simulation.references.clairvoyant import ANEW, IN_PLACE, STAY, Program, solve

SECONDS = 4.0
MOST = 400
"""Records; no instance gets there, so that every backlog is a node of its own."""


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Up to four steps, three configurations in two families; backlogs stay whole numbers."""
    steps, size = draw(st.integers(1, 4)), 3
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    outage = rng.integers(0, 7, (2, size)).astype(np.float64)
    outage[draw(st.sampled_from((IN_PLACE, ANEW)))] += draw(st.sampled_from((0.0, np.inf)))
    return Program(
        seconds=np.full(steps, SECONDS),
        arriving=SECONDS * rng.integers(0, 10, steps),
        capacity=rng.integers(0, 12, (steps, size)).astype(np.float64),
        waiting=rng.uniform(0, 20, steps),
        price=rng.uniform(0.1, 3, size),
        failing=rng.uniform(0, 0.2, (steps, size)),
        outage=outage,
        replayed=rng.integers(0, 4, (2, size)).astype(np.float64),
        overlap=rng.uniform(0, 2, (2, size)),
        family=np.array([0, 0, 1]),
        nodes=np.arange(MOST + 1.0),
    )


VIOLATION = np.array([0.0, 0.5, 4.0])
SWITCH = np.array([0.0, 1.0, 3.0])


@settings(max_examples=60)
@given(programs(), st.integers(0, 2), st.integers(0, 40))
def test_what_is_found_is_the_least_over_all_schedules(
    program: Program, first: int, backlog: int
) -> None:
    """The program's optimum is the least over all schedules, for every pair of multipliers."""
    found = solve(program, VIOLATION, SWITCH).least[first, backlog]
    np.testing.assert_allclose(found, _enumerated(program, first, float(backlog)), atol=1e-9)


@settings(max_examples=60)
@given(programs(), st.integers(0, 2), st.integers(0, 40))
def test_following_the_choices_costs_what_was_promised(
    program: Program, first: int, backlog: int
) -> None:
    """Who follows the choices pays what was promised, by the better of the two ways."""
    policies = solve(program, VIOLATION, SWITCH)
    for pair in range(len(VIOLATION)):
        money, here, waits = 0.0, first, float(backlog)
        for step in range(program.steps):
            chosen = int(policies.choice[step, here, int(waits), pair])
            ways = _offers(program, step, here, waits, pair)
            target = here if chosen == STAY else chosen
            offers = [each for each in ways if each[0] == target and each[3] == (chosen != STAY)]
            rest = [
                paid + _rest(program, step + 1, to, after, pair) for to, paid, after, _ in offers
            ]
            _, paid, waits, _ = offers[int(np.argmin(rest))]
            money, here = money + paid, target
        np.testing.assert_allclose(money, policies.least[first, backlog, pair], atol=1e-9)


@settings(max_examples=60)
@given(programs(), st.integers(1, 60))
def test_more_that_waits_is_never_cheaper(program: Program, distance: int) -> None:
    """More that waits is never cheaper, however coarse the nodes are."""
    coarse = replace(program, nodes=program.nodes[::distance])
    least = solve(coarse, VIOLATION, SWITCH).least
    assert (np.diff(least, axis=1) >= -1e-9).all()


def _enumerated(program: Program, first: int, backlog: float) -> Floats:
    return np.array([_rest(program, 0, first, backlog, pair) for pair in range(len(VIOLATION))])


def _rest(program: Program, step: int, here: int, backlog: float, pair: int) -> float:
    """Least money from a step on, over everything that can be done."""
    if step == program.steps:
        return 0.0
    return min(
        paid + _rest(program, step + 1, target, after, pair)
        for target, paid, after, _ in _offers(program, step, here, backlog, pair)
    )


def _offers(
    program: Program, step: int, here: int, backlog: float, pair: int
) -> list[tuple[int, float, float, bool]]:
    """Everything that can be done in a step: target, money, backlog after it, whether a switch."""
    offers = [(here, *_step(program, step, here, backlog, pair, (0.0, 0.0)), False)]
    for way, target in product((IN_PLACE, ANEW), range(len(program.price))):
        apart = program.family[here] != program.family[target]
        if np.isinf(program.outage[way, target]) or (way == IN_PLACE and apart):
            continue
        down = (float(program.outage[way, target]), float(program.replayed[way, target]))
        paid, after = _step(program, step, target, backlog, pair, down)
        paid += float(program.overlap[way, target]) + float(SWITCH[pair])
        offers.append((target, paid, after, True))
    return offers


def _step(
    program: Program, step: int, x: int, backlog: float, pair: int, down: tuple[float, float]
) -> tuple[float, float]:
    """Money and backlog of one step, reckoned by hand."""
    (outage, replayed), seconds = down, float(program.seconds[step])
    load, speed = float(program.arriving[step]) / seconds, float(program.capacity[step, x])
    dark = min(outage, seconds)
    peak = backlog + replayed * load + dark * load
    end = backlog + replayed * load + seconds * load - speed * (seconds - outage)
    waiting, rest = float(program.waiting[step]), seconds - dark
    if peak > waiting and end > waiting:
        late = rest
    elif peak <= waiting and end <= waiting:
        late = 0.0
    else:
        crossed = rest * (waiting - peak) / (end - peak)
        late = rest - crossed if end > peak else crossed
    broken = dark + late + seconds * float(program.failing[step, x])
    return float(program.price[x]) * seconds + float(VIOLATION[pair]) * broken, max(0.0, end)
