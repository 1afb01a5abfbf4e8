"""Every policy keeps the contract."""

import pytest
from policy_contract import PolicyContract

from horae.policy.hold import HoldPolicy
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Policy
from horae.policy.threshold import ThresholdPolicy
from horae.settings.job_spec import PlannerSettings, ThresholdSettings, TimeSettings


class TestHold(PolicyContract):
    """The policy that never moves."""

    @pytest.fixture
    def policy(self) -> Policy:
        """It has no settings."""
        return HoldPolicy()


class TestThreshold(PolicyContract):
    """The reactive baseline."""

    @pytest.fixture
    def policy(self) -> Policy:
        """With its default bands."""
        return ThresholdPolicy(settings=ThresholdSettings(name="threshold"))


class TestPlanner(PolicyContract):
    """Horae's own."""

    @pytest.fixture
    def policy(self) -> Policy:
        """With its default settings."""
        return PlannerPolicy(settings=PlannerSettings(), time=TimeSettings())
