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
from typing import Self

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
        after: Floats = age + self.drift(step, only=only)[..., None]
        return after

    def drift(self, step: int, *, only: int | None = None) -> Floats:
        """Seconds that the backlog ages in a step: `D x X`; `D` for one configuration."""
        load = np.maximum(self.load[:, step], 1e-9)
        rate = 1 - (
            self.capacity / load[:, None] if only is None else self.capacity[:, only] / load
        )
        drift: Floats = self.seconds[step] * rate
        return drift

    def broken_share(self, before: Floats, after: Floats) -> Floats:
        """Share of a step beyond the limit, where the age goes from `before` to `after`."""
        return broken_share(self.limit - before, after - before)

    def place(self, age: Floats) -> tuple[Integers, Floats]:
        """The node below each age, and the probability of the node above it."""
        at = np.interp(age, self.ages, np.arange(len(self.ages)))
        low = np.floor(at)
        low.clip(0, len(self.ages) - 2, out=low)
        at -= low
        return low.astype(np.intp), at

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
        after = np.moveaxis(self.following[step + 1], -1, 0)
        return np.moveaxis(run(self.program, step).then(after), 0, -1)


def solve(program: Program) -> Plan:
    """Find the policy that is optimal on the mean over the draws, and evaluate it in each."""
    draws, size, ages = len(program.load), program.configurations, len(program.ages)
    switching = Switching.of(program)
    stay = np.broadcast_to(np.arange(size)[:, None], (size, ages))
    choice = np.tile(stay, (program.steps, 1, 1))
    way = np.zeros_like(choice)
    expected = np.zeros((program.steps + 1, ages, 1, size))
    following = np.zeros((program.steps + 1, ages, draws, size))
    for step in range(program.steps - 1, -1, -1):
        ahead = run(program, step)
        own = ahead.then(following[step + 1], out=following[step])
        mean = ahead.then(expected[step + 1]).sum(axis=1) / draws
        if program.decides[step]:
            mean, choice[step], way[step] = switching.best(mean)
            switching.follow(own, choice[step], way[step])
        expected[step, :, 0] = mean
    return Plan(
        program=program,
        choice=choice,
        way=way,
        expected=expected[:, :, 0].swapaxes(1, 2),
        following=np.moveaxis(following, 1, -1),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ahead:
    """A step from every node, `B x D x X`: ages come first, so that arithmetic runs in long rows.

    Attributes:
        money: Of the step.
        below: The node below the age that it leads to.
        weight: Probability of the node above it.
    """

    money: Floats
    below: Integers
    weight: Floats

    def then(self, after: Floats, out: Floats | None = None) -> Floats:
        """Money of the step and of what comes after it, `B x D x X`.

        Args:
            after: Money from each node on, `B x D x X`, or `B x 1 x X` for all draws alike.
            out: Where to write it; None: into an array of its own.
        """
        _, draws, size = after.shape
        row = draws * size
        at = self.below * row
        at += np.arange(row).reshape(draws, size)
        low = after.take(at)
        at += row
        # No mode but this one writes straight into `out`; no index is beyond the last node.
        money: Floats = after.take(at, out=out, mode="clip")
        money -= low
        money *= self.weight
        money += low
        money += self.money
        return money


def run(program: Program, step: int) -> Ahead:
    """Go on for a step from each node without a switch."""
    drift = program.drift(step)
    ages = program.ages[:, None, None]
    money = broken_share(program.limit - ages, drift)
    money *= program.seconds[step] * program.violation
    steady = program.seconds[step] * (program.price + program.failures[step])
    money += np.broadcast_to(steady, drift.shape).copy()  # in rows as long as those of `money`
    below, weight = program.place(ages + drift)
    return Ahead(money=money, below=below, weight=weight)


def broken_share(left: Floats, drift: Floats) -> Floats:
    """Share of a step beyond the limit.

    Args:
        left: Seconds that the age is below the limit at the beginning; negative: beyond it.
        drift: Seconds that the backlog ages in the step; broadcast.
    """
    pace = 1 / np.maximum(np.abs(drift), 1e-12)  # steps a second; a steady age crosses nothing
    share: Floats = left * -pace
    share += (drift > 0).astype(np.float64)
    share.clip(0, 1, out=share)
    return share


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Switching:
    """What a switch costs and where it leads, the same in every step.

    Attributes:
        money: `W x X x D` (way, target).
        mean_money: `(W X)`, its mean over the draws.
        below: `W x B x D`, the node below the age that a switch leads to.
        weight: `W x B x D`, probability of the node above it.
        passage: `W x B x B`, mean over the draws of the probability of leading from node to node.
        barred: `X x 1 x (W X)`, infinite where the way does not lead to the target, else 0.
    """

    money: Floats
    mean_money: Floats
    below: Integers
    weight: Floats
    passage: Floats
    barred: Floats

    @classmethod
    def of(cls, program: Program) -> Self:
        """Of a program."""
        money = program.switch_money()
        below, weight = program.place(program.ages[:, None] + program.delay.T[:, None, :])
        leads = program.possible.swapaxes(0, 1).reshape(program.configurations, 1, -1)
        return cls(
            money=money.transpose(1, 2, 0).copy(),
            mean_money=money.mean(axis=0).ravel(),
            below=below,
            weight=weight,
            passage=_passage(below, weight),
            barred=np.where(leads, 0.0, np.inf),
        )

    def best(self, mean: Floats) -> tuple[Floats, Integers, Integers]:
        """The better of staying and switching on the mean, where to, and by which way.

        What a switch leads to is linear in `mean`, so that its mean over the draws needs no draw.

        Args:
            mean: Expected money of staying in each configuration, `B x X`.

        Returns:
            Money, `B x X`, and configuration and way, `X x B`.
        """
        ages, size = mean.shape
        offered = (self.passage @ mean).swapaxes(0, 1).reshape(ages, -1)
        offered += self.mean_money
        offers = offered + self.barred
        chosen, offer = offers.argmin(axis=-1), offers.min(axis=-1)
        way, target = np.divmod(chosen, size)
        stays = offer >= mean.T
        target[stays] = np.nonzero(stays)[0]
        way[stays] = 0
        return np.minimum(mean, offer.T), target, way

    def follow(self, running: Floats, choice: Integers, way: Integers) -> None:
        """Turn money of running on, `B x D x X`, into that of following `choice` by `way`."""
        _, draws, size = running.shape
        origin, age = np.nonzero(choice != np.arange(size)[:, None])
        target, by = choice[origin, age], way[origin, age]
        at = self.below[by, age] * draws
        at += np.arange(draws)
        at *= size
        at += target[:, None]
        low = running.take(at)
        high = running.take(at + draws * size)
        high -= low
        high *= self.weight[by, age]
        high += low
        high += self.money[by, target]
        running[age, :, origin] = high


def _passage(below: Integers, weight: Floats) -> Floats:
    """Mean over the draws (the last axis) of the probability of each node: `W x B x B`."""
    ways, ages, draws = below.shape
    passage = np.zeros((ways, ages, ages))
    way, age = np.ogrid[:ways, :ages]
    for draw in range(draws):
        node, above = below[..., draw], weight[..., draw]
        passage[way, age, node] += (1 - above) / draws
        passage[way, age, node + 1] += above / draws
    return passage


def read(values: Floats, at: tuple[Integers, Floats]) -> Floats:
    """`values` (`... x B`) between the nodes, at places with the same leading axes."""
    below, weight = at
    low = np.take_along_axis(values, below, axis=-1)
    high = np.take_along_axis(values, below + 1, axis=-1)
    return low + weight * (high - low)
