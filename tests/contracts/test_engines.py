import pytest
from engine_contract import EngineContract, Stage

from flow_builders import CALM, a_model, a_trace
from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.engines.fake import FakeEngine
from horae.simulation.cluster.simulated_job import SimulatedJob
from simulated_jobs import BOTH_WAYS, PODS

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


class TestSimulatedEngine(EngineContract):
    """A job that is modelled is driven as any other."""

    @pytest.fixture(params=[BOTH_WAYS, PODS], ids=["savepoint", "pod restart"])
    def stage(self, request: pytest.FixtureRequest) -> Stage:
        """A job without failures, in simulated time, with 50 records/s to read."""
        job = SimulatedJob(
            a_model(outages=request.param, maximum_task_managers=4),
            CALM,
            a_trace(50.0, seconds=3_600),
            seed=1,
            configuration=BASE,
            name="contract",
        )
        return Stage(engine=job.engine, clock=job.clock, job="contract", base=BASE)
