"""What no run can exceed, on jobs that can be reckoned by hand."""

from dataclasses import replace

import numpy as np
import pytest

from flow_builders import CALM, a_model, a_trace
from horae.simulation.job.job_model import CapacityModel, JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.references.ceiling import STARTS_PER_ACTION, Ceiling, ceiling
from horae.simulation.world.chances import at_start
from horae.simulation.world.failures import PUBLISHED, RANDOM, Regime, failures
from horae.simulation.world.queue_age import ages
from horae.simulation.world.worlds import World

STRUCK = replace(CALM, regime=replace(RANDOM, every_seconds=200.0))


def a_ceiling(
    model: JobModel,
    world: World,
    trace: Trace,
    *,
    seed: int = 5,
    limit: float = 3.0,
    actions: int = 0,
) -> Ceiling:
    """Within three seconds, and without an action."""
    return ceiling(model, world, trace, seed, limit=limit, actions=actions)


def test_what_may_wait_is_what_is_just_not_too_old() -> None:
    """As many records may wait as make the oldest of them as old as the limit leaves."""
    trace = a_trace(np.arange(1.0, 101.0))
    best = a_ceiling(a_model(), CALM, trace, limit=3.0)  # 1 s is taken without any backlog
    assert np.allclose(best.waiting[10:13], [10 + 11, 11 + 12, 12 + 13], atol=0.01)
    for share, late in ((0.999, False), (1.001, True)):
        age = ages(trace, best.waiting * share)
        assert (age[10:] + 1.0 > 3.0).all() == late


def test_nothing_may_wait_where_a_record_alone_takes_too_long() -> None:
    """Where the limit is below what a record takes anyway, every second is broken."""
    best = a_ceiling(a_model(), CALM, a_trace(), limit=0.5)
    assert np.isneginf(best.waiting).all()


def test_failures_that_come_whatever_is_decided_leave_nothing_to_be_done() -> None:
    """From a failure on nothing counts, and from its outage on nothing comes out."""
    trace = a_trace(seconds=2_000)
    best = a_ceiling(a_model(), STRUCK, trace)
    due = failures(STRUCK.regime, a_model().failures, trace, 5)
    first = due[0]
    assert len(due) > 2
    assert np.flatnonzero(best.idle)[0] == first.due
    assert np.flatnonzero(best.dark)[0] == first.due + first.visible
    assert not best.idle[first.due + first.visible + first.dark]
    assert (best.idle | ~best.dark).all(), "dark implies idle"


@pytest.mark.parametrize(
    "regime",
    [
        PUBLISHED,
        replace(RANDOM, skipped_while_down=True),
        replace(RANDOM, before_checkpoint_seconds=5),
    ],
)
def test_failures_whose_instants_depend_on_decisions_are_left_out(regime: Regime) -> None:
    """Where failures wait for a checkpoint or are skipped, none is counted."""
    world = replace(CALM, regime=replace(regime, every_seconds=200.0))
    assert not a_ceiling(a_model(), world, a_trace(seconds=2_000)).idle.any()


@pytest.mark.parametrize("seed", range(8))
def test_capacity_is_that_of_the_best_start_there_can_have_been(seed: int) -> None:
    """The best of all starts so far: one, those of actions, and one a failure that was due."""
    varied = CapacityModel(ln_rate=float(np.log(100.0)), run_deviation=0.1)
    model, trace = a_model(capacity=varied), a_trace(seconds=2_000)
    due = failures(STRUCK.regime, model.failures, trace, seed)
    drawn = [
        at_start(model, STRUCK, seed, n).capacity for n in range(1 + STARTS_PER_ACTION + len(due))
    ]
    best = a_ceiling(model, STRUCK, trace, seed=seed, actions=1)
    own = 1 + STARTS_PER_ACTION
    for second in (0, due[0].due, due[-1].due):
        struck = sum(one.due <= second for one in due)
        assert np.isclose(best.factor[second], max(drawn[: own + struck]), rtol=1e-4)


def test_only_the_scored_part_is_told() -> None:
    """The history is not part of it."""
    best = a_ceiling(a_model(), CALM, a_trace(seconds=500, history=200))
    assert best.seconds == 300
    assert best.capacity(np.array([400.0])).shape == (1, 300)
