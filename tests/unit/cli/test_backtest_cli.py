"""`horae backtest`: loads replayed on a model of a job."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backtest_builders import a_sized_model
from horae.cli.main import app
from horae.simulation.job.models_folder import save_model

TRACE = "step:before=200,after=350,at=20m,hours=0.5"


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    done = CliRunner().invoke(app, ["backtest", *(str(argument) for argument in arguments)])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model's file."""
    path = tmp_path / "small.yaml"
    save_model(a_sized_model(), path)
    return path


def test_it_fills_a_folder_and_prints_the_scoreboard(model: Path, tmp_path: Path) -> None:
    """Two policies under a step: a row each, the best constant configuration, and a report."""
    out = tmp_path / "out"
    wanted = ("--policy", "static=parallelism:6", "--policy", "threshold", "--out", out)
    code, told, wrong = run("--job", model, "--trace", TRACE, "--history", "10m", *wanted)
    assert code == 0, wrong
    assert "static-best" in told
    assert "threshold" in told
    with (out / "scoreboard.csv").open() as file:
        table = {row["policy"]: row for row in csv.DictReader(file)}
    assert list(table) == ["static", "threshold", "static-best"]
    # 6 cores for 20 minutes
    assert float(table["static"]["core_hours"]) == pytest.approx(2.0)
    assert float(table["static"]["ratio_to_bound"]) >= 1
    assert float(table["threshold"]["ratio_to_bound"]) >= 1
    assert (out / "report.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "out.timings.csv").exists()


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """Job, trace, policy, world, history and folder, each with what was expected."""
    code, _, wrong = run(
        "--job", "tws", "--trace", "sine:men=1", "--policy", "planer",
        "--world", "wurst", "--history", "soon", "--latency-limit", "0",
    )  # fmt: skip
    assert code == 2
    for words in (
        "did you mean 'tsw'",
        "sine",
        "did you mean 'planner'",
        "a length of time such as 90s",
        "did you mean 'worst'",
        "--latency-limit: got 0.0; expected a number above 0",
        "--out: got nothing; expected the folder that the results go to",
    ):
        assert words in wrong
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_computed(
    model: Path, tmp_path: Path
) -> None:
    """The model's file is no folder: an error with its reason, and no traceback."""
    wanted = ("--policy", "static", "--history", "10m", "--out", model / "out")
    code, _, wrong = run("--job", model, "--trace", TRACE, *wanted)
    assert code == 2
    assert "--out: got" in wrong
    assert "Not a directory" in wrong
    assert [path.name for path in tmp_path.iterdir()] == [model.name]


def test_a_start_that_the_job_cannot_have_is_told(model: Path, tmp_path: Path) -> None:
    """More TaskManagers than there can be have no capacity that anybody knows."""
    wanted = ("--policy", "static=parallelism:200", "--out", tmp_path / "out")
    code, _, wrong = run("--job", model, "--trace", TRACE, "--history", "10m", *wanted)
    assert code == 2
    assert "static: start: got 200 subtasks on 200 TaskManagers; expected at most 128" in wrong


def test_a_file_without_its_prefix_is_recognised(model: Path, tmp_path: Path) -> None:
    """Who gives a path alone is told how files are read."""
    load = tmp_path / "load.csv"
    load.write_text("at,load\n0,1\n", encoding="utf-8")
    code, _, wrong = run("--job", model, "--trace", load, "--policy", "static", "--out", tmp_path)
    assert code == 2
    assert f"file:{load} reads that file" in wrong


def test_it_says_what_there_is(tmp_path: Path) -> None:
    """Models, traces, policies and worlds, by their names and a sentence each."""
    for option, name in (
        ("--list-jobs", "tsw"),
        ("--list-traces", "demeter-cars"),
        ("--list-policies", "ds2"),
        ("--list-worlds", "worst"),
    ):
        code, told, _ = run(option)
        assert code == 0
        assert name in told.splitlines()
