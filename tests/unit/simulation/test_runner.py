"""Many runs: each made once, and the same bytes however many processes make them."""

import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from backtest_builders import a_plan
from horae.errors import SettingsError
from horae.simulation.backtest.contenders import contender
from horae.simulation.backtest.plan import Plan
from horae.simulation.backtest.timings import timings_file
from horae.simulation.backtest.whole import whole_backtest
from horae.simulation.world.worlds import WORLDS


def a_small_plan() -> Plan:
    """Two policies and two seeds, with failures by chance, and the references."""
    return a_plan("static", "threshold", seeds=2, references=True, world=WORLDS["noisy"])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by its place in the folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(files)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that one process filled."""
    folder = tmp_path_factory.mktemp("backtest") / "one"
    whole_backtest(a_small_plan(), folder, jobs=1, tell=lambda _: None)
    return folder


def test_two_processes_write_the_bytes_that_one_writes(made: Path, tmp_path: Path) -> None:
    """Runs, scoreboard, summary and report; nothing else is there."""
    whole_backtest(a_small_plan(), tmp_path / "two", jobs=2, tell=lambda _: None)
    assert contents(tmp_path / "two") == contents(made)
    names = sorted(name for name in contents(made) if not name.startswith("runs/"))
    assert names == ["report.html", "scoreboard.csv", "summary.csv"]
    # A file a run, one for the best constant configuration, one a seed for its oracles.
    assert len(contents(made)) == 3 + 4 + 1 + 2


def test_only_what_is_missing_is_made_and_nothing_changes(made: Path) -> None:
    """With one of four runs gone, one is made, of half an hour; the bytes are as before."""
    before = contents(made)
    next((made / "runs").glob("run-*")).unlink()
    steps: list[float] = []
    whole_backtest(a_small_plan(), made, jobs=1, tell=steps.append)
    assert sorted(steps) == [0.0] * 6 + [0.5]
    assert contents(made) == before


PARENT = """
import os
from threading import Event
from horae.simulation.backtest import runner

if __name__ == "__main__":
    with runner.processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        Event().wait()
"""


def test_no_process_outlives_a_back_test_that_is_killed(tmp_path: Path) -> None:
    """Its pipe is closed by the kernel only once the last of them is gone."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    with Popen([sys.executable, str(script)], stdout=PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline()) != parent.pid
        parent.kill()
        assert parent.communicate(timeout=60) == ("", None), "it ends with the last writer"


def test_nothing_in_the_folder_tells_its_place_or_its_time(made: Path) -> None:
    """Neither its path nor a wall time: those are beside it."""
    whole = b"".join(contents(made).values())
    assert str(made).encode() not in whole
    assert timings_file(made).parent == made.parent
    head, *rows = timings_file(made).read_text().splitlines()
    assert head.startswith("policy,trace,world,seed,run_seconds,decisions,decision_mean_ms")
    assert len(rows) >= 4


def test_a_contender_that_contradicts_itself_is_told_before_anything_is_made(
    tmp_path: Path,
) -> None:
    """A rhythm faster than the grid is refused, and no folder is filled."""
    wrong = contender("planner", {"time": {"cycle_seconds": 30}})
    plan = a_plan("static")
    plan = Plan(
        model=plan.model,
        traces=plan.traces,
        worlds=plan.worlds,
        contenders=(*plan.contenders, wrong),
        seeds=1,
        terms=plan.terms,
        references=False,
    )
    with pytest.raises(SettingsError, match=r"time\.cycle_seconds: got 30\.0; expected at least"):
        whole_backtest(plan, tmp_path / "none", jobs=1, tell=lambda _: None)
    assert not (tmp_path / "none").exists()
