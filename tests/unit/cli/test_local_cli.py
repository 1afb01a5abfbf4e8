"""`horae local` where nothing runs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from horae.cli.exit_codes import ExitCode
from horae.cli.local import NOT_RUNNING, app

pytestmark = pytest.mark.enable_socket


def test_status_of_nothing_says_so_by_its_exit_code(tmp_path: Path) -> None:
    """Programs read that nothing runs, and get exit code 3."""
    result = CliRunner().invoke(app, ["status", "--json", "--root", str(tmp_path)])
    assert result.exit_code == NOT_RUNNING
    seen = json.loads(result.stdout)
    assert (seen["running"], seen["processes"], seen["slots_total"]) == (False, [], None)


def test_status_of_nothing_can_be_read_by_people(tmp_path: Path) -> None:
    """The table is empty, and Flink is said not to answer."""
    result = CliRunner().invoke(app, ["status", "--root", str(tmp_path)])
    assert result.exit_code == NOT_RUNNING
    assert "Flink does not answer" in result.stdout


def test_down_of_nothing_is_fine(tmp_path: Path) -> None:
    """Stopping what does not run is no failure."""
    result = CliRunner().invoke(app, ["down", "--wipe", "--root", str(tmp_path)])
    assert result.exit_code == 0
    assert "nothing was running" in result.stdout


def test_an_unknown_job_is_refused(tmp_path: Path) -> None:
    """The message lists the known ones."""
    result = CliRunner().invoke(app, ["run", "wordcount", "--root", str(tmp_path)])
    assert result.exit_code == 2
    assert "ysb, orders" in result.stderr


@pytest.mark.parametrize("command", ["kill", "bring-back"])
def test_an_unknown_part_is_refused(command: str, tmp_path: Path) -> None:
    """The message lists the known ones."""
    result = CliRunner().invoke(app, [command, "broker", "--root", str(tmp_path)])
    assert result.exit_code == ExitCode.REFUSED
    assert "expected one of jobmanager, kafka" in result.stderr
