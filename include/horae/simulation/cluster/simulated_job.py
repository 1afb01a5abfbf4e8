"""A simulated job, put together: what drives it, what measures it, and what happened."""

from collections.abc import Sequence
from datetime import UTC, datetime

from horae.domain.configuration import Configuration
from horae.simulation.cluster.checkpoints import ROW
from horae.simulation.cluster.clock import EndOfTrace, SimulatedClock
from horae.simulation.cluster.cluster import SimulatedCluster
from horae.simulation.cluster.engine import SimulatedEngine
from horae.simulation.cluster.source import SimulatedSource
from horae.simulation.job.job_model import JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.failures import Failure
from horae.simulation.world.flow import Flow
from horae.simulation.world.record import ActionSeen, Held, RunRecord, record_of
from horae.simulation.world.worlds import World

__all__ = ["START_AT", "EndOfTrace", "SimulatedJob"]

START_AT = datetime(2026, 1, 1, tzinfo=UTC)


class SimulatedJob:
    """One run of one job; same arguments and calls, same run.

    Args:
        model: The job.
        world: What is added to it.
        trace: The load; a world that warps it is applied by the caller (`World.offered`).
        seed: Of every chance.
        start_at: A midnight in UTC: second 0 of the trace.
        configuration: What it is started in; None: the model's.
        name: Of the job; None: the model's.
        due: Failures instead of those of the world's regime; None: those.

    Attributes:
        flow: The job, as its only row.
        clock: Moves it.
        engine: Drives it.
        source: Measures it.
    """

    def __init__(
        self,
        model: JobModel,
        world: World,
        trace: Trace,
        *,
        seed: int,
        start_at: datetime = START_AT,
        configuration: Configuration | None = None,
        name: str | None = None,
        due: Sequence[Failure] | None = None,
    ) -> None:
        start = configuration or model.start.configuration()
        self.flow = Flow(model, world, trace, [start], [seed], due=due)
        self.clock = SimulatedClock(self.flow, start_at)
        self._cluster = SimulatedCluster(self.flow, self.clock, job=name or model.name)
        self.engine = SimulatedEngine(self._cluster)
        self.source = SimulatedSource(self._cluster)

    @property
    def partitions(self) -> int:
        """Of its input, as a broker would tell."""
        return self.flow.model.partitions

    @property
    def held(self) -> tuple[Held, ...]:
        """TaskManagers that were paid for so far."""
        return self._cluster.pool.held

    def record(self, actions: tuple[ActionSeen, ...] = ()) -> RunRecord:
        """What happened after the history, in a run whose load has ended.

        Args:
            actions: In the order of time, on the seconds of the flow.
        """
        self.flow.advance(self.flow.ends_at)
        return record_of(self.flow, ROW, self.held, actions)
