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
from numpy.typing import NDArray

from horae.performance.models import Floats, Integers
from horae.policy.look_ahead import backwards, mean_steps, run
from horae.policy.program import Program
from horae.policy.switching import Switches, Switching

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
        after = np.moveaxis(self.following[step + 1], -1, 0)
        ahead = run(self.program, slice(step, step + 1)).at(0)
        return np.moveaxis(ahead.then(after), 0, -1)


def solve(program: Program, *, current: int = 0) -> Plan:
    """Find the policy that is optimal on the mean over the draws, and follow it in each.

    Args:
        program: What to solve.
        current: The present configuration, which may be kept for any time before it is followed.
    """
    switching = Switching.of(program)
    choice, way, expected = _best_choices(program, switching)
    reached = _reached(program, choice, current)
    following = _follow(program, switching.chosen(choice, way, reached), reached)
    return Plan(
        program=program,
        choice=choice,
        way=way,
        expected=expected.swapaxes(1, 2),
        following=np.moveaxis(following, 1, -1),
    )


def _best_choices(program: Program, switching: Switching) -> tuple[Integers, Integers, Floats]:
    """Choice and way, `T x X x B`, and expected money, `T + 1 x B x X`."""
    steps, size, ages = program.steps, program.configurations, len(program.ages)
    staying, offer = np.empty((steps, ages, size)), np.full((steps, size, ages), np.inf)
    place = np.zeros((steps, size, ages), dtype=np.intp)
    expected = np.zeros((steps + 1, ages, size))
    money, passage = mean_steps(program)
    for step in range(steps - 1, -1, -1):
        after = expected[step + 1].T[..., None]
        mean = money[step] + (passage[step] @ after)[..., 0].T
        staying[step] = mean
        if program.decides[step]:
            offer[step], place[step] = switching.best(mean)
        np.minimum(mean, offer[step].T, out=expected[step])
    way, target = np.divmod(place, size)
    stays = offer >= staying.swapaxes(1, 2)
    choice = np.where(stays, np.arange(size)[:, None], target)
    return choice, np.where(stays, 0, way), expected


def _reached(program: Program, choice: Integers, current: int) -> NDArray[np.bool_]:
    """Whether following leads to a configuration at the beginning of a step: `T + 1 x X`.

    Any may be moved to in the first step that decides; the present one may be kept for any time.
    """
    reached = np.ones((program.steps + 1, program.configurations), dtype=np.bool_)
    for step in range(int(np.argmax(program.decides)) + 1, program.steps):
        reached[step + 1] = False
        reached[step + 1, choice[step, reached[step]]] = True
        reached[step + 1, current] = True
    return reached


def _follow(program: Program, switches: Switches, reached: NDArray[np.bool_]) -> Floats:
    """Money of following the choices in each draw: `T + 1 x B x D x X`."""
    draws, size, ages = len(program.load), program.configurations, len(program.ages)
    following = np.full((program.steps + 1, ages, draws, size), np.nan)
    following[-1] = 0
    for step, ahead in backwards(program, reached):
        running = ahead.then(following[step + 1].take(ahead.among, axis=-1))
        rows = np.flatnonzero(reached[step])
        alike = len(rows) == len(ahead.among)
        staying = running if alike else running.take(np.searchsorted(ahead.among, rows), axis=-1)
        following[step][..., rows] = staying
        switches.follow(step, following[step], running, ahead.among)
    return following
