"""No policy is handed the true model, the load to come, or a way to them."""

import gc
from collections import deque
from contextlib import nullcontext
from dataclasses import replace
from types import BuiltinFunctionType, CellType, FunctionType, ModuleType

import pytest

from flow_builders import a_trace
from horae.control.cycle import run_cycle
from horae.control.steps import cycle_id
from horae.control.understand import Deciding
from horae.domain.proposal import Proposal, Stay
from horae.policy.policy import Policy, Situation
from horae.simulation.backtest.attendance import attend
from horae.simulation.backtest.contenders import POLICIES, contender
from horae.simulation.backtest.job_spec_of import Terms, job_spec_of
from horae.simulation.cluster.clock import SimulatedClock
from horae.simulation.cluster.cluster import SimulatedCluster
from horae.simulation.cluster.engine import SimulatedEngine
from horae.simulation.cluster.simulated_job import SimulatedJob
from horae.simulation.cluster.source import SimulatedSource
from horae.simulation.job.job_model import JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.flow import Flow
from horae.simulation.world.worlds import World
from simulated_jobs import a_job

TRUTH = (
    Flow, JobModel, Trace, World, SimulatedJob, SimulatedEngine, SimulatedSource, SimulatedCluster,
    SimulatedClock,
)  # fmt: skip
SHARED = (type, ModuleType, BuiltinFunctionType)
"""What belongs to the process, not to the situation."""
TIME = {"season_seconds": 1_200, "horizon_seconds": 600, "window_seconds": 7_200}


def reachable(root: object) -> list[object]:
    """Everything that can be got at from an object, but by way of what the process shares.

    Of a function its closure and its defaults: its globals are a module's.
    """
    seen: dict[int, object] = {}
    coming = deque([root])
    while coming:
        one = coming.popleft()
        if id(one) in seen or isinstance(one, SHARED):
            continue
        seen[id(one)] = one
        if isinstance(one, FunctionType):
            cells: tuple[CellType, ...] = one.__closure__ or ()
            coming.extend([*cells, one.__defaults__, one.__kwdefaults__])
        else:
            coming.extend(gc.get_referents(one))
    return list(seen.values())


def truths(root: object) -> set[str]:
    """Names of the kinds of truth that can be got at."""
    return {type(one).__name__ for one in reachable(root) if isinstance(one, TRUTH)}


class Spy:
    """Asks a policy, and keeps what it was handed."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.handed: list[Situation] = []

    @property
    def name(self) -> str:
        """The policy's."""
        return self._policy.name

    @property
    def foresees(self) -> bool:
        """The policy's."""
        return self._policy.foresees

    def propose(self, situation: Situation) -> Proposal | Stay:
        """What the policy proposes."""
        self.handed.append(situation)
        return self._policy.propose(situation)


def handed_to(policy: str) -> Situation:
    """What a policy is handed in the first cycle after an hour."""
    trace = a_trace(200.0, seconds=7_200)
    job = a_job(trace, search={"parallelism": (2, 3, 4, 5, 6)})
    terms = contender(policy, {"time": TIME})
    attended = attend(job, job_spec_of(job.flow.model, trace, terms, Terms()), delay_seconds=0)
    job.clock.wait(3_600)
    with attended.stages.deciding() as choosing:
        assert isinstance(choosing, Deciding)
        spy = Spy(choosing.policy)
        spied = replace(choosing, policy=spy)
    stages = replace(attended.stages, deciding=lambda: nullcontext(spied), acting=None)
    run_cycle(stages, cycle_id(job.clock.now()), lambda _: None)
    (situation,) = spy.handed
    return situation


@pytest.mark.parametrize("policy", POLICIES)
def test_from_a_situation_no_way_leads_to_the_truth(policy: str) -> None:
    """Neither to the model, the world or the load, nor to what drives and measures the job."""
    situation = handed_to(policy)
    assert truths(situation) == set()
    assert any(one is situation.window.frame for one in reachable(situation))


@pytest.mark.parametrize(
    "way",
    [
        lambda job: job,
        lambda job: [{"a": (job.flow.trace,)}],
        lambda job: job.engine.describe,
        lambda job: lambda: job.flow.model,
        lambda job: lambda other=job.flow: other,
    ],
)
def test_a_way_that_leads_there_is_found(way: object) -> None:
    """Through containers, methods, closures and defaults."""
    assert callable(way)
    assert truths(way(a_job()))
