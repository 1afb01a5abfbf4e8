"""Whole models, fitted to all tables that there are."""

from pathlib import Path

import pandas as pd
import pytest

import made_tables
from horae.simulation.calibration.calibrate import calibrate
from horae.simulation.calibration.forms import CHANGES, FAILURES, PROFILES, SERIES
from horae.simulation.calibration.wanted import Tables, Wanted
from horae.simulation.job.job_model import Start
from made_tables import read

START = Start(parallelism=12)


def all_tables(folder: Path, *methods: str) -> Tables:
    """Every table of the made job; failures of each method."""
    failures = [made_tables.failures(method=method) for method in methods or ("static",)]
    return Tables(
        profiles=read(folder, made_tables.profiles(), PROFILES),
        failures=read(folder, pd.concat(failures), FAILURES),
        changes=read(folder, made_tables.changes(), CHANGES),
        series=read(folder, made_tables.series(), SERIES),
    )


def test_a_whole_model_is_fitted_and_says_what_it_does_not_know(tmp_path: Path) -> None:
    """From all tables a whole model follows; what no table tells is listed with its reason."""
    wanted = Wanted(name="made", source="made", start=START, draws=4)
    found = calibrate(all_tables(tmp_path), wanted)
    model = found.model
    assert model.capacity.cores_exponent == pytest.approx(made_tables.CORES, abs=0.1)
    assert model.outages.in_place is not None
    assert model.outages.savepoint is None
    assert model.failures["task_manager_lost"].visible.median == pytest.approx(16, abs=1)
    assert {"busy", "checkpoints", "recovery.normal_seconds"} <= {
        one.name for one in found.missing
    }
    assert all(one.reason for one in found.missing)
    assert model.deviations
    assert found.quality["capacity"]["accuracy of overloaded, cross-validated"] > 0.85


def test_the_same_tables_and_seed_give_the_same_model(tmp_path: Path) -> None:
    """Two fits with one seed are equal; another seed moves the standard errors."""
    tables = all_tables(tmp_path)
    one, two, other = (
        calibrate(tables, Wanted(name="made", source="x", start=START, draws=4, seed=seed)).model
        for seed in (1, 1, 2)
    )
    assert one == two
    assert one.deviations != other.deviations


def test_one_part_does_not_move_another(tmp_path: Path) -> None:
    """Leaving out the changes leaves failures, CPU and latency as they were."""
    whole = all_tables(tmp_path)
    fewer = Tables(profiles=whole.profiles, failures=whole.failures, series=whole.series)
    wanted = Wanted(name="made", source="made", start=START, draws=4)
    one, other = calibrate(whole, wanted).model, calibrate(fewer, wanted).model
    assert one.cpu == other.cpu
    assert one.latency == other.latency
    assert one.failures == other.failures
    assert one.outages != other.outages


def test_each_table_alone_is_enough_for_its_part(tmp_path: Path) -> None:
    """With profiles alone everything else keeps its default and says so."""
    tables = Tables(profiles=read(tmp_path, made_tables.profiles(), PROFILES))
    found = calibrate(tables, Wanted(name="made", source="made", start=START, draws=2))
    lacking = {one.name for one in found.missing}
    assert {"cpu", "outages", "recovery", "checkpoints"} <= lacking
    assert "failures.task_manager_lost" in lacking
    assert found.model.outages.savepoint is not None


def test_failures_may_be_of_one_method_and_recoveries_of_all(tmp_path: Path) -> None:
    """The model is about the failures of the chosen method; the others still tell of capacity."""
    tables = all_tables(tmp_path, "static", "reactive")
    assert tables.failures is not None
    slow = tables.failures["method"] == "reactive"
    tables.failures.loc[slow, "visible_seconds"] = 5.0
    wanted = Wanted(name="made", source="made", start=START, draws=2, failures_of=("reactive",))
    found = calibrate(tables, wanted)
    assert found.model.failures["task_manager_lost"].visible.median == pytest.approx(5)
    assert found.quality["capacity"]["recoveries"] > 100  # 40 + 40 failures and 40 changes


def test_recoveries_after_failures_do_not_tell_the_rise_in_reactive_mode(tmp_path: Path) -> None:
    """There a TaskManager that comes back restarts the job again: changes tell the rise."""
    tables = all_tables(tmp_path)
    settings = {"reactive_mode": True}
    wanted = Wanted(name="made", source="made", start=START, draws=2, settings=settings)
    model = calibrate(tables, wanted).model
    assert model.outages.in_place is not None
    assert model.recovery.ramp_seconds == model.outages.in_place.ramp_seconds
    assert model.reactive_mode
