"""The best that chance can do for any run of a seed: what the lower bound of the oracle rests on.

For every second it tells how much could have been processed at most, how much may wait without
breaking the limit, and when nothing can have come out whatever was decided.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.simulation.job.job_model import JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.chances import at_start, flicker, steady_latency
from horae.simulation.world.draining import near_load
from horae.simulation.world.failures import Failure, failures
from horae.simulation.world.queue_age import ROUNDING
from horae.simulation.world.worlds import World

STARTS_PER_ACTION = 4
"""On its way once, once more where pods come in two batches, and as often on its way back."""

SLACK = 1e-5
"""Share by which capacity is overstated: more than what single precision rounds away."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ceiling:
    """`n` seconds, those that are scored.

    Attributes:
        load: `n`, records/s offered.
        factor: `n`, at most so many times the median capacity of a configuration is there.
        most: `n`, records/s, the most in any configuration: draining is limited.
        waiting: `n`, records that may wait at the end of the second within the limit; minus
            infinity: it is broken whatever waits.
        idle: `n`, whether nothing that is processed then can count.
        dark: `n`, whether nothing can come out; it implies `idle`.
    """

    load: Floats
    factor: Floats
    most: Floats
    waiting: Floats
    idle: NDArray[np.bool_]
    dark: NDArray[np.bool_]

    @property
    def seconds(self) -> int:
        """Length."""
        return len(self.load)

    def capacity(self, median: Floats) -> Floats:
        """Records/s at most, `X x n`, of configurations with `X` medians."""
        there = np.maximum(1.0, np.minimum(median[:, None] * self.factor, self.most))
        return np.where(self.idle, 0.0, there)


def ceiling(
    model: JobModel, world: World, trace: Trace, seed: int, *, limit: float, actions: int
) -> Ceiling:
    """What no run of the seed with at most so many actions can exceed.

    Args:
        model: The job.
        world: What is added to it.
        trace: The load as it is offered.
        seed: Of the run.
        limit: Of the processing latency, seconds.
        actions: More starts than these and the failures bring are not drawn.
    """
    due = failures(world.regime, model.failures, trace, seed)
    factor, drain = _best_starts(model, world, trace, seed, due, actions)
    idle, dark = _unavoidable(world, trace, due)
    scored = slice(trace.history_seconds, None)
    full = factor * flicker(model, trace, seed) * world.drifted(trace)
    allowed = limit - steady_latency(model, trace, seed)
    return Ceiling(
        load=trace.load[scored],
        factor=full[scored] * (1 + SLACK),
        most=(drain * near_load(trace))[scored] * (1 + SLACK),
        waiting=_waiting(trace, allowed)[scored],
        idle=idle[scored],
        dark=dark[scored],
    )


def _best_starts(
    model: JobModel, world: World, trace: Trace, seed: int, due: tuple[Failure, ...], actions: int
) -> tuple[Floats, Floats]:
    """`T` each: the best capacity and drain of all starts that there can have been by then.

    A start is the first one, or follows a failure that was due, or belongs to an action.
    """
    own = 1 + STARTS_PER_ACTION * actions
    outages = model.outages
    ways = (None, outages.in_place, outages.savepoint, outages.pod_restart)
    drawn = [
        [at_start(model, world, seed, number, after=way) for way in ways]
        for number in range(own + len(due))
    ]
    capacity = np.maximum.accumulate([max(one.capacity for one in each) for each in drawn])
    drain = np.maximum.accumulate([max(one.drain for one in each) for each in drawn])
    struck = np.searchsorted([one.due for one in due], np.arange(trace.seconds), side="right")
    newest = own - 1 + struck
    return capacity[newest], drain[newest]


def _unavoidable(
    world: World, trace: Trace, due: tuple[Failure, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """`T` each: seconds of no use and without output, whatever is decided.

    Where failures come by their own clock and are never skipped, a job that is struck goes back
    to where it was then, and neither it nor one that was down resumes before the failure is over.
    Where they wait for a checkpoint or are skipped, their instants depend on what was decided:
    none is counted.
    """
    idle = np.zeros(trace.seconds, dtype=bool)
    dark = np.zeros(trace.seconds, dtype=bool)
    regime = world.regime
    if regime.skipped_while_down or regime.before_checkpoint_seconds is not None:
        return idle, dark
    free = 1
    for failure in due:
        struck = max(failure.due, free)  # one a second, none in the first
        free = struck + 1
        over = struck + failure.visible + failure.dark
        idle[struck:over] = True
        dark[struck + failure.visible : over] = True
    return idle, dark


def _waiting(trace: Trace, allowed: Floats) -> Floats:
    """`T`, the most records that may wait at the end of each second, of at most that age.

    The inverse of `queue_age.ages`.
    """
    seconds = np.arange(trace.seconds + 1, dtype=np.float64)
    oldest = np.interp(seconds[1:] - allowed, seconds, trace.arrived)
    waiting = trace.arrived[1:] - oldest + 2 * ROUNDING
    return np.where(allowed < 0, -np.inf, waiting * (1 + 1e-9))
