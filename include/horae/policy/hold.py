"""The policy that never moves: a baseline, and an emergency stop."""

from dataclasses import dataclass

from horae.domain.proposal import Proposal, Reason, Stay
from horae.policy.policy import Situation


@dataclass(frozen=True, slots=True)
class HoldPolicy:
    """Stays, whatever happens."""

    @property
    def name(self) -> str:
        """Always `hold`."""
        return "hold"

    @property
    def foresees(self) -> bool:
        """Never: it looks at nothing."""
        return False

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Stay."""
        return Stay(
            reason=Reason.POLICY_HOLD,
            sentence=f"The policy of this job is to stay as it is: {situation.current}.",
        )
