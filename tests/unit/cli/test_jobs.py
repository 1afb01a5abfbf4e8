"""`horae jobs`: the job specs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from horae.cli.jobs import app
from horae.settings.reference import job_spec_reference

GOOD = """\
name: ysb
mode: auto
kafka: {topics: [views]}
limits: {processing_latency_seconds: 10, recovery_seconds: 60, latency_confidence: 0.99}
search: {parallelism: [1, 2, 4], slots: [1, 2], checkpoint_interval_seconds: [10]}
"""
FIVE_FAULTS = """\
name: ysb
mode: atuo
kafka: {topics: []}
time: {grid_seconds: 0, horizn_seconds: 9}
limits: {}
"""


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good spec."""
    (tmp_path / "ysb.yaml").write_text(GOOD)
    return tmp_path


def test_a_good_spec_is_told_in_a_few_lines(folder: Path) -> None:
    """Mode, policy, number of configurations, limits, and what may surprise."""
    code, told, _ = run("check", folder / "ysb.yaml")
    assert code == 0
    assert "auto: carries out every decision that the guards allow" in told
    assert "policy   planner" in told
    # 3 parallelisms x 2 slots x 1 interval
    assert "at most 6 configurations (parallelism 1, 2, 4; slots 1, 2;" in told
    assert "processing latency 10 s with 99 % certainty, recovery 60 s\n" in told
    assert "search.slots stays as it is: without engine.program" in told


def test_all_five_faults_are_printed(tmp_path: Path) -> None:
    """Each with line, value and what was expected; the exit code is 1."""
    file = tmp_path / "ysb.yaml"
    file.write_text(FIVE_FAULTS)
    code, told, wrong = run("check", file)
    assert (code, told) == (1, "")
    assert wrong.splitlines() == [
        f"{file}: 5 faults",
        "  line 2: mode: got 'atuo'; expected one of observe, recommend, grow, approve, auto; did "
        "you mean 'auto'?",
        "  line 3: kafka.topics: got []; expected a list with at least one entry and none twice",
        "  line 4: time.grid_seconds: got 0; expected a number above 0",
        "  line 4: time.horizn_seconds: got 9; expected a setting that exists; did you mean "
        "'horizon_seconds'?",
        "  line 5: limits.processing_latency_seconds: got nothing; expected a value, for it has "
        "no default (Most the oldest record may have aged when it leaves the source chain)",
    ]


def test_faults_and_meaning_come_as_json(folder: Path) -> None:
    """For programs: each file with its faults, or with what it means."""
    bad = folder / "bad.yaml"
    bad.write_text(FIVE_FAULTS)
    code, told, _ = run("check", "--json", folder / "ysb.yaml", bad)
    good, wrong = json.loads(told)["files"]
    assert code == 1
    assert (good["good"], good["spec"]["name"], good["spec"]["configurations"]) == (True, "ysb", 6)
    assert (wrong["good"], wrong["spec"], len(wrong["faults"])) == (False, None, 5)
    assert wrong["faults"][0] == {
        "where": "mode",
        "line": 2,
        "value": "'atuo'",
        "expected": "one of observe, recommend, grow, approve, auto; did you mean 'auto'?",
    }


def test_a_doubled_job_is_a_fault(folder: Path) -> None:
    """Two files of one job are told when they are checked together."""
    (folder / "copy.yaml").write_text(GOOD)
    code, _, wrong = run("check", folder / "ysb.yaml", folder / "copy.yaml")
    assert code == 1
    assert "name: got 'ysb'; expected a name of its own" in wrong


def test_a_file_that_is_absent_is_wrong_usage(tmp_path: Path) -> None:
    """The exit code is 2, as for every wrong usage."""
    assert run("check", tmp_path / "none.yaml")[0] == 2


def test_the_folder_is_listed(folder: Path) -> None:
    """One line a job; one with faults says how to see them."""
    assert run("list", "--folder", folder) == (0, "ysb: auto, planner, flink_default\n", "")
    (folder / "bad.yaml").write_text(FIVE_FAULTS)
    code, told, _ = run("list", "--folder", folder)
    assert code == 1
    assert f"bad: 5 faults; horae jobs check {folder / 'bad.yaml'}" in told


def test_an_empty_folder_is_no_fault(tmp_path: Path) -> None:
    """No job is told as such."""
    assert run("list", "--folder", tmp_path) == (0, f"no job spec in {tmp_path}\n", "")


def test_the_reference_is_printed() -> None:
    """What docs/job-spec.md holds."""
    assert run("reference") == (0, job_spec_reference(), "")
