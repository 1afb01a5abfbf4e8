"""Whatever is done to a simulated job, and whatever strikes it."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow_builders import FOUR, a_failure, a_trace
from horae.domain.action import Rescale, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.domain.metric_catalogue import CATALOGUE
from horae.engines.rescaling import rescale
from horae.simulation.cluster.simulated_job import EndOfTrace, SimulatedJob
from horae.simulation.job.job_model import BusyModel, CpuModel, LogNormal, OutageModel, Outages
from journals import LonelyJournal
from simulated_jobs import a_job

LENGTH = 1_800
QUICK = OutageModel(seconds=LogNormal(median=9.0, deviation=0.4))
SLOW = OutageModel(seconds=LogNormal(median=30.0, deviation=0.4), prepare=LogNormal(median=4.0))
OUTAGES = st.sampled_from(
    [
        Outages(in_place=QUICK, savepoint=SLOW),
        Outages(in_place=QUICK, pod_restart=SLOW),
        Outages(pod_restart=SLOW),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An action that is tried.

    Attributes:
        after: Seconds since the one before.
        path: The way.
        parallelism: Wanted.
        big: On TaskManagers of two slots, where the way allows another shape.
    """

    after: int
    path: RescalePath
    parallelism: int
    big: bool

    def target(self, origin: Configuration) -> Configuration:
        """Where it leads."""
        wanted = replace(origin, parallelism=self.parallelism)
        if self.path is RescalePath.IN_PLACE:
            return wanted
        return replace(wanted, slots=2 if self.big else 1, cpu_cores=2.0 if self.big else 1.0)


WAYS = [RescalePath.IN_PLACE, RescalePath.SAVEPOINT, RescalePath.CHECKPOINT]
ORDERS = st.lists(
    st.builds(
        Order,
        after=st.integers(0, 300),
        path=st.sampled_from(
            [RescalePath.IN_PLACE, RescalePath.SAVEPOINT, RescalePath.CHECKPOINT]
        ),
        parallelism=st.integers(1, 8),
        big=st.booleans(),
    ),
    max_size=5,
)
FAILURES = st.lists(
    st.tuples(st.integers(1, LENGTH - 1), st.integers(1, 12), st.integers(1, 60)),
    max_size=6,
    unique_by=lambda one: one[0],
)


class Silent(LonelyJournal):
    """Remembers nothing."""

    def write(self, taken: object) -> None:
        """Forget it."""


def carry_out(job: SimulatedJob, order: Order) -> None:
    """Carry an order out, where the job runs in something else."""
    origin = job.engine.describe("small").configuration
    if origin is None or order.target(origin) == origin:
        return
    rescale(
        job.engine,
        Rescale(
            job="small",
            action_id=uuid.UUID(int=job.clock.second).hex,
            origin=origin,
            target=order.target(origin),
            path=order.path,
            lag_limit_records=1e9,
        ),
        journal=Silent(),
        clock=job.clock,
    )


def played(
    orders: list[Order],
    failures: list[tuple[int, int, int]],
    outages: Outages,
    *,
    seed: int,
    length: int = LENGTH,
) -> SimulatedJob:
    """A job to whose end everything was done that was ordered."""
    job = a_job(
        a_trace(200.0, seconds=length),
        due=tuple(a_failure(at, visible=v, dark=d) for at, v, d in sorted(failures)),
        outages=outages,
        seed=seed,
        busy=BusyModel(noise=0.2, bias=0.1),
        cpu=CpuModel(per_record=2e-3, noise=0.1),
    )
    with suppress(EndOfTrace):
        for order in orders:
            job.clock.wait(order.after)
            carry_out(job, order)
            sample = job.source.sample(job.clock.now())
            wrong = {name for name, value in sample.items() if not _fits(name, value)}
            assert wrong == set()
        job.clock.wait(length - job.clock.second)
    return job


def _fits(name: str, value: float) -> bool:
    return CATALOGUE[name].minimum <= value <= CATALOGUE[name].maximum


@settings(max_examples=25)
@given(orders=ORDERS, failures=FAILURES, outages=OUTAGES, seed=st.integers(0, 3))
def test_no_record_is_lost_or_made_up(
    orders: list[Order], failures: list[tuple[int, int, int]], outages: Outages, seed: int
) -> None:
    """What was processed in all is the position at the end and what was read again."""
    job = played(orders, failures, outages, seed=seed)
    flow, record = job.flow, job.record()
    done = np.minimum(flow.capacity[0], flow.trace.load + flow.backlog[0, :-1]).sum()
    assert done == pytest.approx(flow.position(0) + record.replayed_records, rel=1e-6, abs=1.0)
    assert (flow.backlog[0] >= -1e-6).all()
    assert (flow.backlog[0] <= flow.trace.arrived + 1e-6).all()


@settings(max_examples=25)
@given(orders=ORDERS, failures=FAILURES, outages=OUTAGES, seed=st.integers(0, 3))
def test_what_runs_is_paid_for(
    orders: list[Order], failures: list[tuple[int, int, int]], outages: Outages, seed: int
) -> None:
    """At each second at least the cores and memory of what the job runs in."""
    job = played(orders, failures, outages, seed=seed)
    record = job.record()
    changes = [*record.configurations, (record.seconds, FOUR)]
    for (begin, configuration), (end, _) in pairwise(changes):
        running = record.up[begin:end]
        assert (record.cores[begin:end][running] >= configuration.total_cores).all()
        assert (record.memory_gb[begin:end][running] >= configuration.total_memory_gb).all()


@settings(max_examples=15)
@given(orders=ORDERS, outages=OUTAGES, seed=st.integers(0, 3))
def test_without_failures_the_job_runs_in_the_end(
    orders: list[Order], outages: Outages, seed: int
) -> None:
    """Whatever was ordered and refused: two hours are more than five actions can take."""
    job = played(orders, [], outages, seed=seed, length=7_200)
    assert job.engine.describe("small").presence is JobPresence.RUNNING
