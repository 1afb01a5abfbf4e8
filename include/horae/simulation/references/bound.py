"""A lower bound of what any run of a seed costs, at given violations and changes.

**What is bounded.** The money of the TaskManagers over the scored part of a run that breaks the
latency limit in at most `V` seconds and changes its configuration at most `A` times.

**Proof.** Take any such run. Each step below gives another run that costs no more, breaks the
limit in no more seconds and changes no more often; the last one is a path of the dynamic program.

1. *Chance.* Capacity in each second is replaced by `ceiling.Ceiling.capacity`: the best draw of
   all starts so far, no ramp, no checkpoint's cost, no outage of an action, nothing read again
   after one. More capacity never leaves a larger backlog (Lindley's recursion is monotone in it),
   hence never an older one. Failures that strike whatever is decided stay (`ceiling`).
2. *Start.* No backlog, and any first configuration without a change: nothing is larger.
3. *Front.* A configuration is replaced by one that costs no more and has no less capacity.
4. *Rounding.* At the end of each step the backlog is rounded down to a node. The least money to
   the end is non-decreasing in the backlog, so that this never costs more.
5. *Changes.* At each second at least the TaskManagers of the configuration in force are paid for,
   and of a change from x to y either's until it is over (`record.Held`). In a step with one change
   the price is that of the cheaper and the capacity that of the larger, for all of the step; in a
   step with more, price and capacity are the least and the largest of all, for two changes.
6. *Budgets.* For any v, e >= 0, money >= money + v (violations - V) + e (changes - A), and the
   least of the right side over all paths is what the dynamic program finds (weak duality of the
   Lagrangian relaxation; Geoffrion, 1974). The largest over a fixed grid of (v, e) is the bound.

A step holds its seconds exactly: where a configuration stays for all of it, violations and the
backlog at its end are those of the recursion second by second. As the grid is fixed and `v, e`
are not negative, the bound never rises with either budget.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.simulation.references.ceiling import Ceiling

STEP_SECONDS = 60
FINE_NODES, FINE_SECONDS = 28, 3.0
COARSE_NODES, LONGEST_SECONDS = 72, 3_600.0
"""Backlogs are told apart finely where the limit is, and then by some per cent."""

MOST_LEVELS = 24
"""Configurations of the front that are told apart; neighbours beyond share price and capacity."""

VIOLATION_SECONDS = (0.0, 0.2, 0.5, 0.8, 1.1, 1.6, 3.0, 10.0, 60.0, 400.0)
"""What a second of violation may be worth: so many seconds of the dearest configuration."""

CHANGE_SECONDS = (0.0, 15.0, 60.0, 200.0, 800.0, 4_000.0)
"""What a change may be worth, in the same unit; never to change is added."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bound:
    """The dual function on a grid of multipliers.

    Attributes:
        violation: `M`, money per second of violation.
        change: `M`, money per change.
        least: `M`, least money with both added, over all paths.
    """

    violation: Floats
    change: Floats
    least: Floats

    def money(self, *, violation_seconds: float, actions: int) -> float:
        """No run with at most so many of both costs less."""
        spent = self.violation * violation_seconds + self.change * actions
        return float(np.max(self.least - spent))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """What can be bought, dearer with every level.

    Attributes:
        price: `X`, money per second.
        capacity: `X`, median records/s.
    """

    price: Floats
    capacity: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    """Attributes: seconds; broken: `X x B`, seconds; after: `X x B`, node at the end."""

    seconds: int
    broken: Floats
    after: NDArray[np.intp]


def lower_bound(ceiling: Ceiling, levels: Levels, *, step_seconds: int = STEP_SECONDS) -> Bound:
    """The bound of a seed for all budgets at once.

    Args:
        ceiling: The best that chance can do; its number of actions must not be less than that of
            any run the bound is held against.
        levels: From `front`.
        step_seconds: Longest step; a second is exact but for the rounding of the backlog.
    """
    violation, change = _multipliers(float(levels.price.max()), ceiling.seconds)
    nodes = _nodes(ceiling)
    shape = (len(levels.price), len(nodes), len(violation))
    least, rest = np.zeros(shape), _Rest(shape)
    for begin in reversed(range(0, ceiling.seconds, step_seconds)):
        span = slice(begin, min(begin + step_seconds, ceiling.seconds))
        step = _step(ceiling, levels, span, nodes)
        rest.earlier(least, step, levels.price, violation, change)
    return Bound(violation=violation, change=change, least=least[:, 0].min(axis=0))


def front(price: Floats, capacity: Floats, most: int = MOST_LEVELS) -> Levels:
    """The levels of a set of configurations.

    Args:
        price: Money per second of each.
        capacity: Median records/s of each.
        most: Levels at most; neighbours are joined at the lower price and the larger capacity.
    """
    order = np.lexsort((-capacity, price))
    price, capacity = price[order], capacity[order]
    best = np.concatenate([[-np.inf], np.maximum.accumulate(capacity)[:-1]])
    price, capacity = price[capacity > best], capacity[capacity > best]
    groups = np.array_split(np.arange(len(price)), min(most, len(price)))
    return Levels(
        price=np.array([price[group[0]] for group in groups]),
        capacity=np.array([capacity[group[-1]] for group in groups]),
    )


def _multipliers(dearest: float, seconds: int) -> tuple[Floats, Floats]:
    violation = np.array(VIOLATION_SECONDS) * dearest
    change = np.array([*CHANGE_SECONDS, 2.0 * seconds]) * dearest
    grid = np.stack(np.meshgrid(violation, change, indexing="ij"), axis=-1).reshape(-1, 2)
    return grid[:, 0], grid[:, 1]


def _nodes(ceiling: Ceiling) -> Floats:
    """`B`, records, ascending from 0."""
    mean = max(1e-9, float(ceiling.load.mean()))
    fine = np.linspace(0.0, FINE_SECONDS, FINE_NODES)
    coarse = np.geomspace(FINE_SECONDS, LONGEST_SECONDS, COARSE_NODES + 1)[1:]
    return mean * np.concatenate([fine, coarse])


def _step(ceiling: Ceiling, levels: Levels, span: slice, nodes: Floats) -> _Step:
    """What staying in each level from each node leads to.

    The backlog at the end of a second is the larger of B + N and Z, where N is what came in more
    than could go out since the beginning of the step, and Z the backlog from none.
    """
    more = np.cumsum(ceiling.load[span] - _capacity(ceiling, levels, span), axis=1)
    empty = more - np.minimum(0.0, np.minimum.accumulate(more, axis=1))
    waiting = ceiling.waiting[span]
    # The least backlog at the beginning beyond which the second is broken.
    beyond = np.where(empty > waiting, -np.inf, waiting - more)
    unseen = ceiling.idle[span] & ~ceiling.dark[span] & np.isfinite(waiting)
    beyond = np.where(ceiling.dark[span], -np.inf, np.where(unseen, np.inf, beyond))
    broken = (beyond[:, :, None] < nodes).sum(axis=1)
    left = np.maximum(nodes + more[:, -1:], empty[:, -1:])
    return _Step(
        seconds=more.shape[1],
        broken=broken.astype(np.float64),
        after=np.searchsorted(nodes, left, side="right") - 1,
    )


def _capacity(ceiling: Ceiling, levels: Levels, span: slice) -> Floats:
    there = np.minimum(levels.capacity[:, None] * ceiling.factor[span], ceiling.most[span])
    return np.where(ceiling.idle[span], 0.0, np.maximum(1.0, there))


class _Rest:
    """Room for one step's figures, all `X x B x M`: it is needed anew in every step."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self._run, self._found, self._lower = (np.empty(shape) for _ in range(3))
        self._broken = np.empty(shape)

    def earlier(
        self, least: Floats, step: _Step, price: Floats, violation: Floats, change: Floats
    ) -> None:
        """Turn least money from the end of a step on into that from its beginning on."""
        size, nodes, count = least.shape
        run, found, lower, broken = self._run, self._found, self._lower, self._broken
        paid = (price * step.seconds)[:, None, None]
        rows = nodes * np.arange(size)[:, None]
        np.multiply(step.broken[:, :, None], violation, out=broken)
        np.take(least.reshape(-1, count), rows + step.after, axis=0, out=run, mode="clip")
        run += broken
        np.add(run, paid, out=found)
        # More than one change: whatever is best, but for two.
        free = least.min(axis=0)[step.after[-1]] + broken[-1] + paid[0] + 2 * change
        # Down: the price of the cheaper, the capacity of the dearer.
        np.add(least, paid, out=lower)
        np.minimum.accumulate(lower[:-1], axis=0, out=lower[:-1])
        np.take(
            lower.reshape(-1, count),
            rows[:-1] + step.after[1:],
            axis=0,
            out=least[1:],
            mode="clip",
        )
        least[1:] += broken[1:]
        least[1:] += change
        np.minimum(found[1:], least[1:], out=found[1:])
        # Up: the same the other way round.
        np.minimum.accumulate(run[::-1], axis=0, out=lower[::-1])
        np.add(lower[1:], paid[:-1], out=lower[1:])
        lower[1:] += change
        np.minimum(found[:-1], lower[1:], out=found[:-1])
        np.minimum(found, free, out=least)
