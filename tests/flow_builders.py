"""Jobs and loads for tests of the simulator, round enough to reckon by hand."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.simulation.job.job_model import (
    CapacityModel,
    CheckpointModel,
    CpuModel,
    FailureModel,
    JobModel,
    LatencyModel,
    LogNormal,
    OutageModel,
    Outages,
    RecoveryModel,
    Start,
)
from horae.simulation.load.traces import Trace
from horae.simulation.world.failures import NONE, Failure
from horae.simulation.world.flow import Flow
from horae.simulation.world.worlds import World

CALM = World(name="calm", sentence="Nothing is added.", regime=NONE)
START = Start(parallelism=4)
FOUR = START.configuration()
"""4 TaskManagers of one core and slot: 400 records/s in `a_model`."""


def a_model(**other: Any) -> JobModel:
    """100 records/s a core, nothing random, no ramp; checkpoints are instant, draining is free.

    Args:
        other: Values in place of these.
    """
    values: dict[str, Any] = {
        "name": "small",
        "source": "Made up.",
        "start": START,
        "capacity": CapacityModel(ln_rate=float(np.log(100.0))),
        "cpu": CpuModel(per_record=1e-3),
        "latency": LatencyModel(steady=LogNormal(median=1.0)),
        "checkpoints": CheckpointModel(duration=LogNormal(median=2.0)),
        "outages": Outages(in_place=OutageModel(seconds=LogNormal(median=7.0))),
        "failures": KINDS,
        "recovery": RecoveryModel(drain=LogNormal(median=1e6), ramp_seconds=0.0),
    }
    return JobModel(**values | other)


def a_kind(visible: float, dark: float, **other: Any) -> FailureModel:
    """A failure that always takes the same."""
    return FailureModel(visible=LogNormal(median=visible), dark=LogNormal(median=dark), **other)


KINDS: Mapping[str, FailureModel] = {"worker": a_kind(5, 10)}


def a_trace(load: float | NDArray[Any] = 200.0, *, seconds: int = 600, history: int = 0) -> Trace:
    """A load second by second; a single one holds for the whole trace."""
    told = np.broadcast_to(np.asarray(load, dtype=np.float64), (np.size(load),))
    each = told if np.size(load) > 1 else np.full(seconds, told[0])
    return Trace(name="test", load=each, history_seconds=history)


def a_flow(
    trace: Trace,
    *,
    model: JobModel | None = None,
    world: World = CALM,
    starts: tuple[Configuration, ...] = (FOUR,),
    seeds: tuple[int, ...] | None = None,
    due: tuple[Failure, ...] | None = None,
) -> Flow:
    """A flow at its beginning.

    Args:
        trace: The load.
        model: The job.
        world: What is added to it.
        starts: What each replication is started in.
        seeds: Of each; 0, 1, ... where they are not told.
        due: Failures of every replication; None: those of the world's regime.
    """
    told = range(len(starts)) if seeds is None else seeds
    return Flow(model or a_model(), world, trace, starts, told, due=due)


def a_failure(due: int, *, visible: int = 5, dark: int = 10) -> Failure:
    """One that will occur."""
    return Failure(due=due, kind="worker", visible=visible, dark=dark)
