"""Processes that outlive their starter and are found again."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from horae.domain.clock import SystemClock
from horae.errors import LocalStackError
from horae.local.processes import Processes

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); "


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Processes of an empty folder, all ended afterwards."""
    made = Processes(tmp_path / "run", SystemClock())
    yield made
    made.stop_all(patience_seconds=1.0)


def _wait_for(log: Path, text: str) -> None:
    clock = SystemClock()
    deadline = clock.now() + timedelta(seconds=20)
    while text not in (log.read_text() if log.exists() else ""):
        assert clock.now() < deadline, f"{log} never said {text}"
        clock.wait(0.02)


def test_a_started_process_runs_until_it_is_stopped(processes: Processes, tmp_path: Path) -> None:
    """It is listed with its details while it runs, and stopping twice is harmless."""
    record = processes.start("one", SLEEP, log=tmp_path / "log", details={"slots": "2"})
    assert processes.running() == {"one": record}
    assert record.details == {"slots": "2"}
    assert processes.stop("one")
    assert not psutil.pid_exists(record.pid) or psutil.Process(record.pid).status() == "zombie"
    assert not processes.stop("one")
    assert processes.running() == {}


def test_a_second_start_returns_the_first(processes: Processes, tmp_path: Path) -> None:
    """A name never runs twice, whoever starts it."""
    first = processes.start("one", SLEEP, log=tmp_path / "log")
    other = Processes(tmp_path / "run", SystemClock())
    assert other.start("one", SLEEP, log=tmp_path / "log") == first


def test_it_outlives_its_starter(processes: Processes, tmp_path: Path) -> None:
    """A process started by a program that has ended is still listed, and can be stopped."""
    program = (
        "import sys; from pathlib import Path; from horae.domain.clock import SystemClock; "
        "from horae.local.processes import Processes; folder = Path(sys.argv[1]); "
        "Processes(folder / 'run', SystemClock())"
        ".start('one', sys.argv[2:], log=folder / 'log')"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path), *SLEEP], check=True)
    assert list(processes.running()) == ["one"]
    assert processes.stop("one")


def test_children_end_with_their_parent(processes: Processes, tmp_path: Path) -> None:
    """Stopping ends what it started as well, even after it was itself killed."""
    command = [sys.executable, "-c", PARENT + "", *SLEEP]
    record = processes.start("parent", command, log=tmp_path / "log")
    clock = SystemClock()
    deadline = clock.now() + timedelta(seconds=20)
    while len(processes.family("parent")) < 2:
        assert clock.now() < deadline
        clock.wait(0.02)
    os.kill(record.pid, signal.SIGKILL)
    assert processes.stop("parent")
    assert processes.family("parent") == []


def test_children_without_their_environment_end_too(processes: Processes, tmp_path: Path) -> None:
    """A child that lost the marker, as one that sets its own title does, is still found."""
    child = ["/usr/bin/env", "-i", *SLEEP]
    record = processes.start(
        "parent", [sys.executable, "-c", PARENT, *child], log=tmp_path / "log"
    )
    clock = SystemClock()
    deadline = clock.now() + timedelta(seconds=20)
    while len(processes.family("parent")) < 2:
        assert clock.now() < deadline
        clock.wait(0.02)
    os.kill(record.pid, signal.SIGKILL)
    assert processes.stop_all() == 1
    assert processes.family("parent") == []


def test_a_killed_process_leaves_its_record(processes: Processes, tmp_path: Path) -> None:
    """It is listed as ended, with its details, until it is started again or stopped."""
    deaf = [sys.executable, "-c", STUBBORN + "time.sleep(60)"]
    record = processes.start("one", deaf, log=tmp_path / "log", details={"slots": "2"})
    assert processes.ended() == {}
    assert processes.kill("one")
    assert processes.running() == {}
    assert processes.ended() == {"one": record}
    assert not processes.kill("one")
    again = processes.start("one", SLEEP, log=tmp_path / "log")
    assert (processes.running(), processes.ended()) == ({"one": again}, {})
    processes.stop("one")
    assert processes.ended() == {}


def test_children_are_killed_with_their_parent(processes: Processes, tmp_path: Path) -> None:
    """The whole family ends at once."""
    processes.start("parent", [sys.executable, "-c", PARENT, *SLEEP], log=tmp_path / "log")
    clock = SystemClock()
    deadline = clock.now() + timedelta(seconds=20)
    while len(processes.family("parent")) < 2:
        assert clock.now() < deadline
        clock.wait(0.02)
    assert processes.kill("parent")
    assert processes.family("parent") == []


def test_a_lost_record_leaves_no_orphan(processes: Processes, tmp_path: Path) -> None:
    """What was started by someone who died before recording it is replaced, not doubled."""
    first = processes.start("one", SLEEP, log=tmp_path / "log")
    (tmp_path / "run" / "one.process.json").unlink()
    assert processes.running() == {}
    second = processes.start("one", SLEEP, log=tmp_path / "log")
    assert second.pid != first.pid
    assert [each.pid for each in processes.family("one")] == [second.pid]


def test_a_deaf_process_is_killed_after_its_patience(processes: Processes, tmp_path: Path) -> None:
    """SIGKILL follows where SIGTERM is ignored."""
    log = tmp_path / "log"
    processes.start("deaf", [sys.executable, "-c", STUBBORN + "time.sleep(60)"], log=log)
    _wait_for(log, "deaf")
    assert processes.stop("deaf", patience_seconds=0.2)
    assert processes.family("deaf") == []


def test_another_process_with_the_same_id_is_not_ours(
    processes: Processes, tmp_path: Path
) -> None:
    """A record whose id now belongs to a younger process is no running process."""
    record = processes.start("one", SLEEP, log=tmp_path / "log")
    path = tmp_path / "run" / "one.process.json"
    older = path.read_text().replace(str(record.created), str(record.created - 3600.0))
    processes.stop("one")
    path.write_text(older.replace(f'"pid": {record.pid}', f'"pid": {os.getpid()}'))
    assert processes.running() == {}


def test_a_program_that_does_not_exist_is_not_running(
    processes: Processes, tmp_path: Path
) -> None:
    """Whether that shows at once or a moment later, its log says why and it is not listed."""
    log = tmp_path / "log"
    with contextlib.suppress(LocalStackError):
        processes.start("none", ["/no/such/program"], log=log)
    _wait_for(log, "not found")
    assert not processes.stop("none")
    assert processes.running() == {}
