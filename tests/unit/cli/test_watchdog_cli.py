"""`horae watchdog`: a line a round, and an exit code."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from control_builders import a_spec, at
from control_world import World
from horae.cli import watchdog as module
from horae.cli.main import app
from horae.control import wiring
from horae.engines.fake import Fault
from horae.errors import Unavailable


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A job that nobody looks after, under a load that it does not carry."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "ysb.yaml").touch()
    spec = a_spec(safe_configuration=at(4).to_json())
    world = World(tmp_path, spec=spec, load=np.full(120, 400.0))
    monkeypatch.setenv("HORAE_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setattr(wiring, "minding", lambda place, job: nullcontext(world.minding()))
    world.look("c1")
    world.clock.wait(1801)
    return world


def watchdog(*words: str) -> Result:
    """Run `horae watchdog`."""
    return CliRunner().invoke(app, ["watchdog", *words])


def test_one_round_brings_the_job_to_safety_and_tells(world: World) -> None:
    """One line a job, with the time."""
    done = watchdog("--once")
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    assert line.startswith("2026-03-02T12:30:01Z  ysb: done: The job runs in parallelism 4")


def test_programs_get_one_object_a_line(world: World) -> None:
    """With the result of what was ordered."""
    seen = json.loads(watchdog("--once", "--json").stdout)
    assert (seen["job"], seen["result"], seen["error"]) == ("ysb", "done", None)


def test_an_action_that_ends_badly_ends_with_one(world: World) -> None:
    """It is told all the same."""
    world.engine.reachable_parallelism = 1
    assert watchdog("--once").exit_code == 1


def test_an_engine_that_is_away_ends_with_three(world: World) -> None:
    """Nothing could be seen."""
    world.engine.fail("describe", Fault(Unavailable("connection refused")))
    done = watchdog("--once")
    assert done.exit_code == 3
    assert "holds: connection refused" in done.stdout


def test_a_faulty_spec_is_told_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two: it can be mended here."""
    (tmp_path / "broken.yaml").write_text("name: broken\nmode: atuo\n")
    monkeypatch.setenv("HORAE_JOBS", str(tmp_path))
    monkeypatch.setenv("HORAE_HOME", str(tmp_path / "home"))
    done = watchdog("--once")
    assert done.exit_code == 2
    assert "broken: holds: " in done.stdout


def test_round_follows_round(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first one it waits what is left of the time, and looks again."""
    waits: list[float] = []

    class Enough(Exception):
        """Two rounds are."""

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise Enough

    clock = SimpleNamespace(now=world.clock.now, wait=wait)
    monkeypatch.setattr(module, "surroundings", lambda: SimpleNamespace(clock=clock))
    done = watchdog("--every", "30")
    assert isinstance(done.exception, Enough)
    assert waits == [30, 30]
    assert 1 <= len(done.stdout.splitlines()) <= 2


def test_a_defect_in_one_job_is_told_and_silences_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its traceback on standard error; the others have their round, and it ends with one."""
    (Path(os.environ["HORAE_JOBS"]) / "broken.yaml").touch()

    def minding(place: object, job: str) -> Any:
        if job == "broken":
            raise ZeroDivisionError("nothing to divide by")
        return nullcontext(world.minding())

    monkeypatch.setattr(wiring, "minding", minding)
    done = watchdog("--once")
    assert done.exit_code == 1
    assert "broken:\nTraceback (most recent call last):" in done.stderr
    assert "ZeroDivisionError: nothing to divide by" in done.stderr
    told = [line.split(maxsplit=1)[1] for line in done.stdout.splitlines()]
    assert told[0] == "broken: this round ended with ZeroDivisionError: nothing to divide by"
    assert told[1].startswith("ysb: done: ")


def test_after_a_defect_the_next_round_comes_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every round is tried, and every defect told."""
    rounds: list[str] = []

    def broken(place: object, job: str) -> Any:
        rounds.append(job)
        raise ZeroDivisionError

    class Enough(Exception):
        """Two rounds are."""

    def wait(seconds: float) -> None:
        if len(rounds) == 2:
            raise Enough

    clock = SimpleNamespace(now=world.clock.now, wait=wait)
    monkeypatch.setattr(wiring, "minding", broken)
    monkeypatch.setattr(module, "surroundings", lambda: SimpleNamespace(clock=clock))
    monkeypatch.setattr(module, "ThreadPoolExecutor", AtOnce)
    done = watchdog()
    assert isinstance(done.exception, Enough)
    assert done.stderr.count("Traceback") == 2


class AtOnce(ThreadPoolExecutor):
    """Runs what is submitted before it goes on."""

    def submit(self, *words: Any, **named: Any) -> Any:
        """See `ThreadPoolExecutor`."""
        future = super().submit(*words, **named)
        future.exception()
        return future


def test_the_help_says_which_kill_switch_is_read() -> None:
    """The files, and not Airflow's variables."""
    for words in (["watchdog", "--help"], ["action", "--help"]):
        told = " ".join(CliRunner().invoke(app, words).stdout.split())
        assert "the files kill-switch and kill-switch.JOB in its HORAE_HOME" in told
        assert "Airflow's variables do not stop it" in told


def test_the_page_of_a_job_is_printed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the address of its cluster."""
    monkeypatch.setattr(wiring, "acting", lambda place, job: nullcontext(world.acting()))
    told = '{"conn_type": "flink", "host": "flink.example", "port": 8081}'
    monkeypatch.setenv("AIRFLOW_CONN_FLINK_DEFAULT", told)
    done = watchdog("--runbook", "ysb")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("# If Horae is down: job ysb, as of 2026-03-02 12:30 UTC")
    assert "FLINK=http://flink.example:8081" in done.stdout
