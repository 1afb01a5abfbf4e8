"""Smaller configurations that nothing seen so far speaks for; the plan leaves them out.

Planning with them would be worse than useless: the plan would wait for a move that is not allowed,
instead of making the largest step that is. What cannot carry the peak of the present horizon is
planned with all the same: it may be right for the night, and certainty is asked for at the move.
"""

import math
from collections.abc import Sequence

from horae.domain.candidate import Candidate
from horae.performance.models import Floats
from horae.policy.policy import Situation

SAME_SIZE = 0.9
"""Ratio of two capacities that are of one size: one run differs from the next by about 10 %."""


def why_not_admitted(
    situation: Situation,
    candidates: Sequence[Candidate | None],
    median_capacity: Floats,
    *,
    proven_factor: float,
) -> tuple[str | None, ...]:
    """For each candidate why the plan leaves it out; None: it does not.

    Args:
        situation: What is decided about.
        candidates: `n`; the first is the present configuration, which is always admitted.
        median_capacity: `n`, records/s.
        proven_factor: A shrink may raise the peak utilisation to this multiple of the proven one.
    """
    present = float(median_capacity[0])
    peak = situation.forecast.peak(situation.limits.latency_confidence)
    proven = situation.models.proven_utilisation
    most = None if proven is None else proven_factor * proven
    return tuple(
        None
        if candidate is None or index == 0 or capacity >= SAME_SIZE * present
        else _unproven(peak, capacity, most) or _slow_recovery(situation, candidate)
        for index, (candidate, capacity) in enumerate(
            zip(candidates, median_capacity.tolist(), strict=True)
        )
    )


def _unproven(peak: float, capacity: float, most: float | None) -> str | None:
    if most is None:
        return "no load was seen to be sustained yet in this version of the job"
    wanted = peak / capacity
    if wanted <= most or wanted > 1:
        return None
    return f"it would be {wanted:.0%} utilised at the peak, and at most {most:.0%} is proven"


def _slow_recovery(situation: Situation, candidate: Candidate) -> str | None:
    most = situation.limits.recovery_seconds
    takes = candidate.recovery_seconds
    if most is None or takes <= most or not math.isfinite(takes):
        return None
    return f"after a failure at the peak it needs {takes:.0f} s, and {most:g} s are allowed"
