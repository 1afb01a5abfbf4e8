"""The policy that never moves."""

from horae.domain.proposal import Reason, Stay
from horae.policy.hold import HoldPolicy
from policy_builders import a_forecast, a_situation, a_window, at


def test_it_stays_even_when_overloaded() -> None:
    """Three times the capacity does not move it."""
    situation = a_situation(
        current=at(1), forecast=a_forecast([1500.0] * 30), window=a_window(1500.0)
    )
    answer = HoldPolicy().propose(situation)
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.POLICY_HOLD
