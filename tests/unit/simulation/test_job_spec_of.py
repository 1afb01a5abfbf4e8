"""The spec of a simulated job."""

from dataclasses import replace
from typing import Any

import pytest

from backtest_builders import a_load, a_sized_model
from horae.domain.decision import Mode
from horae.errors import SettingsError
from horae.settings.job_spec import JobSpec
from horae.simulation.backtest.contenders import contender
from horae.simulation.backtest.job_spec_of import Terms, job_spec_of
from horae.simulation.load.traces import Trace

SEASONAL = replace(a_load(), season_seconds=1_800.0)


def spec_of(
    policy: str, said: dict[str, Any] | None = None, *, trace: Trace = SEASONAL
) -> JobSpec:
    """Of a job that may vary two axes."""
    model = a_sized_model(search={"parallelism": (1, 2, 4), "memory_mb": (1024, 2048)})
    return job_spec_of(model, trace, contender(policy, said), Terms())


def test_the_planner_searches_all_axes_and_others_the_parallelism_alone() -> None:
    """What the published policies change is the number of subtasks, and nothing else.

    They take any between the ends: a coarse list of the model's is for a search, not for them.
    """
    assert spec_of("planner").search.parallelism == (1, 2, 4)
    assert spec_of("planner").search.memory_mb == (1024, 2048)
    for policy, sizes in (
        ("static", (1, 2, 4)),
        ("threshold", (1, 2, 3, 4)),
        ("ds2", (1, 2, 3, 4)),
    ):
        search = spec_of(policy).search
        assert (search.parallelism, search.memory_mb) == (sizes, None)
        assert search.maximum_task_managers == 24


def test_the_season_is_the_traces_and_nobody_looks_further_ahead() -> None:
    """Half an hour; what a file says counts more."""
    time = spec_of("planner").time
    assert (time.season_seconds, time.horizon_seconds) == (1_800, 1_800)
    said = {"time": {"season_seconds": 900, "horizon_seconds": 600}}
    time = spec_of("planner", said).time
    assert (time.season_seconds, time.horizon_seconds) == (900, 600)
    assert spec_of("planner", trace=a_load()).time.season_seconds == 86_400


def test_everybody_acts_and_is_measured_alike() -> None:
    """Mode auto, 2 s of latency and 180 s of recovery as in Demeter's experiments."""
    for policy in ("static", "threshold", "ds2", "planner"):
        spec = spec_of(policy)
        assert spec.mode is Mode.AUTO
        assert spec.limits.processing_latency_seconds == 2
        assert spec.limits.recovery_seconds == 180


def test_settings_that_contradict_each_other_are_refused_all_at_once() -> None:
    """A rhythm faster than the grid, and a window of less than two rows."""
    with pytest.raises(SettingsError) as caught:
        spec_of("planner", {"time": {"cycle_seconds": 30, "window_seconds": 90}})
    assert {fault.where for fault in caught.value.faults} == {
        "time.cycle_seconds",
        "time.window_seconds",
    }
    assert caught.value.source == "the job spec for planner"
