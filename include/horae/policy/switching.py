"""A switch: what it costs, where the age of the backlog is after it, and when it pays."""

from dataclasses import dataclass
from typing import Self

import numpy as np

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
        offers = offered + self.asked
        chosen, offer = offers.argmin(axis=-1), offers.min(axis=-1)
        way, target = np.divmod(chosen, size)
        stays = offer >= mean.T
        target[stays] = np.nonzero(stays)[0]
        way[stays] = 0
        return np.minimum(mean, offer.T), target, way

    def follow(
        self,
        out: Floats,
        running: Floats,
        among: Integers,
        rows: Integers,
        choice: Integers,
        way: Integers,
    ) -> None:
        """Write the money of switching where one does not stay.

        Args:
            out: `B x D x X`, where to write it.
            running: Money of running on in each of `among`, `B x D x len(among)`.
            among: Indices of configurations, ascending; all that is chosen in `rows` is there.
            rows: Indices of the configurations that one may be in.
            choice: `X x B`.
            way: `X x B`.
        """
        _, draws, size = running.shape
        place, age = np.nonzero(choice[rows] != rows[:, None])
        origin = rows[place]
        target, by = choice[origin, age], way[origin, age]
        at = self.below[by, age] * draws
        at += np.arange(draws)
        at *= size
        at += np.searchsorted(among, target)[:, None]
        low = running.take(at)
        high = running.take(at + draws * size)
        high -= low
        high *= self.weight[by, age]
        high += low
        high += self.money[by, target]
        out[age, :, origin] = high


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
