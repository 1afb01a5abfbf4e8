"""The dynamic program of the clairvoyant: the load and the job are known, the failures are not.

State: configuration x and backlog b in records (a node of `nodes`; between two a state is either
of them with the probability that keeps its mean). In a step of s seconds, after a switch that
keeps the job down for d seconds and has r records read again (none: d = r = 0),

    b' = max(0, b + r + arriving - capacity(x) (s - d)), at most the last node
    broken = min(s, d) + the part of the rest in which b is beyond what may wait, b going in a line

where an outage longer than its step takes the rest of itself from the steps after it, as work that
they must do. A path costs money(x) s + overlap + v broken + e switches, with failures as the
seconds that they break on the mean. Every pair (v, e) of `M` is solved for at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats

STAY = -1
IN_PLACE, ANEW = 0, 1
"""Ways, by their index `W`: within a family, and to anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """`T` steps, `X` configurations, `W` = 2 ways.

    Attributes:
        seconds: `T`, length of each step.
        arriving: `T`, records.
        capacity: `T x X`, records/s.
        waiting: `T`, records that may wait within the limit.
        price: `X`, money per second.
        failing: `T x X`, share of the seconds that failures break on the mean.
        outage: `W x X`, seconds of a switch to a configuration; infinite: there is no such way.
        replayed: `W x X`, seconds of input that are read again after it.
        overlap: `W x X`, money for TaskManagers that are held twice meanwhile.
        family: `X`, ascending; in place one gets from one to another of the same.
        nodes: `B`, records, ascending from 0.
    """

    seconds: Floats
    arriving: Floats
    capacity: Floats
    waiting: Floats
    price: Floats
    failing: Floats
    outage: Floats
    replayed: Floats
    overlap: Floats
    family: NDArray[np.intp]
    nodes: Floats

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.seconds)

    def run(
        self, step: int, backlog: Floats, outage: Floats, replayed: Floats
    ) -> tuple[Floats, Floats]:
        """Backlog at the end of a step and seconds broken in it, `X x n`.

        Args:
            step: Which.
            backlog: At its beginning, `X x n` or less.
            outage: `X`, seconds that the job is down first; finite.
            replayed: `X`, seconds of input that are read again.
        """
        seconds = self.seconds[step]
        load = self.arriving[step] / seconds
        down = np.minimum(outage, seconds)[:, None]
        worked = self.capacity[step] * (seconds - outage)
        before = backlog + (replayed * load)[:, None] + load * down
        after = backlog + (replayed * load + self.arriving[step] - worked)[:, None]
        broken = down + (seconds - down) * _share_beyond(before, after, self.waiting[step])
        return np.clip(after, 0.0, self.nodes[-1]), broken

    def place(self, backlog: Floats) -> tuple[NDArray[np.intp], Floats]:
        """The node below, and the probability of the one above it."""
        above = np.searchsorted(self.nodes, backlog, side="right")
        below = np.clip(above - 1, 0, len(self.nodes) - 2)
        width = self.nodes[below + 1] - self.nodes[below]
        return below, (backlog - self.nodes[below]) / width


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Policies:
    """What is optimal for each of `M` pairs of multipliers.

    Attributes:
        choice: `T x X x B x M`, configuration to switch to by the gentlest way; `STAY`: none.
        least: `X x B x M`, least money from the beginning on, violations and switches priced.
    """

    choice: NDArray[np.int8]
    least: Floats


def solve(program: Program, violation: Floats, switch: Floats) -> Policies:
    """Find what is optimal in every state.

    Args:
        program: At most 127 configurations.
        violation: `M`, money per second of violation.
        switch: `M`, money per switch.
    """
    size, count = len(program.price), len(program.nodes)
    least = np.zeros((size, count, len(violation)))
    choice = np.empty((program.steps, *least.shape), dtype=np.int8)
    for step in reversed(range(program.steps)):
        best = _running(program, step, least, violation, np.zeros(size), np.zeros(size))
        choice[step] = STAY
        for way in (IN_PLACE, ANEW):
            _improve(program, step, way, (least, violation, switch), (best, choice[step]))
        least = best
    return Policies(choice=choice, least=least)


def _improve(
    program: Program,
    step: int,
    way: int,
    given: tuple[Floats, Floats, Floats],
    found: tuple[Floats, NDArray[np.int8]],
) -> None:
    """Take a way where that is better than what was found, in place."""
    (least, violation, switch), (best, choice) = given, found
    possible = np.isfinite(program.outage[way])
    if not possible.any():
        return
    outage = np.where(possible, program.outage[way], 0.0)
    offered = _running(program, step, least, violation, outage, program.replayed[way])
    offered += np.where(possible, program.overlap[way], np.inf)[:, None, None] + switch
    families = program.family if way == IN_PLACE else np.zeros_like(program.family)
    for family in np.unique(families):
        first, last = np.searchsorted(families, [family, family + 1])
        some = slice(first, last)
        chosen = offered[some].argmin(axis=0)
        offer = np.take_along_axis(offered[some], chosen[None], axis=0)
        better = offer < best[some]
        np.copyto(best[some], offer, where=better)
        np.copyto(choice[some], (first + chosen).astype(np.int8)[None], where=better)


def _running(
    program: Program,
    step: int,
    least: Floats,
    violation: Floats,
    outage: Floats,
    replayed: Floats,
) -> Floats:
    """Money of a step in each configuration from each node, and of the best after it."""
    after, broken = program.run(step, program.nodes, outage, replayed)
    below, weight = program.place(after)
    size, count, pairs = least.shape
    flat = least.reshape(-1, pairs)
    at = np.arange(size)[:, None] * count + below
    low = flat[at]
    found = low + weight[:, :, None] * (flat[at + 1] - low)
    seconds = program.seconds[step]
    beyond = broken + seconds * program.failing[step][:, None]
    found += beyond[:, :, None] * violation
    return np.asarray(found + (program.price * seconds)[:, None, None])


def _share_beyond(before: Floats, after: Floats, waiting: float) -> Floats:
    """Share of a stretch beyond what may wait, where the backlog goes in a line."""
    change = after - before
    steady = np.abs(change) < 1e-12
    crossing = np.clip((waiting - before) / np.where(steady, 1.0, change), 0.0, 1.0)
    share = np.where(change > 0, 1 - crossing, crossing)
    return np.asarray(np.where(steady, before > waiting, share))
