"""Small back-tests: half an hour of a job whose figures can be reckoned by hand."""

from typing import Any

import numpy as np

from flow_builders import CALM, a_model, a_trace
from horae.simulation.backtest.backtest import Rehearsal
from horae.simulation.backtest.contenders import contender
from horae.simulation.backtest.job_spec_of import Terms
from horae.simulation.backtest.plan import Plan
from horae.simulation.job.job_model import CpuModel, JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.worlds import World
from simulated_jobs import BOTH_WAYS

HISTORY = 600
LENGTH = 1_800
"""Seconds; the last 1,200 of them are scored."""


def a_sized_model(**other: Any) -> JobModel:
    """1 to 8 cores of 100 records/s, whose CPU is in use up to 95 % at that load."""
    values: dict[str, Any] = {
        "search": {"parallelism": (1, 2, 3, 4, 5, 6, 7, 8)},
        "cpu": CpuModel(idle=0.05, per_record=9e-3),
        "outages": BOTH_WAYS,
    }
    return a_model(**values | other)


def a_load(*, seconds: int = LENGTH) -> Trace:
    """200 records/s, and 350 from the middle of the scored part on."""
    load = np.full(LENGTH, 200.0)
    load[1_200:] = 350.0
    return a_trace(load[:seconds], history=HISTORY)


def a_rehearsal(
    policy: str = "static",
    *,
    said: dict[str, Any] | None = None,
    trace: Trace | None = None,
    world: World = CALM,
    seed: int = 1,
    **model: Any,
) -> Rehearsal:
    """A run.

    Args:
        policy: The contender's name.
        said: Its settings.
        trace: The load; None: `a_load`.
        world: What is added; nothing, unless said.
        seed: Of its chances.
        model: Values in place of those of `a_sized_model`.
    """
    return Rehearsal(
        model=a_sized_model(**model),
        world=world,
        trace=trace or a_load(),
        contender=contender(policy, said),
        seed=seed,
        terms=Terms(),
    )


def a_plan(*policies: str, seeds: int = 1, references: bool = False, world: World = CALM) -> Plan:
    """Of `a_load` alone."""
    return Plan(
        model=a_sized_model(),
        traces=(a_load(),),
        worlds=(world,),
        contenders=tuple(contender(name) for name in policies),
        seeds=seeds,
        terms=Terms(),
        references=references,
    )
