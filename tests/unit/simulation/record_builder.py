"""Records of runs made by hand."""

from dataclasses import replace

import numpy as np

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.proposal import Reason
from horae.performance.models import Floats
from horae.simulation.world.record import ActionSeen, RunRecord
from horae.simulation.world.replication import Struck

SMALL = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=2048, checkpoint_interval_seconds=10.0
)
LARGE = replace(SMALL, parallelism=4)


def a_record(
    latency: Floats,
    *,
    failures: tuple[Struck, ...] = (),
    actions: tuple[ActionSeen, ...] = (),
    backlog: Floats | None = None,
    load: float = 100.0,
    cores: float = 2.0,
    memory_gb: float = 4.0,
) -> RunRecord:
    """A run in one configuration whose latency is given; NaN means that it is down."""
    seconds = len(latency)
    waiting = np.zeros(seconds) if backlog is None else backlog
    return RunRecord(
        load=np.full(seconds, load),
        backlog=waiting,
        age=waiting / load,
        latency=latency,
        capacity=np.where(np.isnan(latency), 0.0, 2 * load),
        cores=np.full(seconds, cores),
        memory_gb=np.full(seconds, memory_gb),
        configurations=((0, SMALL),),
        failures=failures,
        actions=actions,
        replayed_records=7.0,
    )


def steady(seconds: int, *, down: tuple[tuple[int, int], ...] = (), high: float = 9.0) -> Floats:
    """A latency of 1 s; none in the spans given, and `high` for as long after each."""
    latency = np.ones(seconds)
    for begin, end in down:
        latency[begin:end] = np.nan
        latency[end : 2 * end - begin] = high
    return latency


def a_failure(at: int, visible_at: int, resumed_at: int) -> Struck:
    """Of some kind."""
    return Struck(
        at=at,
        kind="network",
        visible_at=visible_at,
        resumed_at=resumed_at,
        replayed_records=7.0,
        interval_seconds=10.0,
    )


def an_action(began: int, ended: int, *, result: OutcomeResult = OutcomeResult.DONE) -> ActionSeen:
    """From small to large."""
    return ActionSeen(
        began=began,
        ended=ended,
        reason=Reason.PROTECT,
        result=result,
        path=RescalePath.SAVEPOINT,
        outage_seconds=8.0,
        origin=SMALL,
        target=LARGE,
    )
