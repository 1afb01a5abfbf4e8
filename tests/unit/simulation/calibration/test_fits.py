from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import made_tables
from horae.errors import NotReady, SettingsError
from horae.simulation.calibration.calibrate import calibrate
from horae.simulation.calibration.capacity import fit_capacity
from horae.simulation.calibration.capacity_rows import joined_drains, profile_bounds
from horae.simulation.calibration.changing import changes_by_path, fit_outage, isolated
from horae.simulation.calibration.failing import fit_failures, replayed_seconds
from horae.simulation.calibration.forms import CHANGES, FAILURES, PROFILES, SERIES
from horae.simulation.calibration.part import log_normal
from horae.simulation.calibration.recovering import CatchUps, fit_ramp, predicted_seconds
from horae.simulation.calibration.recovery_form import RecoveryForm, fit_recovery_form
from horae.simulation.calibration.steady import fit_cpu, fit_latency
from horae.simulation.calibration.wanted import Tables, Wanted
from horae.simulation.job.job_model import Start
from made_tables import read

NO_DRAINS = joined_drains([])


def rng() -> np.random.Generator:
    """Chance, the same each time."""
    return np.random.default_rng(7)


def ignore(done: int) -> None:
    """Is told, and does nothing."""


def test_the_law_of_capacity_comes_back_within_its_errors(tmp_path: Path) -> None:
    """Fitted to profiles of a known law, every parameter is within three standard errors of it."""
    bounds = profile_bounds(read(tmp_path, made_tables.profiles(300), PROFILES), latency_limit=2)
    fit = fit_capacity(bounds, NO_DRAINS, draws=40, rng=rng(), told=ignore).capacity
    truth = {
        "ln_rate": made_tables.LN_RATE,
        "cores_exponent": made_tables.CORES,
        "slots_exponent": made_tables.SLOTS,
        "memory_exponent": made_tables.MEMORY,
        "misfit": made_tables.MISFIT,
    }
    for name, true in truth.items():
        error = fit.deviations[name]
        assert 0 < error < 0.2, name
        assert getattr(fit.value, name) == pytest.approx(true, abs=3 * error), name


def test_stable_and_overloaded_rows_alone_are_no_capacity(tmp_path: Path) -> None:
    """Without any row that shows a capacity there is none; the message says what is needed."""
    profiles = made_tables.profiles()
    stable = read(tmp_path, profiles[profiles["avgLat"] < 2_000], PROFILES)
    bounds = profile_bounds(stable, latency_limit=2)
    with pytest.raises(NotReady, match="overloaded"):
        fit_capacity(bounds, NO_DRAINS, draws=2, rng=rng(), told=ignore)


def test_bounds_move_the_capacity_where_they_must(tmp_path: Path) -> None:
    """A load that was sustained is a lower bound: it pulls up a fit that lies below it."""
    columns = {"scaleOut": [4, 4, 4, 4], "avgThr": [100.0, 101.0, 99.0, 150.0]}
    table = pd.DataFrame(columns | {"offered": [200.0, 200.0, 200.0, 150.0]})
    table["avgLat"] = [9_000.0, 9_000.0, 9_000.0, 500.0]
    read_in = read(tmp_path, table, PROFILES)
    without = profile_bounds(read_in.iloc[:3], latency_limit=2)
    within = profile_bounds(read_in, latency_limit=2)
    low, high = (
        fit_capacity(bounds, NO_DRAINS, draws=2, rng=rng(), told=ignore).capacity.value
        for bounds in (without, within)
    )
    # Three saturated runs at 100 records/s on 4 cores: ln C = ln 25 + ln 4.
    assert low.ln_rate == pytest.approx(np.log(25), abs=0.01)
    assert high.ln_rate > low.ln_rate + 0.02
    assert high.misfit > low.misfit


def test_what_never_varied_is_said_not_to_be_identified(tmp_path: Path) -> None:
    """Where only the number of TaskManagers varies, slots and memory keep their defaults."""
    profiles = made_tables.profiles()
    one_shape = profiles[["scaleOut", "offered", "avgThr", "avgLat"]]
    bounds = profile_bounds(read(tmp_path, one_shape, PROFILES), latency_limit=2)
    fit = fit_capacity(bounds, NO_DRAINS, draws=2, rng=rng(), told=ignore).capacity
    assert {"slots_exponent", "memory_exponent"} <= {one.name for one in fit.missing}
    assert (fit.value.slots_exponent, fit.value.memory_exponent) == (0, 0)


def test_recoveries_show_a_ceiling_that_small_profiles_do_not(tmp_path: Path) -> None:
    """Large configurations that recover no faster than some rate bound the capacity."""
    rows = made_tables.failures(60)
    large = rows.assign(task_managers=24, cores=24, slots=24)
    # 24 cores would do exp(9) * 24^0.9 = 141,000 records/s; none recovers above 80,000.
    assert made_tables.capacity(24) > 1.7 * made_tables.CEILING
    speed = np.minimum(made_tables.DRAIN * large["offered_load"], made_tables.CEILING)
    large["drain_rate_x"] = speed / large["offered_load"]
    found = calibrate(
        Tables(
            profiles=read(tmp_path, made_tables.profiles(), PROFILES),
            failures=read(tmp_path, large, FAILURES),
        ),
        Wanted(name="made", source="made", start=Start(parallelism=24), draws=10),
    ).model
    assert found.capacity.ceiling == pytest.approx(made_tables.CEILING, rel=0.05)
    assert found.recovery.drain.median == pytest.approx(made_tables.DRAIN, rel=0.1)
    assert found.capacity.median(found.start.configuration()) == found.capacity.ceiling


def test_the_parts_of_a_failure_come_back(tmp_path: Path) -> None:
    """Output is gone after 16 s, back 14 s later, and restarts that fail are told apart."""
    table = made_tables.failures(50)
    table.loc[:4, "processing_resumes_s"] = 75.0  # 45 s more than the others, in five of fifty
    table.loc[:4, "recovery_A_latency_s"] = 200.0
    fit = fit_failures(read(tmp_path, table, FAILURES), draws=30, rng=rng())
    assert fit.value.visible.median == pytest.approx(16, abs=0.6)
    assert fit.value.dark.median == pytest.approx(14, abs=1)
    assert fit.value.fails_again == pytest.approx(0.1)
    assert fit.value.again.median == pytest.approx(45, abs=2)
    # A share of 5 in 50 is known to about sqrt(0.1 * 0.9 / 50) = 0.04.
    assert fit.deviations["fails_again"] == pytest.approx(0.04, abs=0.01)


def test_disturbed_and_impossible_failures_are_left_out(tmp_path: Path) -> None:
    """A row that something else fell into, or that resumed once it had recovered, is left out."""
    table = made_tables.failures(20)
    table.loc[0, "contaminated_before"] = True
    table.loc[1, "processing_resumes_s"] = table.loc[1, "recovery_A_latency_s"] + 60
    fit = fit_failures(read(tmp_path, table, FAILURES), draws=2, rng=rng())
    assert fit.quality["left out"] == 2
    with pytest.raises(NotReady):
        fit_failures(read(tmp_path, table.iloc[:2], FAILURES), draws=2, rng=rng())


def test_what_is_read_again_is_the_peak_beyond_the_outage(tmp_path: Path) -> None:
    """Peak latency 36 s, resumed after about 30 s, 1 s of usual latency: 5 s were read again."""
    replayed = replayed_seconds(read(tmp_path, made_tables.failures(50), FAILURES))
    assert np.median(replayed) == pytest.approx(36 - 30 - 1, abs=1)


def test_outages_of_a_path_grow_with_its_size(tmp_path: Path) -> None:
    """Outages of 2 s times the square root of the TaskManagers give exponent 0.5 and 2 s."""
    rows = read(tmp_path, made_tables.changes(), CHANGES)
    fit = fit_outage(rows, "in_place", drain=None, draws=40, rng=rng())
    assert fit.value.size_exponent == pytest.approx(0.5, abs=3 * fit.deviations["size_exponent"])
    assert fit.value.seconds.median == pytest.approx(2, rel=0.15)
    assert fit.value.prepare.median == pytest.approx(1)


def test_an_exponent_that_is_not_told_from_none_is_none(tmp_path: Path) -> None:
    """Outages that do not depend on the size keep an exponent of 0, and the reason is told."""
    table = made_tables.changes(rows=30)
    table["outage_s"] = 10 * np.exp(0.3 * rng().standard_normal(30))
    fit = fit_outage(read(tmp_path, table, CHANGES), "in_place", drain=None, draws=40, rng=rng())
    assert fit.value.size_exponent == 0
    assert "not told from 0" in {one.name: one.reason for one in fit.missing}["size_exponent"]


def test_a_path_that_reads_nothing_again_shows_its_outage_in_the_peak(tmp_path: Path) -> None:
    """After a savepoint the oldest record waited for the whole outage: 6 s more than the gap."""
    table = made_tables.changes().assign(outage_s=60.0, peak_latency_ms=67_000.0)
    rows = read(tmp_path, table, CHANGES)
    seconds = {
        path: fit_outage(rows, path, drain=None, draws=2, rng=rng()).value.seconds.median
        for path in ("in_place", "pod_restart")
    }
    assert seconds["in_place"] == pytest.approx(60)
    assert seconds["pod_restart"] == pytest.approx(67 - 1)


def test_changes_that_something_else_fell_into_do_not_count(tmp_path: Path) -> None:
    """A change that begins before the one before is over, or near a failure, does not count."""
    table = made_tables.changes(rows=4)
    table["t_s"] = [1_000, 1_010, 5_000, 9_000]
    table["trigger_to_latency_ok_s"] = 60.0
    failures = read(tmp_path, made_tables.failures(1).assign(t_s=9_020), FAILURES)
    rows = read(tmp_path, table, CHANGES)
    assert isolated(rows, failures)["at_seconds"].tolist() == [5_000]
    assert isolated(rows, None)["at_seconds"].tolist() == [5_000, 9_000]


def test_methods_whose_path_is_unknown_are_all_named(tmp_path: Path) -> None:
    """A method of its own needs to be told its path; then its changes are sorted by it."""
    table = made_tables.changes(method="ours")
    rows = read(tmp_path, table, CHANGES)
    with pytest.raises(SettingsError, match="METHOD=PATH"):
        changes_by_path(rows, None, {})
    assert set(changes_by_path(rows, None, {"ours": "savepoint"}).rows) == {"savepoint"}
    assert not changes_by_path(rows, None, {"ours": "ignore"}).rows


def test_cpu_and_latency_of_steady_running_come_back(tmp_path: Path) -> None:
    """The line of CPU over load and time, its noise and how long that lasts come back."""
    rows = read(tmp_path, made_tables.series(hours=24), SERIES)
    cpu = fit_cpu(rows, latency_limit=2, draws=30, rng=rng())
    assert cpu.value.per_record == pytest.approx(5e-5, abs=3 * cpu.deviations["per_record"])
    assert cpu.value.growth_per_hour == pytest.approx(0.01, rel=0.1)
    assert cpu.value.idle == pytest.approx(0.1, abs=3 * cpu.deviations["idle"])
    assert cpu.value.noise == pytest.approx(0.02, rel=0.25)
    assert cpu.value.noise_seconds == pytest.approx(300, rel=0.6)
    latency = fit_latency(rows, None, None, latency_limit=2, draws=10, rng=rng())
    assert latency.value.steady.median == pytest.approx(0.9, rel=0.01)
    assert latency.value.steady.deviation == pytest.approx(0.1, rel=0.1)


def test_rows_that_catch_up_say_nothing_of_steady_cpu(tmp_path: Path) -> None:
    """While more is processed than comes in, CPU is high for another reason than the load."""
    table = made_tables.series(hours=12)
    catching = (table["t_s"] % 1800) < 200
    table.loc[catching, "throughput"] *= 3
    table.loc[catching, "cpu_load"] = 0.95
    cpu = fit_cpu(read(tmp_path, table, SERIES), latency_limit=2, draws=2, rng=rng())
    assert cpu.value.per_record == pytest.approx(5e-5, rel=0.05)


def test_the_rise_of_the_speed_comes_back() -> None:
    """Recoveries computed with a rise of 30 s give one of 30 s."""
    chance = rng()
    age, speed = chance.uniform(20, 60, size=40), chance.uniform(1.5, 4, size=40)
    rows = CatchUps(age=age, speed=speed, seconds=np.zeros(40))
    seconds = predicted_seconds(rows, 30.0, 1.5)
    known = CatchUps(age=age, speed=speed, seconds=seconds)
    fit = fit_ramp(known, after="a failure", limit=1.5, draws=20, rng=chance)
    assert fit.value == 30


def test_the_time_of_a_catch_up_is_what_a_hand_computes() -> None:
    """20 s of backlog at three times the load are gone down to 1.5 s after 10 s."""
    rows = CatchUps(age=np.array([20.0]), speed=np.array([3.0]), seconds=np.zeros(1))
    # The first second at half the speed takes 3 / 2 - 1 = 0.5 s off, nine more take 2 s each:
    # 20 - 0.5 - 18 = 1.5.
    assert predicted_seconds(rows, 0.01, 1.5).tolist() == [10.0]


def test_a_recovery_by_interval_comes_back() -> None:
    """Times computed from d = 60 s, w = 0.9, C = 130,000/s give these three, and none else."""
    truth = RecoveryForm(dark_seconds=60.0, replayed_share=0.9, capacity=130_000.0)
    load = np.tile(np.linspace(50_000, 95_000, 8), 3)
    interval = np.repeat([10.0, 60.0, 120.0], 8)
    rows = pd.DataFrame(
        {
            "load": load,
            "checkpoint_interval_seconds": interval,
            "recovery_seconds": truth.seconds(load, interval),
            "disturbed": False,
        }
    )
    found = fit_recovery_form(rows, draws=0, rng=rng()).value
    # The prior of w = 1 draws it up a little, by less than a quarter of the way.
    assert found.replayed_share == pytest.approx(0.9, abs=0.025)
    assert found.dark_seconds == pytest.approx(60, rel=0.02)
    assert found.capacity == pytest.approx(130_000, rel=0.02)
    assert found.dark_of(load, interval, truth.seconds(load, interval)) == pytest.approx(
        np.full(24, 60.0), rel=0.05
    )


def test_a_recovery_by_interval_needs_two_intervals() -> None:
    """With one interval, what is read again is not told from the dark time."""
    rows = pd.DataFrame(
        {
            "load": np.linspace(1, 2, 12),
            "checkpoint_interval_seconds": 10.0,
            "recovery_seconds": 100.0,
            "disturbed": False,
        }
    )
    with pytest.raises(NotReady, match="two intervals"):
        fit_recovery_form(rows, draws=0, rng=rng())


def test_few_rows_that_are_alike_do_not_make_a_certainty() -> None:
    """Of few rows the spread is their standard deviation, outliers included."""
    assert log_normal(np.array([10.0, 10.0, 40.0]), floor=0.5).deviation > 0.5
    many = np.concatenate([np.full(9, 10.0), [11.0, 9.0, 400.0]])
    assert log_normal(many, floor=0.5).deviation < 0.1
