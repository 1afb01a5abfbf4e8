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
which draw is real. It then follows that policy in each draw by itself, where a capacity that was
drawn low stays low, so that gains have a distribution; only through what can be reached by it.
"""

from dataclasses import dataclass

import numpy as np

from horae.performance.models import Floats, Integers
from horae.policy.program import Program, broken_share, read

__all__ = ["Plan", "Program", "solve"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """What is optimal, and what it costs in each draw.

    Attributes:
        program: What was solved.
        choice: `T x X x B`, configuration to be in during the step when in state (x, b) at its
            beginning; x itself: stay.
        way: `T x X x B`, by which way; of no meaning where one stays.
        expected: `T + 1 x X x B`, least expected money from the beginning of each step on.
        following: `T + 1 x D x X x B`, money of following `choice` from there on, in each draw;
            NaN where no first move leads there.
    """

    program: Program
    choice: Integers
    way: Integers
    expected: Floats
    following: Floats

    def running(self, step: int) -> Floats:
        """Money of the step without a switch, and of `choice` after it: `D x X x B`."""
        program = self.program
        drift = program.drifts(slice(step, step + 1))[0, ..., None]
        share = broken_share(program.limit - program.ages, drift)
        after = read(self.following[step + 1], program.place(program.ages + drift))
        steady = program.steady_money()[step, :, None]
        money: Floats = steady + program.violation_money()[step] * share + after
        return money


def solve(program: Program, *, current: int = 0) -> Plan:
    """Find the policy that is optimal on the mean over the draws, and follow it in each.

    Args:
        program: What to solve.
        current: The present configuration, which may be kept for any time before it is followed.
    """
    # Numba takes 0.4 s and 100 MB to import: only who solves a plan pays.
    from horae.policy.induction import best_choices, follow

    switch = program.switch_money()
    steps = (
        np.array(program.decides),
        _in_rows(program.drifts()),
        _in_rows(program.steady_money()),
        _in_rows(program.violation_money()),
        program.limit,
        _in_rows(program.ages),
        _in_rows(program.delay),
    )
    asked = np.where(program.possible, switch.mean(axis=0)[:, None], np.inf)
    choice, way, expected = best_choices(*steps, _in_rows(asked))
    following = follow(*steps, _in_rows(switch), choice, way, current)
    return Plan(program=program, choice=choice, way=way, expected=expected, following=following)


def _in_rows(values: Floats) -> Floats:
    """A copy, as the compiled loops expect it in memory."""
    return np.array(values, dtype=np.float64, order="C")
