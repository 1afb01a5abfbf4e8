"""The command `horae`."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from horae import __version__
from horae.cli.main import PARTS, app

HEAVY = (
    "pandas",
    "numpy",
    "kafka",
    "httpx",
    "sqlalchemy",
    "darts",
    "great_expectations",
    "airflow",
)


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_names_every_part(arguments: list[str]) -> None:
    """Without a command, too, the parts and the exit codes are told."""
    told = CliRunner().invoke(app, arguments).output
    assert all(name in told for name in PARTS)
    assert "4 refused" in told


def test_help_loads_nothing_that_takes_long() -> None:
    """The libraries of the parts are imported when a part is called."""
    code = (
        "import sys\n"
        "from horae.cli.main import app\n"
        "app(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_a_misspelt_part_is_told() -> None:
    """Usage errors end with 2 and a guess."""
    done = CliRunner().invoke(app, ["leger", "list"])
    assert done.exit_code == 2
    assert "'ledger'" in done.output


def test_the_version_is_told() -> None:
    """--version prints it and ends well."""
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.output) == (0, f"horae {__version__}\n")


def test_an_error_of_a_part_becomes_an_exit_code(tmp_path: Path) -> None:
    """A part need not catch errors itself: the command does."""
    file = tmp_path / "a.yaml"
    file.write_text("name: 3")
    done = CliRunner().invoke(app, ["jobs", "check", str(file)])
    assert done.exit_code == 1
