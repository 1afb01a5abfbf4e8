"""A step without a switch: what it costs and where the age of the backlog is after it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats, Integers
from horae.policy.program import Program, broken_share
from horae.policy.switching import mean_passage

BATCH = 8
"""Steps that are looked ahead at once: fewer pay more for calls, more no longer fit in a cache."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ahead:
    """A step from every node, `B x D x X`: ages come first, so that arithmetic runs in long rows.

    Several steps have one more axis in front.

    Attributes:
        among: `X`, the configurations.
        money: Of the step.
        below: The node below the age that it leads to.
        weight: Probability of the node above it.
    """

    among: Integers
    money: Floats
    below: Integers
    weight: Floats

    def at(self, place: int) -> "Ahead":
        """One of several steps."""
        return Ahead(
            among=self.among,
            money=self.money[place],
            below=self.below[place],
            weight=self.weight[place],
        )

    def then(self, after: Floats) -> Floats:
        """Money of the step and of what comes after it, `B x D x X`.

        Args:
            after: Money from each node on, `B x D x X`, or `B x 1 x X` for all draws alike.
        """
        _, draws, size = after.shape
        row = draws * size
        at = self.below * row
        at += np.arange(row).reshape(draws, size)
        low = after.take(at)
        at += row
        money: Floats = after.take(at)
        money -= low
        money *= self.weight
        money += low
        money += self.money
        return money


def run(program: Program, steps: slice, among: Integers | None = None) -> Ahead:
    """Go on for a step from each node without a switch: several steps, each by itself.

    Args:
        program: Of which.
        steps: Which.
        among: Indices of the configurations; None: all.
    """
    among = np.arange(program.configurations) if among is None else among
    seconds, drift = program.seconds[steps], program.drifts(steps)[..., among]
    ages = program.ages[:, None, None]
    money = broken_share(program.limit - ages, drift[:, None])
    money *= seconds[:, None, None, None] * program.violation
    steady = seconds[:, None] * (program.price + program.failures[steps])[:, among]
    money += steady[:, None, None]
    below, weight = program.place(ages + drift[:, None])
    return Ahead(among=among, money=money, below=below, weight=weight)


def backwards(program: Program, reached: NDArray[np.bool_]) -> Iterator[tuple[int, Ahead]]:
    """Each step from the last to the first, and what lies ahead of what is reached in it."""
    for first in reversed(range(0, program.steps, BATCH)):
        steps = slice(first, min(first + BATCH, program.steps))
        among = np.flatnonzero(reached[steps.start : steps.stop + 1].any(axis=0))
        several = run(program, steps, among)
        for step in reversed(range(steps.start, steps.stop)):
            yield step, several.at(step - first)


def mean_steps(program: Program) -> tuple[Floats, Floats]:
    """Means over the draws of each step without a switch.

    Where a backlog lands is linear in its drift between the drifts that lead from one node to
    another, so the means over the draws follow from how the drifts spread over those.

    Returns:
        Money, `T x B x X`, and the probability of leading from node to node, `T x X x B x B`.
    """
    draws, size, ages = len(program.load), program.configurations, len(program.ages)
    drift = program.drifts(slice(None))
    knots = np.unique(program.ages - program.ages[:, None])
    at = np.interp(drift, knots, np.arange(len(knots)))
    low = np.minimum(at.astype(np.intp), len(knots) - 2)
    above = at - low
    cell = np.arange(program.steps * size).reshape(-1, 1, size) * len(knots) + low
    cells = program.steps * size * len(knots)
    spread = np.bincount(cell.ravel(), (1 - above).ravel(), cells)
    spread += np.bincount(cell.ravel() + 1, above.ravel(), cells + 1)[:cells]
    below, weight = program.place(program.ages + knots[:, None])
    passage = mean_passage(below[..., None], weight[..., None]) / draws
    shape = (program.steps, size, ages, ages)
    found = spread.reshape(-1, len(knots)) @ passage.reshape(len(knots), -1)
    return _mean_money(program, drift), found.reshape(shape)


def _mean_money(program: Program, drift: Floats) -> Floats:
    """Mean money of each step without a switch, `T x B x X`, with drifts `T x D x X`."""
    left = program.limit - program.ages[:, None, None]
    share = np.empty((program.steps, len(program.ages), program.configurations))
    for first in range(0, program.steps, BATCH):
        steps = slice(first, first + BATCH)
        share[steps] = broken_share(left, drift[steps, None]).mean(axis=2)
    steady = program.price + program.failures
    money: Floats = program.violation * share + steady[:, None]
    return program.seconds[:, None, None] * money
