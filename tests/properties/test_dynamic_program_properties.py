"""The dynamic program against brute force on instances small enough for it."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from horae.policy.dynamic_program import Program, solve
from horae.policy.first_move import Standing

SECONDS = 10.0


@st.composite
def programs(draw: st.DrawFn, *, draws: int | None = None) -> Program:
    """Two or three configurations, up to four steps, up to three draws and three ages."""
    count = draws or draw(st.integers(1, 3))
    steps, size = draw(st.integers(1, 4)), draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    possible = (rng.random((3, size, size)) < 0.4) & ~np.eye(size, dtype=bool)
    return Program(
        seconds=np.full(steps, SECONDS),
        decides=rng.random(steps) < 0.7,
        load=rng.uniform(50, 250, (count, steps)),
        capacity=rng.uniform(50, 300, (count, size)),
        outage=rng.uniform(1, 12, (count, 3)),
        replayed=rng.uniform(0, 5, (count, 3)) * np.array([0, 0, 1]),
        in_place=np.array([True, False, False]),
        possible=possible,
        price=rng.uniform(0.1, 1, size),
        failures=rng.uniform(0, 0.1, (steps, size)),
        violation=draw(st.sampled_from([0.0, 0.5, 5.0])),
        action=draw(st.sampled_from([0.0, 1.0])),
        limit=10.0,
        ages=np.array([0.0, 10.0, 30.0]),
    )


class BruteForce:
    """The same program, one state and one draw at a time."""

    def __init__(self, program: Program) -> None:
        self.p = program
        self.expected = cache(self._expected)
        self.followed = cache(self._followed)

    def nodes(self, age: float) -> list[tuple[int, float]]:
        """Nodes around an age, with their probabilities."""
        ages = self.p.ages
        age = min(max(age, 0.0), ages[-1])
        for below in range(len(ages) - 1):
            if age <= ages[below + 1]:
                up = (age - ages[below]) / (ages[below + 1] - ages[below])
                return [(below, 1 - up), (below + 1, up)]
        raise AssertionError("unreachable")

    def step(self, d: int, t: int, x: int, b: int) -> tuple[float, float]:
        """Money of a step and the age after it."""
        p = self.p
        before = p.ages[b]
        after = before + SECONDS * (1 - p.capacity[d, x] / p.load[d, t])
        beyond = _beyond(before, after, p.limit)
        return SECONDS * (p.price[x] + p.failures[t, x] + p.violation * beyond), after

    def switch(self, d: int, y: int, way: int) -> tuple[float, float]:
        """Money of a switch, and by how much the backlog ages."""
        outage, again = self.p.outage[d, way], self.p.replayed[d, way]
        overlap = 0.0 if way == 0 else self.p.price[y]
        money = self.p.action + outage * (self.p.violation + overlap) + again * self.p.violation
        return money, outage + again

    def ways(self, x: int, y: int) -> list[int]:
        """Ways that lead from one configuration to another."""
        return [int(way) for way in np.flatnonzero(self.p.possible[:, x, y])]

    def run_mean(self, t: int, x: int, b: int) -> float:
        """Mean money of the step and the best that can be done after it."""
        total = 0.0
        for d in range(len(self.p.load)):
            money, after = self.step(d, t, x, b)
            total += money + sum(w * self.expected(t + 1, x, n) for n, w in self.nodes(after))
        return total / len(self.p.load)

    def options(self, t: int, x: int, b: int) -> dict[tuple[int, int], float]:
        """Mean money of each choice in a state: where to and by which way, -1 to stay."""
        options = {(x, -1): self.run_mean(t, x, b)}
        if self.p.decides[t]:
            for y in range(len(self.p.price)):
                for way in self.ways(x, y):
                    options[y, way] = float(
                        np.mean([self.moved(d, t, y, way, b) for d in range(len(self.p.load))])
                    )
        return options

    def moved(self, d: int, t: int, y: int, way: int, b: int) -> float:
        """Money of switching in a draw, and running on as the mean says."""
        money, delay = self.switch(d, y, way)
        at = self.nodes(self.p.ages[b] + delay)
        return money + sum(w * self.run_mean(t, y, n) for n, w in at)

    def _expected(self, t: int, x: int, b: int) -> float:
        return 0.0 if t == len(self.p.seconds) else min(self.options(t, x, b).values())

    def run_own(self, d: int, t: int, x: int, b: int) -> float:
        """Money of the step in a draw, and of following the optimal policy after it."""
        money, after = self.step(d, t, x, b)
        return money + sum(w * self.followed(d, t + 1, x, n) for n, w in self.nodes(after))

    def _followed(self, d: int, t: int, x: int, b: int) -> float:
        if t == len(self.p.seconds):
            return 0.0
        options = self.options(t, x, b)
        y, way = min(options, key=lambda one: options[one])
        if options[x, -1] <= options[y, way] + 1e-12:
            return self.run_own(d, t, x, b)
        money, delay = self.switch(d, y, way)
        at = self.nodes(self.p.ages[b] + delay)
        return money + sum(w * self.run_own(d, t, y, n) for n, w in at)


def _beyond(before: float, after: float, limit: float) -> float:
    """Share of a straight line above the limit."""
    low, high = min(before, after), max(before, after)
    if high == low:
        return float(before > limit)
    return min(max((high - limit) / (high - low), 0.0), 1.0)


@given(programs())
@settings(max_examples=60)
def test_the_plan_is_the_best_of_all_policies(program: Program) -> None:
    """Expected money of every state is that of trying every choice in every state."""
    plan, brute = solve(program), BruteForce(program)
    for t, x, b in product(range(program.steps), range(program.configurations), range(3)):
        np.testing.assert_allclose(plan.expected[t, x, b], brute.expected(t, x, b), rtol=1e-9)


@given(programs())
@settings(max_examples=60)
def test_each_draw_follows_the_plan_by_itself(program: Program) -> None:
    """Money in a draw is that of the optimal policy with this draw's load, capacity, outage."""
    plan, brute = solve(program), BruteForce(program)
    for d, x, b in product(range(len(program.load)), range(program.configurations), range(3)):
        np.testing.assert_allclose(plan.following[0, d, x, b], brute.followed(d, 0, x, b))


@given(programs(draws=1))
@settings(max_examples=40)
def test_with_one_draw_following_is_what_was_expected(program: Program) -> None:
    """Nothing is unknown then, so the plan costs what it was expected to."""
    plan = solve(program)
    known = np.isfinite(plan.following[:, 0])
    assert known[: np.argmax(program.decides) + 2].all()
    np.testing.assert_allclose(plan.following[:, 0][known], plan.expected[known])


@given(programs(), st.sampled_from([0.0, 5.0, 10.0, 25.0]))
@settings(max_examples=60)
def test_the_first_move_is_priced_like_the_plan(program: Program, age: float) -> None:
    """Each first move costs its step or its cheapest switch, and the plan after it."""
    plan, brute = solve(program), BruteForce(program)
    draws = len(program.load)
    ages = np.full(draws, age)
    standing = Standing(plan=plan, current=0, step=0, ages=ages)
    moves = standing.moves()

    def costs(y: int, way: int | None) -> list[float]:
        found = []
        for d in range(draws):
            money, delay = (0.0, 0.0) if way is None else brute.switch(d, y, way)
            at = brute.nodes(age + delay)
            found.append(money + sum(w * brute.run_own(d, 0, y, n) for n, w in at))
        return found

    np.testing.assert_allclose(moves.costs[:, 0], costs(0, None))
    for y in range(1, program.configurations):
        each = {way: costs(y, way) for way in brute.ways(0, y)}
        if not each:
            assert np.isinf(moves.costs[:, y]).all()
            continue
        assert np.mean(each[int(moves.way[y])]) <= min(map(np.mean, each.values())) + 1e-9
        np.testing.assert_allclose(moves.costs[:, y], each[int(moves.way[y])])


@given(programs())
@settings(max_examples=40)
def test_a_dearer_violation_never_makes_the_plan_cheaper(program: Program) -> None:
    """Expected money grows with every price in it."""
    dearer = replace(program, violation=program.violation + 1)
    assert (solve(dearer).expected >= solve(program).expected - 1e-9).all()
