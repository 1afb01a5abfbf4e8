import math
import re
from dataclasses import fields, replace

import numpy as np
import pytest

from flow_builders import CALM, FOUR, a_model, a_trace
from horae.domain.configuration import Configuration
from horae.simulation.job.job_model import CapacityModel
from horae.simulation.job.models_folder import load_model
from horae.simulation.load.traces import Trace
from horae.simulation.world.failures import PUBLISHED, RANDOM
from horae.simulation.world.worlds import WORLDS, World

ADDED: dict[str, set[str]] = {
    "published": set(),
    "retrograde": {"retrograde"},
    "skewed": {"hot_key"},
    "cliff": {"memory_cliff_mb"},
    "drifting": {"drift"},
    "noisy": {"run_deviation"},
    "warped": {"warp"},
    "worst": {"hot_key", "drift", "run_deviation", "warp"},
}


def a_configuration(task_managers: int, **other: float) -> Configuration:
    """TaskManagers of one core, one slot and 4 GiB each."""
    return replace(FOUR, parallelism=task_managers, **other)


def of(world: World, task_managers: int, **other: float) -> float:
    """Capacity of some TaskManagers; 100 records/s each without the world."""
    return world.capacity(a_model(), a_configuration(task_managers, **other))


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_adds_what_its_name_says_and_nothing_else(name: str) -> None:
    """All else is as in a world without anything; failures are random but in the published one."""
    world = WORLDS[name]
    told = {"name", "sentence", "regime"}
    added = {
        field.name
        for field in fields(World)
        if getattr(world, field.name) != getattr(CALM, field.name) and field.name not in told
    }
    assert added == ADDED[name]
    assert world.name == name
    assert world.regime is (PUBLISHED if name == "published" else RANDOM)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("skewed", ("hot_key",)),
        ("cliff", ("memory_cliff_share",)),
        ("drifting", ("drift",)),
        ("noisy", ("run_deviation",)),
        ("warped", ("warp",)),
        ("worst", ("hot_key", "drift", "run_deviation", "warp")),
    ],
)
def test_a_sentence_tells_the_strength(name: str, shown: tuple[str, ...]) -> None:
    """In per cent, as it is set."""
    told = {float(number) for number in re.findall(r"([\d.]+) %", WORLDS[name].sentence)}
    assert told == {round(100 * getattr(WORLDS[name], one), 6) for one in shown}


def test_nothing_is_added_in_the_published_world() -> None:
    """The capacity of the model itself."""
    for many in (1, 7, 24):
        assert of(WORLDS["published"], many) == pytest.approx(100 * many)


def test_retrograde_capacity_falls_past_some_number() -> None:
    """100 n / (1 + 0.01 n (n - 1)) by Gunther's law: most at n = 10, where n^2 = 1 / 0.01."""
    world = replace(CALM, retrograde=0.01)
    assert of(world, 1) == pytest.approx(100)
    assert of(world, 10) == pytest.approx(1_000 / 1.9)
    assert max(range(1, 25), key=lambda many: of(world, many)) == 10


def test_a_hot_key_bounds_the_job_by_one_subtask() -> None:
    """One of four subtasks gets 0.1 + 0.9 / 4 of the records, and carries 100 records/s."""
    world = replace(CALM, hot_key=0.1)
    assert of(world, 4) == pytest.approx(100 / (0.1 + 0.9 / 4))
    assert of(world, 1) == pytest.approx(100)
    assert of(world, 1_000) < 100 / 0.1


def test_the_memory_cliff_is_by_slot() -> None:
    """30 % is left below 1.5 GiB a slot, all of it there."""
    world = replace(CALM, memory_cliff_mb=1_536)
    plain = [of(CALM, 4, memory_mb=1_535), of(CALM, 4, memory_mb=1_536)]
    assert of(world, 4, memory_mb=1_535) == pytest.approx(0.3 * plain[0])
    assert of(world, 4, memory_mb=1_536) == pytest.approx(plain[1])
    two = {"slots": 2, "memory_mb": 3_000}
    assert of(world, 4, **two) == pytest.approx(0.3 * of(CALM, 4, **two))


def test_drift_is_a_line_from_the_end_of_the_history() -> None:
    """Nothing is lost before, half of the drift in the middle, all of it at the end."""
    left = replace(CALM, drift=0.2).drifted(a_trace(1.0, seconds=301, history=100))
    assert left[:101] == pytest.approx(1)
    assert left[[200, 300]] == pytest.approx([0.9, 0.8])
    assert CALM.drifted(a_trace(1.0, seconds=5)).tolist() == [1] * 5


def test_runs_differ_as_the_model_says_unless_the_world_does() -> None:
    """5 % of the model, 10 % of the noisy world."""
    model = a_model(capacity=CapacityModel(ln_rate=4, run_deviation=0.05))
    assert CALM.deviation_between_runs(model) == 0.05
    assert WORLDS["noisy"].deviation_between_runs(model) == 0.1


@pytest.mark.parametrize("many", [4, 6, 7])
def test_the_misfit_has_the_deviation_that_is_told(many: int) -> None:
    """Over 400 shapes of a TaskManager, at a power of two and between two of them."""
    model = a_model(capacity=CapacityModel(ln_rate=math.log(100), misfit=0.2))
    found = [
        math.log(CALM.capacity(model, a_configuration(many, memory_mb=memory)) / (100 * many))
        for memory in range(1_000, 1_400)
    ]
    assert np.std(found) == pytest.approx(0.2, rel=4 / math.sqrt(800))


def test_the_misfit_changes_little_with_one_taskmanager_more() -> None:
    """By less than a deviation each, while twice as many are another draw."""
    model = a_model(capacity=CapacityModel(ln_rate=math.log(100), misfit=0.2))
    found = np.array([CALM.capacity(model, a_configuration(n)) / n for n in range(12, 25)])
    assert np.abs(np.diff(np.log(found))).max() < 0.2
    assert np.ptp(np.log(found)) > 0.01


def test_what_a_job_is_started_in_has_no_misfit() -> None:
    """It was measured; near it there is little, and farther away all of it."""
    capacity = CapacityModel(ln_rate=math.log(100), misfit=0.2)
    models = [a_model(name=f"model-{number}", capacity=capacity) for number in range(400)]
    found = np.array(
        [
            [CALM.capacity(model, a_configuration(many)) / (100 * many) for many in (4, 5, 16)]
            for model in models
        ]
    )
    found = np.log(found)
    assert found[:, 0] == pytest.approx(0, abs=1e-12)
    # log2 5 = 2.32: the weights of 4 and 8 are 0.678 and 0.322 over 0.751, hence the correlation
    # with 4 is 0.903, and what is left of the deviation sqrt(1 - 0.903^2) = 0.429.
    assert found[:, 1].std() == pytest.approx(0.2 * 0.429, rel=4 / math.sqrt(800))
    assert found[:, 2].std() == pytest.approx(0.2, rel=4 / math.sqrt(800))


def test_the_misfit_is_one_of_the_taskmanagers() -> None:
    """The same in each run; the checkpoint interval is no part of it, their memory is."""
    model = a_model(capacity=CapacityModel(ln_rate=math.log(100), misfit=0.2))
    assert CALM.capacity(model, a_configuration(4)) == CALM.capacity(
        model, a_configuration(4, checkpoint_interval_seconds=90.0, cpu_cores=1)
    )
    assert CALM.capacity(model, a_configuration(4)) != CALM.capacity(
        model, a_configuration(4, memory_mb=2_048)
    )


def seasonal(history: int = 0) -> Trace:
    """Three seasons of 1,000 s."""
    times = np.arange(history + 3_000)
    load = 100 * (1 + 0.5 * np.sin(2 * np.pi * times / 1_000))
    return Trace(name="s", load=load, season_seconds=1_000, history_seconds=history)


def test_only_a_world_that_warps_changes_the_load() -> None:
    """By up to 20 % in height, the same for the same seed, and another for another one."""
    trace, warped = seasonal(), WORLDS["warped"]
    assert CALM.offered(trace, 1) is trace
    first, again, other = (warped.offered(trace, seed).load for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first != pytest.approx(other, rel=0.01)
    assert first.min() >= 0.8 * trace.load.min()
    assert first.max() <= 1.2 * trace.load.max()


@pytest.mark.parametrize("seed", range(20))
def test_a_warped_load_is_the_trace_at_another_pace(seed: int) -> None:
    """It keeps its history, comes away from it smoothly, and never leaps.

    A second is at most 1.2 seconds of the trace, so the load changes by at most 1.2 x 1.2 of what
    the trace does, and by what the height swings in a second.
    """
    trace = seasonal(history=2_000)
    load = WORLDS["warped"].offered(trace, seed).load
    assert len(load) == trace.seconds
    assert load[:2_000].tobytes() == trace.load[:2_000].tobytes()
    swing = 0.2 * (2 * np.pi / 2_300 + 1 / 100) * trace.load.max()
    most = 1.44 * np.abs(np.diff(trace.load)).max() + swing
    assert np.abs(np.diff(load)).max() <= most


@pytest.mark.parametrize("seed", range(20))
def test_a_warped_trend_does_not_begin_again(seed: int) -> None:
    """A load without a season that rises does not fall back to its beginning at the end."""
    rising = a_trace(np.linspace(100.0, 200.0, 3_000))
    load = replace(CALM, warp=0.2).offered(rising, seed).load
    assert load[-300:].min() > 0.8 * 150


@pytest.mark.parametrize("seed", range(20))
def test_a_warped_load_does_not_stand_still_at_its_end(seed: int) -> None:
    """Time that would run past the end runs slower: the last tenth alternates as the rest does.

    The pace is (1 - 0.2) / (1 + 0.2) at least, so that 300 s are 200 s of the trace, in which it
    changes four times, once less where it begins badly.
    """
    alternating = a_trace(np.resize(np.repeat([100.0, 200.0], 50), 3_000))
    load = replace(CALM, warp=0.2).offered(alternating, seed).load
    leaps = np.abs(np.diff(load[-300:])) > 20
    assert np.count_nonzero(leaps) >= 3


def test_seasons_are_stretched_and_squeezed() -> None:
    """Peaks of ten seasons are not 1,000 s apart, but within 20 %, over 20 seeds."""
    times = np.arange(10_000)
    load = 100 + 99 * np.sin(2 * np.pi * times / 1_000)
    trace = Trace(name="s", load=load, season_seconds=1_000)
    distances: list[float] = []
    for seed in range(20):
        found = replace(CALM, warp=0.2).offered(trace, seed).load
        peaks = [
            second
            for second in range(50, 9_950)
            if found[second] == found[second - 50 : second + 51].max()
        ]
        distances += np.diff(peaks).tolist()
    assert min(distances) < 930
    assert max(distances) > 1_070
    assert min(distances) > 700
    assert max(distances) < 1_400


@pytest.mark.parametrize("name", WORLDS)
def test_more_taskmanagers_of_a_world_never_help_beyond_the_form(name: str) -> None:
    """No world adds capacity."""
    for many in range(1, 25):
        assert of(WORLDS[name], many) <= of(CALM, many) * (1 + 1e-12)


@pytest.mark.parametrize("name", WORLDS)
def test_the_largest_configuration_carries_the_published_load(name: str) -> None:
    """24 TaskManagers of `tsw` carry the peak of 121,479 records/s with a tenth of reserve.

    At the end of the drift and at the height that the seasons may swing to. The peak is 3.234
    times the largest value of the load file of Demeter's cars (arXiv 2403.02129).
    """
    model, world = load_model("tsw"), WORLDS[name]
    capacity = world.capacity(model, model.start.configuration()) * (1 - world.drift)
    assert capacity >= 1.1 * 121_479 * (1 + world.warp)


@pytest.mark.parametrize("name", ["retrograde", "skewed", "drifting", "worst"])
def test_a_world_takes_enough_away_to_be_felt(name: str) -> None:
    """A tenth of what 24 TaskManagers of `tsw` can do, or more."""
    model, world = load_model("tsw"), WORLDS[name]
    plain = WORLDS["published"].capacity(model, model.start.configuration())
    left = world.capacity(model, model.start.configuration()) * (1 - world.drift)
    assert left <= 0.9 * plain
