"""`horae calibrate`: tables to a model and its report."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import made_tables
from control_builders import SLOT, SMALL, ramp
from control_world import World
from horae.cli.calibrate import app
from horae.control.observe import observe
from horae.ledger.opening import open_ledger
from horae.simulation.job.models_folder import load_model


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def options(tmp_path: Path) -> list[object]:
    """All tables of the made job, and few draws."""
    paths = made_tables.written(
        tmp_path,
        profiles=made_tables.profiles(),
        failures=made_tables.failures(),
        reconfigurations=made_tables.changes(),
        series=made_tables.series(hours=2),
    )
    given = [part for name, path in paths.items() for part in (f"--{name}", path)]
    return [*given, "--name", "made", "--draws", 3, "--start", "parallelism:12"]


def test_tables_become_a_model_a_report_and_points(options: list[object], tmp_path: Path) -> None:
    """The folder then has a model that loads, a report and a CSV file for each plot."""
    out = tmp_path / "out"
    code, said, _ = run(*options, "--out", out)
    assert code == 0, said
    model = load_model(out / "model.yaml")
    assert model.name == "made"
    assert model.start.parallelism == 12
    assert "profiles.csv" in model.source
    report = (out / "report.html").read_text()
    points = sorted((out / "points").glob("*.csv"))
    assert report.count("<svg ") == len(points) > 3
    assert "capacity.cores_exponent" in report
    assert "What could not be identified" in report
    assert "busy: no table holds" in said
    for path in points:
        assert path.read_text().startswith("group,predicted (")


def test_the_same_call_gives_the_same_bytes(options: list[object], tmp_path: Path) -> None:
    """Model, report and points are equal byte for byte the second time."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        assert run(*options, "--out", folder)[0] == 0
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in folders
    )
    assert first == second
    assert len(first) > 5


def test_faults_of_options_and_tables_are_told_at_once(tmp_path: Path) -> None:
    """Every wrong option and every wrong cell is told in one error, exit 2."""
    bad = tmp_path / "bad.csv"
    bad.write_text("parallelism,throughput\nfour,10\n4,\n")
    code, _, said = run(
        "--profiles", bad, "--name", "Not A Name", "--out", tmp_path / "out",
        "--column", "profile.slots=x", "--column", "profiles.slots", "--only", "runs.a=1",
        "--path", "ours=sideways", "--start", "paralelism:4", "--setting", "partition=3",
        "--setting", "partitions=many", "--setting", "reactive_mode=maybe",
    )  # fmt: skip
    assert code == 2
    for fault in (
        "'four'", "--name", "profile.slots", "'profiles.slots'", "runs.a", "sideways",
        "did you mean 'parallelism'?", "did you mean 'partitions'?", "--setting partitions",
        "--setting reactive_mode",
    ):  # fmt: skip
        assert fault in said, fault
    assert not (tmp_path / "out").exists()


def test_something_must_be_given(tmp_path: Path) -> None:
    """Without a table and without a ledger there is nothing to fit; both together are too much."""
    code, _, said = run("--name", "made", "--out", tmp_path)
    assert code == 2
    assert "--from-ledger JOB" in said
    table = made_tables.written(tmp_path, profiles=made_tables.profiles())["profiles"]
    code, _, said = run(
        "--profiles", table, "--from-ledger", "ysb", "--name", "made", "--out", tmp_path
    )
    assert code == 2
    assert "not both" in said


def test_a_jobs_own_ledger_becomes_a_model_of_what_its_spec_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it carried tells its capacity, 250 records/s a slot; its spec what it may run in."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    overrun = [ramp(150, 150), ramp(500, 500, seconds=300), ramp(100, 100, seconds=1_200)]
    world = World(folder=tmp_path, load=np.concatenate(overrun), ledger=ledger)
    observe(world.observing(), "first")
    ledger.close()
    spec = world.spec.model_dump(mode="json", exclude_unset=True)
    (tmp_path / "ysb.yaml").write_text(json.dumps(spec), encoding="utf-8")  # JSON is YAML
    monkeypatch.setenv("HORAE_HOME", str(tmp_path))
    monkeypatch.setenv("HORAE_JOBS", str(tmp_path))
    wanted = ("--name", "own", "--setting", "partitions=4", "--draws", 3)
    code, _, wrong = run("--from-ledger", "ysb", *wanted, "--out", tmp_path / "out")
    assert code == 0, wrong
    model = load_model(tmp_path / "out" / "model.yaml")
    assert model.search == {
        "parallelism": (1, 2, 4),
        "checkpoint_interval_seconds": (5, 10, 20),
    }
    assert model.partitions == 4
    assert model.capacity.median(SMALL) == pytest.approx(SLOT, rel=0.05)


def test_a_run_that_no_table_has_is_told(options: list[object], tmp_path: Path) -> None:
    """A misspelt run is a fault, not silence."""
    code, _, said = run(*options, "--run", "one", "--run", "won", "--out", tmp_path / "out")
    assert code == 2
    assert "'won'" in said
    assert "'one'" not in said


def test_tables_that_show_no_capacity_are_not_ready(tmp_path: Path) -> None:
    """Profiles that all kept up say nothing of the capacity: exit 5, and what is needed."""
    rows = made_tables.profiles()
    table = made_tables.written(tmp_path, profiles=rows[rows["avgLat"] < 2_000])["profiles"]
    code, _, said = run("--profiles", table, "--name", "made", "--out", tmp_path / "out")
    assert code == 5
    assert "overloaded" in said


def test_what_no_table_tells_can_be_set(options: list[object], tmp_path: Path) -> None:
    """Search, partitions and reactive mode come from the command line, in YAML."""
    code, said, _ = run(
        *options, "--out", tmp_path / "out", "--setting", "partitions=36",
        "--setting", "search={parallelism: [4, 8]}", "--setting", "reactive_mode=true",
        "--source", "made up",
    )  # fmt: skip
    assert code == 0, said
    model = load_model(tmp_path / "out" / "model.yaml")
    assert model.partitions == 36
    assert model.search == {"parallelism": (4, 8)}
    assert model.reactive_mode
    assert model.source == "made up"
