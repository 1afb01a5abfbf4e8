"""Killing and bringing back single parts, with small Python programs in the place of Java."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deadlines import wait_for
from horae.domain.clock import SystemClock
from horae.errors import LocalStackError, Refused
from horae.local.cpu_limits import NoLimiter
from horae.local.flink_cluster import FlinkCluster
from horae.local.parts import Parts
from horae.local.paths import LocalPaths
from horae.local.ports import Ports, answers, free_ports
from horae.local.processes import Processes
from horae.local.server import Server, Site
from horae.local.stack_settings import StackSettings
from horae.local.task_managers import TaskManagers

pytestmark = pytest.mark.enable_socket

LISTEN = (
    "import socket, sys, time; server = socket.create_server(('127.0.0.1', int(sys.argv[1])));"
    "time.sleep(60)"
)
SHAPE = {"slots": 2, "cpu_cores": 0.5, "memory_mb": 768}
CLOCK = SystemClock()


def listening(port: int) -> list[str]:
    """The command of a process that listens on `port`."""
    return [sys.executable, "-c", LISTEN, str(port)]


class _Listener(Server):
    """A server that listens and does nothing."""

    name = "listener"
    listens_on = ("kafka",)
    patience_seconds = 20.0

    def answers(self) -> bool:
        return answers(self._site.settings.ports.kafka)

    def _prepare(self) -> None:
        (self._site.paths.root / "prepared").touch()

    def _command(self) -> list[str]:
        return listening(self._site.settings.ports.kafka)


class _Flink(FlinkCluster):
    """Lists what the test says."""

    listed: dict[str, int]

    def task_managers(self) -> dict[str, int]:
        return self.listed


class _ListenInstead(NoLimiter):
    """Starts a process that listens whatever it is given."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)

    def wrapped(self, name: str, cores: float, argv: Sequence[str]) -> list[str]:
        return listening(self.port)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A folder whose processes are all ended afterwards."""
    paths = LocalPaths.under(tmp_path)
    processes = Processes(paths.processes, CLOCK)
    (port,) = free_ports(1)
    settings = StackSettings(ports=Ports(kafka=port))
    yield Site(paths=paths, settings=settings, processes=processes, clock=CLOCK)
    processes.stop_all(patience_seconds=1.0)


@pytest.fixture
def limiter() -> _ListenInstead:
    """Knows the port of the TaskManager."""
    return _ListenInstead()


@pytest.fixture
def task_managers(site: Site, limiter: _ListenInstead) -> TaskManagers:
    """A provisioner of at most two."""
    return TaskManagers(site.paths, maximum=2, clock=CLOCK, limiter=limiter)


@pytest.fixture
def parts(site: Site, task_managers: TaskManagers, limiter: _ListenInstead) -> Parts:
    """One server, and a Flink that lists the first TaskManager at its port."""
    flink = _Flink(site)
    flink.listed = {"taskmanager-1": limiter.port}
    return Parts(site, servers=[_Listener(site)], flink=flink, task_managers=task_managers)


def test_a_killed_server_is_lost_until_it_is_brought_back(site: Site, parts: Parts) -> None:
    """Another process takes its place; killing and bringing back twice is harmless."""
    parts.bring_back("listener")
    first = site.processes.running()["listener"]
    assert parts.lost() == ()
    assert parts.kill("listener")
    assert not parts.kill("listener")
    assert parts.lost() == ("listener",)
    parts.bring_back("listener")
    second = site.processes.running()["listener"]
    parts.bring_back("listener")
    assert site.processes.running() == {"listener": second}
    assert second.pid != first.pid
    assert parts.lost() == ()


def test_a_killed_task_manager_comes_back_under_its_name_and_in_its_shape(
    parts: Parts, task_managers: TaskManagers
) -> None:
    """What runs is told truly in between."""
    task_managers.add(1, **SHAPE)
    shape = task_managers.running()["taskmanager-1"]
    assert parts.kill("taskmanager-1")
    assert task_managers.running() == {}
    assert parts.lost() == ("taskmanager-1",)
    parts.bring_back("taskmanager-1")
    parts.bring_back("taskmanager-1")
    assert task_managers.running() == {"taskmanager-1": shape}
    assert parts.lost() == ()


def test_several_parts_come_back_at_once(parts: Parts, task_managers: TaskManagers) -> None:
    """In whatever order they are named; what never ran is started."""
    task_managers.add(1, **SHAPE)
    parts.kill("taskmanager-1")
    parts.bring_back("taskmanager-1", "listener")
    assert list(task_managers.running()) == ["taskmanager-1"]
    assert parts.kill("listener")
    assert parts.lost() == ("listener",)


def test_the_entry_of_the_killed_process_is_not_taken_for_the_new_one(
    site: Site, limiter: _ListenInstead, task_managers: TaskManagers
) -> None:
    """Flink lists the name at a port that the new process does not listen on: not yet back."""
    (elsewhere,) = free_ports(1)
    task_managers.add(1, **SHAPE)
    flink = _Flink(site)
    parts = Parts(site, servers=[], flink=flink, task_managers=task_managers)
    flink.listed = {"taskmanager-1": limiter.port}
    wait_for(lambda: parts.has_registered("taskmanager-1"), "the TaskManager", seconds=20)
    flink.listed = {"taskmanager-1": elsewhere}
    assert not parts.has_registered("taskmanager-1")
    flink.listed = {}
    assert not parts.has_registered("taskmanager-1")


def test_a_task_manager_that_is_removed_meanwhile_is_not_waited_for(
    site: Site, task_managers: TaskManagers
) -> None:
    """Another one was added in its place, so that it is one too many before Flink ever knew it."""

    class Removing(_Flink):
        def task_managers(self) -> dict[str, int]:
            task_managers.remove(["taskmanager-1"])
            return {}

    task_managers.add(1, **SHAPE)
    parts = Parts(site, servers=[], flink=Removing(site), task_managers=task_managers)
    parts.kill("taskmanager-1")
    parts.bring_back("taskmanager-1")
    assert task_managers.running() == {}


def test_an_unknown_part_is_refused_by_name(parts: Parts, task_managers: TaskManagers) -> None:
    """The message lists the parts that there are."""
    task_managers.add(1, **SHAPE)
    for ask in (parts.kill, parts.bring_back):
        with pytest.raises(Refused, match=r"got broker; .* listener, taskmanager-1"):
            ask("broker")


class _Mute(_Listener):
    """A server that runs and never answers."""

    name = "mute"
    patience_seconds = 0.0

    def answers(self) -> bool:
        return False

    def _command(self) -> list[str]:
        program = "import time; print('no answer today', flush=True); time.sleep(60)"
        return [sys.executable, "-c", program]


def test_a_server_that_never_answers_is_told_with_its_log(site: Site) -> None:
    """The deadline is its own."""
    mute = _Mute(site)
    mute.start()
    log = site.paths.logs / "mute.log"
    wait_for(lambda: "today" in log.read_text(), "the log", seconds=20)
    with pytest.raises(
        LocalStackError, match=r"mute on port \d+: not within 0 s\nno answer today"
    ):
        mute.wait()


def test_nobody_waits_for_a_server_that_has_ended(site: Site) -> None:
    """It is told at once, with the end of its log."""
    mute = _Mute(site)
    mute.start()
    log = site.paths.logs / "mute.log"
    wait_for(lambda: "today" in log.read_text(), "the log", seconds=20)
    site.processes.kill("mute")
    with pytest.raises(LocalStackError, match=r"mute has ended\nno answer today"):
        mute.wait()


def test_a_server_does_not_run_in_the_folder_of_its_starter(site: Site) -> None:
    """What lies there, such as a folder of plugins, is not meant for it."""
    _Mute(site).start()
    (process,) = site.processes.family("mute")
    assert process.cwd() == str(site.paths.logs)
