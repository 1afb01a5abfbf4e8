"""Whole simulated jobs for tests, with nothing random and figures to reckon by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flow_builders import CALM, FOUR, a_model, a_trace
from horae.domain.configuration import Configuration
from horae.engines.engine import Snapshot
from horae.simulation.cluster.simulated_job import SimulatedJob
from horae.simulation.job.job_model import BusyModel, LogNormal, OutageModel, Outages
from horae.simulation.load.traces import Trace
from horae.simulation.world.failures import Failure
from horae.simulation.world.worlds import World

JOB = "small"
SIX = replace(FOUR, parallelism=6)
QUIET = BusyModel(noise=0.0)
BOTH_WAYS = Outages(
    in_place=OutageModel(seconds=LogNormal(median=7.0)),
    savepoint=OutageModel(seconds=LogNormal(median=12.0)),
)
"""Down for 7 s in place, after 1 s of preparation, and for 12 s with a savepoint."""

PODS = Outages(
    in_place=BOTH_WAYS.in_place, pod_restart=OutageModel(seconds=LogNormal(median=12.0))
)
"""As long, but other TaskManagers come while the job is down."""


def a_job(
    trace: Trace | None = None,
    *,
    seed: int = 1,
    world: World = CALM,
    due: tuple[Failure, ...] | None = None,
    **model: Any,
) -> SimulatedJob:
    """The job of `flow_builders`: 4 TaskManagers of one core, 400 records/s, offered 200.

    Args:
        trace: The load; None: 200 records/s for an hour.
        seed: Of every chance.
        world: What is added.
        due: Its failures; None: those of the world.
        model: Values of the model in place of the usual ones.
    """
    values = {"outages": BOTH_WAYS} | model
    offered = trace or a_trace(200.0, seconds=3_600)
    return SimulatedJob(a_model(**values), world, offered, seed=seed, due=due)


def sampled(job: SimulatedJob) -> Mapping[str, float]:
    """A sample of the present."""
    return job.source.sample(job.clock.now())


def after(seconds: float, job: SimulatedJob | None = None, **model: Any) -> Mapping[str, float]:
    """A sample after some seconds of a job, or of the usual one without noise."""
    job = job or a_job(**({"busy": QUIET} | model))
    job.clock.wait(seconds)
    return sampled(job)


def checkpoint(job: SimulatedJob, trigger_id: str = "c") -> Snapshot:
    """Take a checkpoint, which lasts 2 s."""
    return job.engine.snapshot(JOB, trigger_id=trigger_id, stop=False)


def stop(job: SimulatedJob, *, timeout: float | None = None) -> Snapshot:
    """Stop with a savepoint, which lasts 2 s."""
    return job.engine.snapshot(JOB, trigger_id="s", stop=True, timeout_seconds=timeout)


def grow_in_place(job: SimulatedJob, configuration: Configuration = SIX) -> None:
    """TaskManagers (10 s), a checkpoint (2 s), and the rescale, whose preparation is 1 s."""
    job.engine.provide(configuration, keep=True)
    checkpoint(job)
    job.engine.resize(JOB, configuration)
