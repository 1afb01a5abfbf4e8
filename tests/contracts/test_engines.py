import pytest
from engine_contract import EngineContract, Stage

from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.engines.fake import FakeEngine

BASE = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=3.0
)


class TestFakeEngine(EngineContract):
    """The fake is held to what a real engine does."""

    @pytest.fixture
    def stage(self) -> Stage:
        """A fake job on simulated time."""
        clock = ManualClock()
        engine = FakeEngine(clock, BASE, job="contract")
        return Stage(engine=engine, clock=clock, job="contract", base=BASE)
