"""How old what waits is."""

import numpy as np

from horae.performance.models import Floats
from horae.simulation.load.traces import Trace

ROUNDING = 1e-3
"""Records; fewer are what arithmetic leaves over of positions of up to 1e12."""


def ages(trace: Trace, backlog: Floats) -> Floats:
    """Seconds since the oldest waiting record arrived, at the end of each second.

    Args:
        trace: The load.
        backlog: `... x T`, records waiting at the end of each second.

    Returns:
        The same shape; 0 where nothing waits.
    """
    ends = np.arange(1, backlog.shape[-1] + 1, dtype=np.float64)
    processed = trace.arrived[1 : backlog.shape[-1] + 1] - backlog
    # Just beyond what was processed: after a pause of the load, that came when it went on.
    seconds = np.arange(len(trace.arrived), dtype=np.float64)
    born = np.interp(processed + ROUNDING, trace.arrived, seconds)
    return np.where(backlog > ROUNDING, np.maximum(0.0, ends - born), 0.0)
