"""How long each step of an action may take, and the whole of it at worst."""

from dataclasses import dataclass

from horae.domain.action import Rescale
from horae.engines.scribe import LAST_PATIENCE_SECONDS, PATIENCE_SECONDS
from horae.engines.transitions import PAUSE_SECONDS, ROUNDS_BACK
from horae.engines.verification import CHECKPOINT_TRIES, LAG_PATIENCE_SECONDS

# A predicted outage is exceeded tenfold where a cluster comes back from a crash meanwhile.
_MARGIN = 10.0
# A JobManager that fails over is back after some 40 s, and TaskManagers take 10 s to register.
_LEAST_SECONDS = 60.0
# A savepoint that takes three times the longest outage predicted is not worth waiting for where
# the newest checkpoint will do.
_STOP_MARGIN = 3.0
_LEAST_STOP_SECONDS = 15.0
# A try that was begun just before the deadline of its step: calls wait as long as a step may take,
# and a start for a reply that got lost, for the state to be read and for the plan.
_LONGEST_START = 120.0
# A look at the engine: calls that do not wait, each of them tried thrice by the client.
_LONGEST_LOOK = 120.0
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

        Six steps a round besides the verification, one way there and three back; a look at the
        engine and two entries in the ledger for each of them.
        """
        a_step = self.step + self.longest_call + self._around
        a_round = _STEPS_A_ROUND * a_step + self._verification + self._around
        pauses = PAUSE_SECONDS * sum(range(ROUNDS_BACK))
        return (1 + ROUNDS_BACK) * a_round + pauses + LAST_PATIENCE_SECONDS

    @property
    def _verification(self) -> float:
        return self.step * (1 + CHECKPOINT_TRIES) + LAG_PATIENCE_SECONDS

    @property
    def _around(self) -> float:
        """The look before a step, and its entry in the ledger."""
        return self.step + _LONGEST_LOOK + PATIENCE_SECONDS

    @property
    def longest_silence(self) -> float:
        """The longest time between two entries of a process that does not hang."""
        return self._verification + self.step + self.longest_call + self._around

    @property
    def longest_call(self) -> float:
        """The longest that one call of the engine can take."""
        return max(self.step, _LONGEST_START)


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
