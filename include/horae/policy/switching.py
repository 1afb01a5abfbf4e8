"""A switch: what it costs, where the age of the backlog is after it, and when it pays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats, Integers
from horae.policy.program import Program


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Switching:
    """What a switch costs and where it leads, the same in every step.

    Attributes:
        money: `W x X x D` (way, target).
        below: `W x B x D`, the node below the age that a switch leads to.
        weight: `W x B x D`, probability of the node above it.
        passage: `W x B x B`, mean over the draws of the probability of leading from node to node.
        asked: `X x 1 x (W X)`, mean money, infinite where the way does not lead to the target.
    """

    money: Floats
    below: Integers
    weight: Floats
    passage: Floats
    asked: Floats

    @classmethod
    def of(cls, program: Program) -> Self:
        """Of a program."""
        money = program.switch_money()
        below, weight = program.place(program.ages[:, None] + program.delay.T[:, None, :])
        leads = program.possible.swapaxes(0, 1).reshape(program.configurations, 1, -1)
        return cls(
            money=money.transpose(1, 2, 0).copy(),
            below=below,
            weight=weight,
            passage=mean_passage(below, weight),
            asked=np.where(leads, money.mean(axis=0).ravel(), np.inf),
        )

    def best(self, mean: Floats) -> tuple[Floats, Integers]:
        """The best switch on the mean, from each configuration and age.

        What a switch leads to is linear in `mean`, so that its mean over the draws needs no draw.

        Args:
            mean: Expected money of staying in each configuration, `B x X`.

        Returns:
            Money, `X x B`, infinite where no way leads anywhere, and place among ways and targets.
        """
        ages = len(mean)
        offered = (self.passage @ mean).swapaxes(0, 1).reshape(ages, -1)
        offers = offered + self.asked
        return offers.min(axis=-1), offers.argmin(axis=-1)

    def chosen(self, choice: Integers, way: Integers, reached: NDArray[np.bool_]) -> "Switches":
        """The switches of a policy.

        Args:
            choice: `T x X x B`.
            way: `T x X x B`.
            reached: `T + 1 x X`, whether one may be in a configuration at the beginning of a step.
        """
        steps, size, _ = choice.shape
        switches = (choice != np.arange(size)[:, None]) & reached[:steps, :, None]
        step, origin, age = np.nonzero(switches)
        target, by = choice[step, origin, age], way[step, origin, age]
        return Switches(
            first=np.searchsorted(step, np.arange(steps + 1)),
            origin=origin,
            age=age,
            target=target,
            below=self.below[by, age],
            weight=self.weight[by, age],
            money=self.money[by, target],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Switches:
    """Every switch of a policy, `n` in all, by step, origin and age.

    Attributes:
        first: `T + 1`, place of the first one of each step.
        origin: `n`.
        age: `n`, node of the age before it.
        target: `n`.
        below: `n x D`, the node below the age that it leads to.
        weight: `n x D`, probability of the node above it.
        money: `n x D`.
    """

    first: Integers
    origin: Integers
    age: Integers
    target: Integers
    below: Integers
    weight: Floats
    money: Floats

    def follow(self, step: int, out: Floats, running: Floats, among: Integers) -> None:
        """Write the money of switching where one does not stay.

        Args:
            step: Which.
            out: `B x D x X`, where to write it.
            running: Money of running on in each of `among`, `B x D x len(among)`.
            among: Indices of configurations, ascending; all that is chosen in this step is there.
        """
        part = slice(self.first[step], self.first[step + 1])
        _, draws, size = running.shape
        at = self.below[part] * draws
        at += np.arange(draws)
        at *= size
        at += np.searchsorted(among, self.target[part])[:, None]
        low = running.take(at)
        at += draws * size
        high = running.take(at)
        high -= low
        high *= self.weight[part]
        high += low
        high += self.money[part]
        out[self.age[part], :, self.origin[part]] = high


def mean_passage(below: Integers, weight: Floats) -> Floats:
    """Mean over the draws (the last axis) of the probability of each node: `W x B x B`."""
    ways, ages, draws = below.shape
    passage = np.zeros((ways, ages, ages))
    way, age = np.ogrid[:ways, :ages]
    for draw in range(draws):
        node, above = below[..., draw], weight[..., draw]
        passage[way, age, node] += (1 - above) / draws
        passage[way, age, node + 1] += above / draws
    return passage
