"""Small simulated jobs for tests; their numbers are made up and stand in sight."""

import math
from typing import Any

import numpy as np

from horae.simulation.job_model import (
    CapacityModel,
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
from horae.simulation.traces import Trace


def a_model(**changes: Any) -> JobModel:
    """A job that does 1,000 records/s a core, without chance but in what is changed.

    In place it is down for 8 s after 1 s, with a savepoint for 12 s; a checkpoint takes 2 s; a
    failure is seen after 5 s and over after 30 s more; there is no ramp after a start.
    """
    usual: dict[str, Any] = {
        "name": "tiny",
        "source": "made up for tests",
        "start": Start(parallelism=2, checkpoint_interval_seconds=10),
        "maximum_task_managers": 4,
        "task_manager_seconds": 10,
        "capacity": CapacityModel(ln_rate=math.log(1_000)),
        "cpu": CpuModel(idle=0.1, per_record=0.0005),
        "latency": LatencyModel(steady=LogNormal(median=0.3)),
        "outages": Outages(
            in_place=OutageModel(seconds=LogNormal(median=8)),
            savepoint=OutageModel(seconds=LogNormal(median=12)),
        ),
        "failures": {"kill": FailureModel(visible=LogNormal(median=5), dark=LogNormal(median=30))},
        "recovery": RecoveryModel(ramp_seconds=0),
    }
    usual["checkpoints"] = {"duration": {"median": 2.0}}
    return JobModel(**(usual | changes))


def a_trace(load: float = 1_000.0, seconds: int = 7_200, **rest: Any) -> Trace:
    """A constant load."""
    return Trace(name="flat", load=np.full(seconds, load), **rest)
