"""Every policy keeps the contract."""

import pytest
from policy_contract import PolicyContract

from horae.policy.ds2 import Ds2Policy
from horae.policy.hold import HoldPolicy
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Policy
from horae.policy.threshold import ThresholdPolicy
from horae.settings.job_spec import TimeSettings
from horae.settings.policy_settings import Ds2Settings, PlannerSettings, ThresholdSettings


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
        """With its defaults."""
        return ThresholdPolicy(settings=ThresholdSettings(name="threshold"))


class TestDs2(PolicyContract):
    """The Flink operator's autoscaler."""

    @pytest.fixture
    def policy(self) -> Policy:
        """With its defaults, but that fewer need to be wanted for ten minutes only."""
        return Ds2Policy(settings=Ds2Settings(name="ds2", scale_down_seconds=600))


class TestPlanner(PolicyContract):
    """Horae's own."""

    @pytest.fixture
    def policy(self) -> Policy:
        """With its default settings."""
        return PlannerPolicy(settings=PlannerSettings(), time=TimeSettings())
