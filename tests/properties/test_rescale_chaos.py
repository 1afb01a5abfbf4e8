"""Whatever dies, whatever is lost, whoever meddles: one job runs, from its newest state."""

import os
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import hypothesis.strategies as st
from chaos_checks import violations
from chaos_faults import AFRESH, PLANS, Event
from chaos_processes import ORIGIN, Order
from chaos_world import ChaosWorld
from chaos_wrappers import Keeper
from hypothesis import HealthCheck, given, settings

from horae.control import holding
from horae.domain.action import RescalePath

EXAMPLES = int(os.environ.get("HORAE_CHAOS_EXAMPLES", "300"))
"""So many in the quick suite, where they are the same each time; `make chaos-model` runs more."""

IN_PLACE = [replace(ORIGIN, parallelism=n) for n in (1, 3, 4)]
IN_PLACE += [replace(ORIGIN, parallelism=3, vertices=(("window", 1),))]
ELSEWHERE = [
    replace(ORIGIN, parallelism=4, slots=2, memory_mb=1024),
    replace(ORIGIN, parallelism=1, checkpoint_interval_seconds=20.0),
    replace(ORIGIN, parallelism=6, vertices=(("source", 2),)),
]
ORDERS = st.builds(
    Order,
    path=st.just(RescalePath.IN_PLACE),
    target=st.sampled_from(IN_PLACE),
    savepoint_seconds=st.sampled_from([0.0, 2.0]),
    may_use_checkpoint=st.booleans(),
) | st.builds(
    Order,
    path=st.sampled_from([RescalePath.SAVEPOINT, RescalePath.CHECKPOINT]),
    target=st.sampled_from(IN_PLACE + ELSEWHERE),
    savepoint_seconds=st.sampled_from([0.0, 2.0, 25.0]),
    may_use_checkpoint=st.booleans(),
)


def played(order: Order, plan: list[Event]) -> ChaosWorld:
    """A world after everything in the plan has happened; leases are renewed in its time."""
    world = ChaosWorld(order, list(plan))
    try:
        with patch.object(holding, "LeaseKeeper", partial(Keeper, world.timeline)):
            world.run()
    finally:
        world.close()
    return world


def tried(examples: int) -> settings:
    """So many, the same each time unless their number was told."""
    return settings(
        max_examples=examples,
        derandomize="HORAE_CHAOS_EXAMPLES" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@tried(EXAMPLES)
@given(order=ORDERS, plan=PLANS)
def test_whatever_happens_one_job_runs_from_its_newest_state(
    order: Order, plan: list[Event]
) -> None:
    """No record is lost or doubled, one job runs or a person is called, and the ledger is true."""
    world = played(order, plan)
    found = violations(world)
    assert not found, "\n".join([*found, *world.log])


@tried(EXAMPLES // 5)
@given(order=ORDERS, plan=AFRESH)
def test_a_job_started_afresh_goes_on_from_its_own_state(order: Order, plan: list[Event]) -> None:
    """Its checkpoints are counted from one again; the higher numbers before it are of no use."""
    world = played(order, plan)
    found = violations(world)
    assert not found, "\n".join([*found, *world.log])
