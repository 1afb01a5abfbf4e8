"""How long each step of an action may take, and the whole of it at worst."""

from dataclasses import dataclass

from horae.domain.action import Rescale
from horae.engines.transitions import ROUNDS_BACK
from horae.engines.verification import CHECKPOINT_TRIES, LAG_PATIENCE_SECONDS

# A predicted outage is exceeded tenfold where a cluster comes back from a crash meanwhile.
_MARGIN = 10.0
# A JobManager that fails over is back after some 40 s, and TaskManagers take 10 s to register.
_LEAST_SECONDS = 60.0
# A savepoint that takes three times the longest outage predicted is not worth waiting for where
# the newest checkpoint will do.
_STOP_MARGIN = 3.0
_LEAST_STOP_SECONDS = 15.0
# Calls of the engine that wait within themselves: a try begun just before the deadline.
_LAST_TRY = 2.0
_STEPS_A_ROUND = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Of one action, all in seconds.

    Attributes:
        step: For any step to have its effect; the engine may be away meanwhile.
        stop: For a savepoint, before the newest checkpoint is taken instead.
    """

    step: float
    stop: float

    @property
    def worst_case(self) -> float:
        """The longest that an action can take in one go, every step of every round at its worst.

        Six steps a round besides the verification, one way there and three back.
        """
        verification = self.step * (1 + CHECKPOINT_TRIES) + LAG_PATIENCE_SECONDS
        return (1 + ROUNDS_BACK) * (_STEPS_A_ROUND * _LAST_TRY * self.step + verification)


def deadlines(order: Rescale, ceiling: float) -> Deadlines:
    """Derived from the outage that was predicted.

    Args:
        order: What is wanted.
        ceiling: Longest wait for one step, seconds; taken where nothing was predicted.
    """
    if order.outage_seconds is None:
        return Deadlines(step=ceiling, stop=ceiling)
    longest = order.outage_seconds[1]
    step = min(ceiling, max(_LEAST_SECONDS, _MARGIN * longest))
    stop = min(step, max(_LEAST_STOP_SECONDS, _STOP_MARGIN * longest))
    return Deadlines(step=step, stop=stop)
