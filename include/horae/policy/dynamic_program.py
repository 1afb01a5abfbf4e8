"""The exact dynamic program of the planner.

State: configuration x and age of the backlog b (a node of `ages`; between two nodes a state is
either of them with the probability that keeps its mean). In one step of dt seconds under load L

    b' = max(0, b + dt (1 - C(x) / L)), at most the last node
    cost = price(x) dt + v (share of the step with b beyond the limit) dt + failures(x) dt

and in a step in which one decides, a switch may precede it:

    cost = v (outage + replay) + overlap(x') outage + e,   b := b + outage + replay

An outage counts as violation in full, for nothing leaves the job, and so does what is read again
after it, for it had left already; catching up counts as long as the age that both left is beyond
the limit. Load path, capacity, outage and replay are joint draws. Of several ways the cheapest on
the mean is taken, of equals the first.

`solve` finds the policy that is optimal on the mean over the draws in every state: it may not know
which draw is real. `evaluate` then follows that policy in each draw by itself, where a capacity
that was drawn low stays low, so that gains have a distribution.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats

Integers = NDArray[np.intp]
NO_PATH = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A plan to be found over `T` steps, `X` configurations, `W` ways, `D` draws and `B` ages.

    Attributes:
        seconds: `T`, length of each step.
        decides: `T`, whether one may switch at the beginning of the step.
        load: `D x T`, records/s.
        capacity: `D x X`, records/s.
        outage: `D x W`, seconds of a switch.
        replayed: `D x W`, seconds of input that are read again after it.
        in_place: `W`, whether no second set of TaskManagers is paid for meanwhile.
        possible: `W x X x X`, whether the way leads from row to column.
        price: `X`, money per second.
        failures: `T x X`, money per second that failures are expected to cost.
        violation: Money per second beyond the limit.
        action: Money per switch.
        limit: Age beyond which the limit is broken, seconds.
        ages: `B`, ascending from 0, seconds.
    """

    seconds: Floats
    decides: NDArray[np.bool_]
    load: Floats
    capacity: Floats
    outage: Floats
    replayed: Floats
    in_place: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    price: Floats
    failures: Floats
    violation: float
    action: float
    limit: float
    ages: Floats

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.seconds)

    @property
    def configurations(self) -> int:
        """Number of configurations."""
        return len(self.price)

    def age_after(self, step: int, age: Floats, *, only: int | None = None) -> Floats:
        """Ages after a step, cut neither at 0 nor at the last node.

        Args:
            step: Which.
            age: Ages before, broadcast to `D x X x n`; `D x n` for one configuration.
            only: Index of the one configuration; None: all.
        """
        capacity = self.capacity if only is None else self.capacity[:, only]
        load = np.maximum(self.load[:, step], 1e-9)
        rate = 1 - (capacity.T / load).T
        drift: Floats = self.seconds[step] * rate[..., None]
        return age + drift

    def broken_share(self, before: Floats, after: Floats) -> Floats:
        """Share of a step beyond the limit, where the age goes from `before` to `after`."""
        change = after - before
        steady = np.abs(change) < 1e-12
        crossing = (self.limit - before) / np.where(steady, 1.0, change)
        share = np.where(change > 0, 1 - crossing, crossing)
        return np.where(steady, before > self.limit, np.clip(share, 0, 1))

    def place(self, age: Floats) -> tuple[Integers, Floats]:
        """The node below each age, and the probability of the node above it."""
        held = np.clip(age, 0, self.ages[-1])
        below = np.clip(np.searchsorted(self.ages, held, side="right") - 1, 0, len(self.ages) - 2)
        width = self.ages[below + 1] - self.ages[below]
        return below, (held - self.ages[below]) / width

    def switch_money(self) -> Floats:
        """What a switch costs at once, `D x W x X` (way, target)."""
        overlap = np.where(self.in_place[:, None], 0.0, self.price)
        again = self.violation * self.replayed[:, :, None]
        return self.action + again + self.outage[:, :, None] * (self.violation + overlap)

    @property
    def delay(self) -> Floats:
        """Seconds that a switch adds to the age of the backlog: `D x W`."""
        return self.outage + self.replayed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """What is optimal, and what it costs in each draw.

    Attributes:
        program: What was solved.
        choice: `T x X x B`, configuration to be in during the step when in state (x, b) at its
            beginning; x itself: stay.
        way: `T x X x B`, by which way; of no meaning where one stays.
        expected: `T + 1 x X x B`, least expected money from the beginning of each step on.
        following: `T + 1 x D x X x B`, money of following `choice` from there on, in each draw.
    """

    program: Program
    choice: Integers
    way: Integers
    expected: Floats
    following: Floats

    def running(self, step: int) -> Floats:
        """Money of the step without a switch, and of `choice` after it: `D x X x B`."""
        cost, moved = run(self.program, step)
        return cost + read(self.following[step + 1], moved)


def solve(program: Program) -> Plan:
    """Find the policy that is optimal on the mean over the draws, and evaluate it in each."""
    after_switch = program.place(program.ages + program.delay[:, :, None])
    money = program.switch_money()
    shape = (program.configurations, len(program.ages))
    stay = np.broadcast_to(np.arange(program.configurations)[:, None], shape)
    choice = np.tile(stay, (program.steps, 1, 1))
    way = np.zeros_like(choice)
    expected = np.zeros((program.steps + 1, *shape))
    following = np.zeros((program.steps + 1, len(program.load), *shape))
    for step in range(program.steps - 1, -1, -1):
        cost, moved = run(program, step)
        own = cost + read(following[step + 1], moved)
        mean = (cost + read(_in_each(expected[step + 1], own), moved)).mean(axis=0)
        expected[step], following[step] = mean, own
        if program.decides[step]:
            offered = _switched(_in_each(mean, own), after_switch, money).mean(axis=0)
            expected[step], choice[step], way[step] = _best(program, mean, offered)
            moved_to = _switched(own, after_switch, money)
            following[step] = _follow(choice[step], way[step], own, moved_to)
    return Plan(program=program, choice=choice, way=way, expected=expected, following=following)


def run(program: Program, step: int) -> tuple[Floats, tuple[Integers, Floats]]:
    """Money of a step from each node, `D x X x B`, and the places where it leads."""
    nodes = program.ages[None, None, :]
    after = program.age_after(step, nodes)
    broken = program.violation * program.broken_share(nodes, after)
    steady = program.price + program.failures[step]
    return program.seconds[step] * (broken + steady[:, None]), program.place(after)


def read(values: Floats, at: tuple[Integers, Floats]) -> Floats:
    """`values` (`... x B`) between the nodes, at places with the same leading axes."""
    below, weight = at
    low = np.take_along_axis(values, below, axis=-1)
    high = np.take_along_axis(values, below + 1, axis=-1)
    return low + weight * (high - low)


def _in_each(mean: Floats, like: Floats) -> Floats:
    return np.broadcast_to(mean, like.shape)


def _switched(running: Floats, after: tuple[Integers, Floats], money: Floats) -> Floats:
    """Money of switching to a configuration and running it, `D x W x X x B` (way, target)."""
    below, weight = after
    shape = (*money.shape, running.shape[-1])
    spread = np.broadcast_to(running[:, None], shape)
    at = (np.broadcast_to(below[:, :, None], shape), np.broadcast_to(weight[:, :, None], shape))
    return money[..., None] + read(spread, at)


def _best(program: Program, mean: Floats, switched: Floats) -> tuple[Floats, Integers, Integers]:
    """The better of staying (`X x B`) and switching (`W x X x B`), where to, and by which way."""
    ways, size = len(program.possible), program.configurations
    offers = np.where(program.possible[..., None], switched[:, None], np.inf)
    flat = offers.transpose(1, 0, 2, 3).reshape(size, ways * size, -1)
    chosen = flat.argmin(axis=1)
    offer = np.take_along_axis(flat, chosen[:, None], axis=1)[:, 0]
    way, target = np.divmod(chosen, size)
    stays = mean <= offer
    own = np.arange(size)[:, None]
    return np.where(stays, mean, offer), np.where(stays, own, target), np.where(stays, 0, way)


def _follow(choice: Integers, way: Integers, running: Floats, switched: Floats) -> Floats:
    """Money of following `choice` by `way` in each draw: `D x X x B`."""
    size, ages = choice.shape
    moved = switched[:, way, choice, np.arange(ages)[None, :]]
    return np.where(choice == np.arange(size)[:, None], running, moved)
