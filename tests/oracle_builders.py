"""Small simulated jobs for tests."""

import numpy as np

from horae.domain.configuration import Configuration
from horae.domain.limits import Limits, Prices
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
    Start,
)
from horae.simulation.load.traces import Trace

LIMITS = Limits(processing_latency_seconds=2, latency_confidence=0.95, recovery_seconds=180)
PRICES = Prices(core_hour=0.04, gb_hour=0.005, violation_second=0.01, action=0.05)


def a_model(
    *,
    run_deviation: float = 0.05,
    flicker: float = 0.03,
    outages: Outages | None = None,
    reactive_mode: bool = False,
) -> JobModel:
    """About 1,000 records/s a core, one core and one slot a TaskManager."""
    return JobModel(
        name="small",
        source="made for a test",
        start=Start(parallelism=6),
        search={"parallelism": tuple(range(1, 9))},
        capacity=CapacityModel(
            ln_rate=float(np.log(1_000)),
            memory_exponent=0.0,
            run_deviation=run_deviation,
            flicker=flicker,
        ),
        cpu=CpuModel(per_record=6e-5),
        latency=LatencyModel(steady=LogNormal(median=1, deviation=0.08)),
        checkpoints=CheckpointModel(cost=0.1),
        outages=outages or Outages(in_place=OutageModel(seconds=LogNormal(median=7))),
        failures={
            "worker": FailureModel(
                visible=LogNormal(median=17, deviation=0.1),
                dark=LogNormal(median=11, deviation=0.2),
            )
        },
        reactive_mode=reactive_mode,
    )


def sizes(*parallelisms: int) -> list[Configuration]:
    """Configurations of one shape."""
    return [Start(parallelism=one).configuration() for one in parallelisms]


def a_wave(
    seconds: int = 3_600, *, mean: float = 3_000, swing: float = 0.5, history_seconds: int = 0
) -> Trace:
    """One season of a sine after its history."""
    time = np.arange(seconds + history_seconds)
    load = mean * (1 + swing * np.sin(2 * np.pi * time / seconds))
    return Trace(name="wave", load=load, season_seconds=seconds, history_seconds=history_seconds)
