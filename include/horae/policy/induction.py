"""The loops of the dynamic program, backwards through time. Importing this module compiles it.

Indices as in `Program`: step, draw, configuration, way and age.
"""

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats, Integers
from horae.policy.compiled import compiled, part


@part
def _place(age: float, ages: Floats, node: int) -> tuple[int, float]:
    """The node below an age, and the probability of the one above; looked for from `node` on."""
    age = min(max(age, 0.0), ages[-1])
    while node < len(ages) - 2 and ages[node + 1] <= age:
        node += 1
    return node, (age - ages[node]) / (ages[node + 1] - ages[node])


@part
def _run_on_within(
    drift: float,
    limit: float,
    ages: Floats,
    violation: float,
    after: Floats,
    out: Floats,
    one: int,
) -> None:
    """Add to `out[one]` what `_run_on` adds, for one draw whose drift some age outlasts."""
    pace = 1 / max(abs(drift), 1e-12)  # steps a second; a steady age crosses nothing
    ends, node = 1.0 if drift > 0 else 0.0, 0
    for age in range(len(ages)):
        broken = min(max(ends - (limit - ages[age]) * pace, 0.0), 1.0)
        node, above = _place(ages[age] + drift, ages, node)
        low = after[node]
        out[one, age] += violation * broken + low + above * (after[node + 1] - low)


@part
def _run_on(
    drift: Floats,
    first: int,
    end: int,
    one: int,
    limit: float,
    ages: Floats,
    violation: float,
    after: Floats,
    out: Floats,
) -> None:
    """Add to `out[one]` the money of a step in the draws from `first` to before `end`, summed.

    Prices aside, and with what comes `after` it, `B`. Most steps outlast every age: they end with
    no backlog, or with the oldest there is, so that a few sums over the draws tell all of them.
    """
    longest = max(ages[-1], limit)
    drained, drains, flooded, floods = 0, 0.0, 0, 0.0
    for draw in range(first, end):
        by = drift[draw, one]
        if by <= -longest:
            drained, drains = drained + 1, drains - 1 / by
        elif by >= longest:
            flooded, floods = flooded + 1, floods + 1 / by
        else:
            _run_on_within(by, limit, ages, violation, after, out, one)
    rest = drained * after[0] + flooded * (violation + after[-1])
    for age in range(len(ages)):
        over, under = max(ages[age] - limit, 0.0), max(limit - ages[age], 0.0)
        out[one, age] += rest + violation * (over * drains - under * floods)


@part
def _arrivals(delay: Floats, ages: Floats) -> tuple[Integers, Floats]:
    """Where a switch leads from each node: the node below and the probability of the one above.

    Both `D x W x B`.
    """
    draws, ways = delay.shape
    nodes = np.empty((draws, ways, len(ages)), dtype=np.int64)
    shares = np.empty((draws, ways, len(ages)))
    for draw in range(draws):
        for way in range(ways):
            node = 0
            for age in range(len(ages)):
                node, above = _place(ages[age] + delay[draw, way], ages, node)
                nodes[draw, way, age], shares[draw, way, age] = node, above
    return nodes, shares


@part
def _mean_passage(delay: Floats, ages: Floats) -> Floats:
    """Mean over the draws of the probability of a switch leading from node to node: `W x B x B`.

    What a switch leads to is linear in what is expected at the nodes, so its mean over the draws
    needs no draw.
    """
    nodes, shares = _arrivals(delay, ages)
    draws, ways = delay.shape
    passage = np.zeros((ways, len(ages), len(ages)))
    for draw in range(draws):
        for way in range(ways):
            for age in range(len(ages)):
                node, above = nodes[draw, way, age], shares[draw, way, age]
                passage[way, age, node] += (1 - above) / draws
                passage[way, age, node + 1] += above / draws
    return passage


@part
def _switch(
    staying: Floats, passage: Floats, asked: Floats, choice: Integers, way: Integers, least: Floats
) -> None:
    """Where a switch is better than `staying`, `X x B`, write which one, and what it costs."""
    ways, size, _ = asked.shape
    for by in range(ways):
        for target in range(size):
            for age in range(staying.shape[1]):
                offered = 0.0
                for node in range(staying.shape[1]):
                    offered += passage[by, age, node] * staying[target, node]
                for origin in range(size):
                    offer = offered + asked[by, origin, target]
                    if offer < least[origin, age]:
                        least[origin, age] = offer
                        choice[origin, age], way[origin, age] = target, by


@compiled(
    "Tuple((i8[:,:,::1], i8[:,:,::1], f8[:,:,::1]))"
    "(b1[::1], f8[:,:,::1], f8[:,::1], f8[::1], f8, f8[::1], f8[:,::1], f8[:,:,::1])"
)
def best_choices(
    decides: NDArray[np.bool_],
    drift: Floats,
    steady: Floats,
    violation: Floats,
    limit: float,
    ages: Floats,
    delay: Floats,
    asked: Floats,
) -> tuple[Integers, Integers, Floats]:
    """The policy that is best on the mean over the draws.

    Args:
        decides: `T`, whether one may switch at the beginning of the step.
        drift: `T x D x X`, seconds that the backlog ages in a step.
        steady: `T x X`, money of a step within the limit.
        violation: `T`, money that a step beyond the limit costs besides.
        limit: Seconds.
        ages: `B`, seconds.
        delay: `D x W`, seconds that a switch adds to the age of the backlog.
        asked: `W x X x X`, mean money of a switch; infinite where the way does not lead there.

    Returns:
        Choice and way, `T x X x B`, and expected money, `T + 1 x X x B`.
    """
    steps, draws, size = drift.shape
    passage = _mean_passage(delay, ages)
    choice = np.zeros((steps, size, len(ages)), dtype=np.int64)
    way = np.zeros((steps, size, len(ages)), dtype=np.int64)
    expected = np.zeros((steps + 1, size, len(ages)))
    for step in range(steps - 1, -1, -1):
        least = expected[step]
        for one in range(size):
            choice[step, one] = one
            after = expected[step + 1, one]
            _run_on(drift[step], 0, draws, one, limit, ages, violation[step], after, least)
            for age in range(len(ages)):
                least[one, age] = least[one, age] / draws + steady[step, one]
        if decides[step]:
            _switch(least.copy(), passage, asked, choice[step], way[step], least)
    return choice, way, expected


@part
def _reached(decides: NDArray[np.bool_], choice: Integers, current: int) -> NDArray[np.bool_]:
    """Whether following leads to a configuration at the beginning of a step: `T + 1 x X`.

    Any may be moved to in the first step that decides; the present one may be kept for any time.
    """
    steps, size, ages = choice.shape
    reached = np.ones((steps + 1, size), dtype=np.bool_)
    for step in range(np.argmax(decides) + 1, steps):
        reached[step + 1] = False
        reached[step + 1, current] = True
        for one in range(size):
            if reached[step, one]:
                for age in range(ages):
                    reached[step + 1, choice[step, one, age]] = True
    return reached


@compiled(
    "f8[:,:,:,::1](b1[::1], f8[:,:,::1], f8[:,::1], f8[::1], f8, f8[::1], f8[:,::1],"
    " f8[:,:,::1], i8[:,:,::1], i8[:,:,::1], i8)"
)
def follow(
    decides: NDArray[np.bool_],
    drift: Floats,
    steady: Floats,
    violation: Floats,
    limit: float,
    ages: Floats,
    delay: Floats,
    switch: Floats,
    choice: Integers,
    way: Integers,
    current: int,
) -> Floats:
    """Follow a policy in each draw by itself, through what can be reached.

    Args:
        decides: As for `best_choices`, like all that is not described here.
        drift: `T x D x X`.
        steady: `T x X`.
        violation: `T`.
        limit: Seconds.
        ages: `B`.
        delay: `D x W`.
        switch: `D x W x X`, money of a switch (way, target).
        choice: `T x X x B`.
        way: `T x X x B`.
        current: The present configuration, which may be kept for any time.

    Returns:
        Money from the beginning of each step on, `T + 1 x D x X x B`; NaN where nothing leads.
    """
    steps, draws, size = drift.shape
    reached = _reached(decides, choice, current)
    nodes, shares = _arrivals(delay, ages)
    following = np.full((steps + 1, draws, size, len(ages)), np.nan)
    following[steps] = 0
    running = np.empty((size, len(ages)))
    for step in range(steps - 1, -1, -1):
        now = drift[step]
        for draw in range(draws):
            for one in range(size):
                if not reached[step + 1, one]:
                    continue
                running[one] = steady[step, one]
                after = following[step + 1, draw, one]
                _run_on(now, draw, draw + 1, one, limit, ages, violation[step], after, running)
            for one in range(size):
                if not reached[step, one]:
                    continue
                for age in range(len(ages)):
                    to, by = choice[step, one, age], way[step, one, age]
                    if to == one:
                        money = running[to, age]
                    else:
                        node, above = nodes[draw, by, age], shares[draw, by, age]
                        low = running[to, node]
                        money = switch[draw, by, to] + low + above * (running[to, node + 1] - low)
                    following[step, draw, one, age] = money
    return following
