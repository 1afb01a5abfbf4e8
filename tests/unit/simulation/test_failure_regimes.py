import math
from dataclasses import replace

import numpy as np
import pytest

from flow_builders import KINDS, a_kind, a_trace
from horae.simulation.job.job_model import FailureModel, LogNormal
from horae.simulation.load.traces import Trace
from horae.simulation.world.failures import NONE, PUBLISHED, RANDOM, failures

EIGHTEEN_HOURS = a_trace(1.0, seconds=64_800)
LONG = a_trace(1.0, seconds=2_700_000)  # a thousand failures


def moments(trace: Trace, **other: object) -> list[int]:
    """When the failures of the random regime are due."""
    return [one.due for one in failures(replace(RANDOM, **other), KINDS, trace, 1)]


def test_the_published_regime_has_23_failures_in_18_hours() -> None:
    """Each 2,700 s, the first after one distance and none at the end."""
    found = failures(PUBLISHED, KINDS, EIGHTEEN_HOURS, 1)
    assert [one.due for one in found] == [2_700 * number for number in range(1, 24)]
    assert {(one.kind, one.visible, one.dark) for one in found} == {("worker", 5, 10)}


def test_none_is_due_in_the_history() -> None:
    """The clock of the published regime starts where it ends."""
    trace = a_trace(1.0, seconds=20_000, history=10_000)
    found = [one.due for one in failures(PUBLISHED, KINDS, trace, 1)]
    assert found == [12_700, 15_400, 18_100]
    assert min(moments(trace, every_seconds=10.0)) >= 10_000


def test_no_regime_and_no_kind_is_no_failure() -> None:
    """Neither waits for ever for the first one."""
    assert failures(NONE, KINDS, EIGHTEEN_HOURS, 1) == ()
    assert failures(RANDOM, {}, EIGHTEEN_HOURS, 1) == ()


def test_random_failures_are_a_poisson_process() -> None:
    """1,000 expected, distances with mean and deviation of 2,700 s, within four deviations."""
    due = moments(LONG)
    assert len(due) == pytest.approx(1_000, abs=4 * math.sqrt(1_000))
    distances = np.diff([0, *due])
    assert distances.mean() == pytest.approx(2_700, rel=4 / math.sqrt(1_000))
    # The deviation of the deviation of an exponential: sqrt(2) over the root of the number.
    assert distances.std() == pytest.approx(2_700, rel=4 * math.sqrt(2 / 1_000))


def test_failures_depend_on_the_seed_alone() -> None:
    """Equal for equal seeds, and the length of the run cuts them off without changing them."""
    first, again, other = (failures(RANDOM, KINDS, LONG, seed) for seed in (1, 1, 2))
    assert first == again != other
    short = failures(RANDOM, KINDS, EIGHTEEN_HOURS, 1)
    assert short == first[: len(short)]


def test_kinds_are_mixed_by_their_weight() -> None:
    """A third of them of the lighter kind, within four deviations; only the first elsewhere."""
    kinds = {"worker": a_kind(5, 10, weight=2), "network": a_kind(20, 30)}
    found = failures(RANDOM, kinds, LONG, 1)
    share = sum(one.kind == "network" for one in found) / len(found)
    assert share == pytest.approx(1 / 3, abs=4 * math.sqrt(2 / 9 / len(found)))
    assert {(one.kind, one.visible, one.dark) for one in found} == {
        ("worker", 5, 10),
        ("network", 20, 30),
    }
    assert {one.kind for one in failures(PUBLISHED, kinds, LONG, 1)} == {"worker"}


def test_a_restart_that_fails_takes_longer() -> None:
    """One in four needs 40 s more, within four deviations."""
    kinds = {"worker": a_kind(5, 10, fails_again=0.25, again=LogNormal(median=40))}
    dark = [one.dark for one in failures(RANDOM, kinds, LONG, 1)]
    assert set(dark) == {10, 50}
    assert dark.count(50) / len(dark) == pytest.approx(
        0.25, abs=4 * math.sqrt(0.25 * 0.75 / len(dark))
    )


def test_times_are_drawn_by_their_deviation_and_never_none() -> None:
    """Whole seconds, one at least."""
    visible = LogNormal(median=100, deviation=0.2)
    kinds = {"worker": FailureModel(visible=visible, dark=LogNormal(median=0.1))}
    found = failures(RANDOM, kinds, LONG, 1)
    logs = np.log([one.visible for one in found])
    assert logs.mean() == pytest.approx(math.log(100), abs=4 * 0.2 / math.sqrt(len(found)))
    assert logs.std() == pytest.approx(0.2, rel=4 / math.sqrt(2 * len(found)))
    assert {one.dark for one in found} == {1}
