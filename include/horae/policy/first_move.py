"""What may be done now, priced in each draw: stay, or switch at the first step that decides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats, Integers
from horae.policy.dynamic_program import Plan
from horae.policy.program import Program, broken_share, read

NO_PATH = -1
"""Way of a move that cannot be made."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """First moves to each configuration.

    Attributes:
        costs: `D x X`, money from the first step that decides on; infinite where no way leads.
        way: `X`, the cheapest way on the mean; -1 where none leads.
        expected: `W x X`, mean money by each way; infinite where it does not lead.
    """

    costs: Floats
    way: Integers
    expected: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Where each draw stands when an action that is ordered now takes effect.

    Attributes:
        plan: The solved program.
        current: Index of the present configuration.
        step: First step in which one decides.
        ages: `D`, age of the backlog at its beginning, seconds.
    """

    plan: Plan
    current: int
    step: int
    ages: Floats

    def moves(self) -> Moves:
        """Each first move by its cheapest way, following the plan after it.

        For the present configuration the first move is to stay for a step, for the others it is
        to switch.
        """
        program = self.plan.program
        running = self.plan.running(self.step)
        after = (self.ages[:, None] + program.delay)[:, :, None, None]
        below, weight = program.place(after)
        shape = (*program.delay.shape, program.configurations, 1)
        at = (np.broadcast_to(below, shape), np.broadcast_to(weight, shape))
        spread = np.broadcast_to(running[:, None], (*shape[:3], running.shape[-1]))
        each = program.switch_money() + read(spread, at)[..., 0]
        moves = _by_cheapest_way(each, program.possible[:, self.current])
        stay = read(running[:, self.current], program.place(self.ages[:, None]))[:, 0]
        moves.costs[:, self.current] = stay
        return moves

    def costs_of_keeping(self, seconds: float) -> Floats:
        """Money from that step on, `D`, of following the plan only after `seconds`.

        Until then, at least for a step, the present configuration is kept.
        """
        program, current = self.plan.program, self.current
        ends = np.cumsum(program.seconds[self.step :])
        until = self.step + 1 + int(np.searchsorted(ends[:-1], seconds - 1e-9))
        value = self.plan.following[until][:, current]
        drift = program.drifts_in(current)[..., None]
        share = broken_share(program.limit - program.ages, drift)
        below, weight = program.place(program.ages + drift)
        steady, violation = program.steady_money()[:, current], program.violation_money()
        for step in range(until - 1, self.step - 1, -1):
            after = read(value, (below[step], weight[step]))
            value = steady[step] + violation[step] * share[step] + after
        return read(value, program.place(self.ages[:, None]))[:, 0]

    def stay_seconds(self, target: int, way: int) -> Floats:
        """Seconds that the plan would stay in `target` after switching to it now, `D`."""
        program = self.plan.program
        ages = self.ages + program.delay[:, way]
        there = np.ones(len(ages), dtype=bool)
        stayed = np.zeros(len(ages))
        drifts = program.drifts_in(target)
        for step in range(self.step, program.steps):
            below, weight = program.place(ages)
            node = below + (weight > 0.5)
            if step > self.step:
                there &= self.plan.choice[step, target, node] == target
            stayed += there * program.seconds[step]
            ages = np.maximum(0, ages + drifts[step])
        return stayed


def _by_cheapest_way(each: Floats, possible: NDArray[np.bool_]) -> Moves:
    """Choose from the money by each way, `D x W x X`, among the possible ones, `W x X`."""
    expected = np.where(possible, each.mean(axis=0), np.inf)
    way = expected.argmin(axis=0)
    leads = possible.any(axis=0)
    costs = np.take_along_axis(each, way[None, None, :], axis=1)[:, 0]
    return Moves(
        costs=np.where(leads, costs, np.inf),
        way=np.where(leads, way, NO_PATH),
        expected=expected,
    )


def stand(plan: Plan, *, current: int, age_seconds: float) -> Standing:
    """Roll each draw on in the present configuration until an action can take effect."""
    program = plan.program
    step = int(np.argmax(program.decides))
    ages, _ = roll(program, current=current, age_seconds=age_seconds, until=step)
    return Standing(plan=plan, current=current, step=step, ages=ages)


def roll(
    program: Program, *, current: int, age_seconds: float, until: int
) -> tuple[Floats, Floats]:
    """Ages before step `until` when nothing is done, and seconds beyond the limit up to there."""
    drifts, oldest = program.drifts_in(current)[:until], program.ages[-1]
    ages = np.empty((until + 1, len(program.load)))
    ages[0] = age_seconds
    for step, drift in enumerate(drifts):
        (ages[step] + drift).clip(0, oldest, out=ages[step + 1])
    broken = program.seconds[:until] @ broken_share(program.limit - ages[:-1], drifts)
    return ages[-1], broken
