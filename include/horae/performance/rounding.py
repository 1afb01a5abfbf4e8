"""Evidence no finer than it is certain, so that a picture that has not changed is recognised.

A window gains a row a minute, and every mean over it moves by a trace. Rounded to half of its
deviation a figure tells as much, and to three quarters nearly so (the variance grows by a
twelfth of the square of the step: by two and by five per cent), and two windows in a row mostly
tell the same, to the letter.
"""

import math
from dataclasses import replace

from horae.performance.capacity_deviation import DEVIATION
from horae.performance.capacity_likelihood import CPU_SCATTER
from horae.performance.evidence import CpuUse, Evidence, Kind, Observation

STEP = 0.5
"""Of a saturation's own deviation: it is the only figure that the law does not blur."""

BLURRED_STEP = 0.75
"""Of the deviation that every other figure is weighed with, its own and the law's."""

DEVIATION_STEP = 0.1
"""Of a deviation itself, which nobody knows to a tenth."""

RATE_STEP = 4 * CPU_SCATTER
"""Of the throughput that CPU was seen at, which is told with as many cores a record."""

CORES_STEP = 1.5 * CPU_SCATTER
"""Of cores a record, which it moves by less than their scatter."""

CHECKPOINT_STEP = 0.1
"""Of the duration of a checkpoint, which costs a few per cent of the capacity."""


def rounded(evidence: Evidence) -> Evidence:
    """The same evidence in round figures, without what capacity does not rest on.

    Left out are the rows behind an observation and the long checkpoints.
    """
    checkpoint = evidence.checkpoint_seconds
    return Evidence(
        observations=tuple(_observation(seen) for seen in evidence.observations),
        cpu=tuple(_cpu_use(use) for use in evidence.cpu),
        checkpoint_seconds=None if checkpoint is None else _round(checkpoint, CHECKPOINT_STEP),
        checkpoint_seconds_p95=None,
    )


def _observation(seen: Observation) -> Observation:
    deviation = _round(seen.deviation, DEVIATION_STEP)
    value = seen.kind is Kind.SATURATED
    step = STEP * deviation if value else BLURRED_STEP * math.hypot(deviation, DEVIATION)
    rate = _round(seen.records_per_second, step)
    return replace(seen, records_per_second=rate, deviation=deviation, rows=0)


def _cpu_use(use: CpuUse) -> CpuUse:
    """At a round throughput, and at it as many cores a record as were seen, in a round figure."""
    if use.records_per_second <= 0:
        return replace(use, cores=_round(use.cores, CORES_STEP))
    rate = _round(use.records_per_second, RATE_STEP)
    each = _round(use.cores / use.records_per_second, CORES_STEP)
    return replace(use, records_per_second=rate, cores=each * rate)


def _round(figure: float, step: float) -> float:
    """The nearest power of e to a whole number of steps; what is not positive stays."""
    return math.exp(round(math.log(figure) / step) * step) if figure > 0 else figure
