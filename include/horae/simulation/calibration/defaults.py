"""What stands in a model where no table tells: round figures, each with its reason."""

from horae.simulation.job.job_model import (
    CapacityModel,
    CpuModel,
    FailureModel,
    LatencyModel,
    LogNormal,
    OutageModel,
    Outages,
    RecoveryModel,
    Start,
)

CPU_AT_CAPACITY = 0.8
"""Share of the CPU in use at capacity: the rest waits for locks, input and output."""

LATENCY = LatencyModel(steady=LogNormal(median=1.0, deviation=0.1))
"""Buffers of 100 ms at a few exchanges, and the clients' polling: about a second."""

FAILURE = FailureModel(
    visible=LogNormal(median=15.0, deviation=0.2),
    dark=LogNormal(median=15.0, deviation=0.3),
)
"""A TaskManager is missed after a heartbeat of some 20 s at most; a restart takes as long."""

OUTAGES = Outages(savepoint=OutageModel(seconds=LogNormal(median=60.0, deviation=0.3)))
"""Stopping with a savepoint, cancelling, submitting, restoring: about a minute on a cluster."""

UNBOUNDED_DRAIN = LogNormal(median=20.0)
"""Of the load: in effect, the capacity alone bounds how fast a backlog is worked off."""

RECOVERY = RecoveryModel()


def default_cpu(capacity: CapacityModel, start: Start) -> CpuModel:
    """In proportion to the load, nearly all in use at the capacity of the start."""
    configuration = start.configuration()
    per_core = capacity.median(configuration) / configuration.total_cores
    idle = 0.05
    return CpuModel(idle=idle, per_record=(CPU_AT_CAPACITY - idle) / per_core)
