"""How fast a backlog may be worked off."""

import numpy as np

from horae.performance.models import Floats
from horae.simulation.load.traces import Trace

DRAIN_MEAN_SECONDS = 60
"""The load that limits draining is a mean over so many seconds: sources read ahead in batches."""

LEAST_DRAIN_SHARE = 0.1
"""Of the mean load so far: what limits draining is at least that."""


def near_load(trace: Trace) -> Floats:
    """`T`, the load that draining is measured by.

    The mean of the last minute, but what comes now is never held up, and a backlog does not stay
    for ever where the load ends.
    """
    ends = np.arange(1, trace.seconds + 1)
    begins = np.maximum(0, ends - DRAIN_MEAN_SECONDS)
    mean = (trace.arrived[ends] - trace.arrived[begins]) / (ends - begins)
    least = LEAST_DRAIN_SHARE * trace.arrived[ends] / ends
    return np.maximum(np.maximum(mean, trace.load), least)
