"""Smaller configurations that nothing seen so far speaks for; the plan leaves them out.

Planning with them would be worse than useless: the plan would wait for a move that is not allowed,
instead of making the largest step that is. What cannot carry the peak of the present horizon is
planned with all the same: it may be right for the night, and certainty is asked for at the move.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.domain.candidate import Candidates
from horae.performance.models import Floats
from horae.policy.policy import Situation

SAME_SIZE = 0.9
"""Ratio of two capacities that are of one size: one run differs from the next by about 10 %."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Admission:
    """Which of `n` candidates the plan leaves out, and why.

    Attributes:
        unproven: `n`, what they would be utilised was not seen to be sustained.
        slow: `n`, they would recover too slowly.
        utilised: `n`, share of their capacity that the peak takes.
        recovery_seconds: `n`, after a failure at the peak.
        most_utilised: Largest share that is proven; None: none is.
        most_seconds: Longest recovery that is allowed; None: any.
    """

    unproven: NDArray[np.bool_]
    slow: NDArray[np.bool_]
    utilised: Floats
    recovery_seconds: Floats
    most_utilised: float | None
    most_seconds: float | None

    @property
    def left_out(self) -> NDArray[np.bool_]:
        """`n`."""
        return self.unproven | self.slow

    def why_not(self, place: int) -> str:
        """Why one that is left out is."""
        if not self.unproven[place]:
            takes = self.recovery_seconds[place]
            return (
                f"after a failure at the peak it needs {takes:.0f} s, and "
                f"{self.most_seconds:g} s are allowed"
            )
        if self.most_utilised is None:
            return "no load was seen to be sustained yet in this version of the job"
        return (
            f"it would be {self.utilised[place]:.0%} utilised at the peak, and at most "
            f"{self.most_utilised:.0%} is proven"
        )


def admit(
    situation: Situation, candidates: Candidates, *, present: int, proven_factor: float
) -> Admission:
    """Hold each candidate against what is proven and allowed.

    Args:
        situation: What is decided about.
        candidates: `n`.
        present: Place of the present configuration among them, which is always admitted.
        proven_factor: A shrink may raise the peak utilisation to this multiple of the proven one.
    """
    proven = situation.models.proven_utilisation
    most = None if proven is None else proven_factor * proven
    capacity, takes = candidates.capacity, candidates.recovery_seconds
    utilised = situation.forecast.peak(situation.limits.latency_confidence) / capacity
    allowed = situation.limits.recovery_seconds
    smaller = capacity < SAME_SIZE * capacity[present]
    return Admission(
        unproven=smaller if most is None else smaller & (utilised > most) & (utilised <= 1),
        slow=smaller & (takes > (np.inf if allowed is None else allowed)) & np.isfinite(takes),
        utilised=utilised,
        recovery_seconds=takes,
        most_utilised=most,
        most_seconds=allowed,
    )
