"""The servers of the stack, as far as they can be looked at without starting Java."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from horae.domain.clock import SystemClock
from horae.local.flink_cluster import FlinkCluster
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.processes import Processes
from horae.local.server import Site
from horae.local.stack_settings import StackSettings
from horae.local.zookeeper import ZooKeeper

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """With high availability, on ports of its own; nothing runs."""
    paths = LocalPaths.under(tmp_path)
    settings = StackSettings(ports=Ports(flink_rpc=7, zookeeper=9), high_availability=True)
    clock = SystemClock()
    processes = Processes(paths.processes, clock)
    return Site(paths=paths, settings=settings, processes=processes, clock=clock)


def flink_config(site: Site) -> dict[str, dict[str, object]]:
    """What the JobManager would read."""
    FlinkCluster(site)._prepare()
    read = yaml.safe_load((site.paths.flink_config / "config.yaml").read_text())
    return dict(read)


def test_flink_finds_its_jobs_by_zookeeper(site: Site) -> None:
    """Its address, and a fixed port at which TaskManagers find the JobManager again."""
    section = flink_config(site)["high-availability"]
    assert section["type"] == "zookeeper"
    assert section["jobmanager"] == {"port": 7}
    assert section["zookeeper"]["quorum"] == ZooKeeper(site).address == "127.0.0.1:9"
    assert section["storageDir"] == f"file://{site.paths.job_store}"


def test_without_high_availability_nothing_of_it_is_said(site: Site) -> None:
    """The rest is the same."""
    with_it = flink_config(site)
    without = flink_config(replace(site, settings=replace(site.settings, high_availability=False)))
    assert with_it.keys() - without.keys() == {"high-availability"}
    assert {name: with_it[name] for name in without} == without


def test_a_heartbeat_is_missed_no_sooner_than_a_busy_machine_allows(site: Site) -> None:
    """10 s are five intervals of 2 s."""
    assert flink_config(site)["heartbeat"] == {"interval": "2 s", "timeout": "10 s"}


@contextmanager
def replying(reply: bytes) -> Iterator[int]:
    """A server that says `reply` to whatever it is told; its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4)
            self.request.sendall(reply)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    ("reply", "answers"),
    [
        (b"Zookeeper version: 3.9.3\nMode: standalone\n", True),
        (b"This ZooKeeper instance is not currently serving requests\n", False),
        (b"", False),
    ],
)
def test_zookeeper_answers_once_it_serves(site: Site, reply: bytes, answers: bool) -> None:
    """That it listens is not enough."""
    with replying(reply) as port:
        ports = replace(site.settings.ports, zookeeper=port)
        place = replace(site, settings=replace(site.settings, ports=ports))
        assert ZooKeeper(place).answers() is answers


def test_zookeeper_that_does_not_run_does_not_answer(site: Site) -> None:
    """Nothing listens on port 9."""
    assert not ZooKeeper(site).answers()


def test_zookeeper_listens_on_this_machine_alone(site: Site) -> None:
    """No port of it is open to others: clients come by 127.0.0.1, and it has no HTTP server."""
    ZooKeeper(site)._prepare()
    lines = (site.paths.zookeeper / "zoo.cfg").read_text().splitlines()
    assert {"clientPortAddress=127.0.0.1", "clientPort=9", "admin.enableServer=false"} <= set(
        lines
    )


def test_no_flink_has_no_task_managers(site: Site) -> None:
    """Where nothing answers, none is listed."""
    nobody = replace(site, settings=StackSettings(ports=Ports.free()))
    assert FlinkCluster(nobody).task_managers() == {}
