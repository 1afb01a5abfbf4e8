"""What a seed decides about a run beside its failures: the same for every policy.

Each is drawn from the seed and the number of what it is drawn for.
"""

from dataclasses import dataclass

import numpy as np

from horae.performance.models import Floats
from horae.simulation.job.job_model import JobModel, OutageModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.worlds import World

LEAST_DRAIN = 1.02
"""Over the load: a job that catches up at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChances:
    """What differs from one start of the job to the next.

    Attributes:
        capacity: Over what the configuration has on the median.
        drain: Records/s over the load near by, at most.
        ramp_seconds: Until the capacity is there; it rises in a line.
        checkpoint_seconds: Of each checkpoint.
    """

    capacity: float
    drain: float
    ramp_seconds: float
    checkpoint_seconds: float


def at_start(
    model: JobModel, world: World, seed: int, number: int, after: OutageModel | None = None
) -> StartChances:
    """Of one start; 0 is the first.

    Args:
        model: The job.
        world: What is added to it.
        seed: Of the run.
        number: Of the start.
        after: The outage of the action that it ends; None: no action's.
    """
    drain = None if after is None else after.drain
    ramp = None if after is None else after.ramp_seconds
    scores = np.random.default_rng([seed, 2, number]).standard_normal(3)
    deviation = world.deviation_between_runs(model)
    return StartChances(
        capacity=float(np.exp(deviation * scores[0])),
        drain=max(LEAST_DRAIN, (drain or model.recovery.drain).at(float(scores[1]))),
        ramp_seconds=model.recovery.ramp_seconds if ramp is None else ramp,
        checkpoint_seconds=model.checkpoints.duration.at(float(scores[2])),
    )


def flicker(model: JobModel, trace: Trace, seed: int) -> Floats:
    """`T`, the capacity from minute to minute, over its median."""
    minutes = -(-trace.seconds // 60)
    scores = np.random.default_rng([seed, 4]).standard_normal(minutes)
    factor = np.exp(model.capacity.flicker * scores)
    return np.repeat(factor, 60)[: trace.seconds].astype(np.float32)


def steady_latency(model: JobModel, trace: Trace, seed: int) -> Floats:
    """`T`, seconds that a record takes while nothing waits."""
    steady = model.latency.steady
    scores = np.random.default_rng([seed, 5]).standard_normal(trace.seconds)
    return np.asarray(steady.median * np.exp(steady.deviation * scores))
