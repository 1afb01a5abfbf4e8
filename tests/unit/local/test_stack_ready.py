"""Whether the stack could be started, asked before anything is touched."""

import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from horae.domain.clock import SystemClock
from horae.errors import MissingTool, PortInUse
from horae.local.kafka_broker import KafkaBroker
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a new enough Java and a Maven, found before all others."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, prints in (("java", 'openjdk version "17.0.15"'), ("mvn", "")):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{prints}' >&2\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def stack_with(root: Path, ports: Ports, *, high_availability: bool = False) -> LocalStack:
    """A stack that does not run."""
    settings = StackSettings(ports=ports, high_availability=high_availability)
    return LocalStack(LocalPaths.under(root), clock=SystemClock(), settings=settings)


def test_tools_are_told_where_all_is_ready(tools: Path, tmp_path: Path) -> None:
    """Nothing is written by the question."""
    found = stack_with(tmp_path / "root", Ports.free()).check_ready()
    assert (found.java, found.maven) == (tools / "java", tools / "mvn")
    assert not (tmp_path / "root").exists()


def test_a_taken_port_is_told_first(tools: Path, tmp_path: Path, taken: int) -> None:
    """By its option, before a folder is made."""
    with pytest.raises(PortInUse, match=rf"{taken} \(option --rpc-port\)"):
        stack_with(tmp_path / "root", replace(Ports.free(), flink_rpc=taken)).check_ready()
    assert not (tmp_path / "root").exists()


@pytest.mark.usefixtures("tools")
def test_the_port_of_zookeeper_matters_with_high_availability_alone(
    tmp_path: Path, taken: int
) -> None:
    """Without it nothing will listen there."""
    ports = replace(Ports.free(), zookeeper=taken)
    stack_with(tmp_path, ports).check_ready()
    with pytest.raises(PortInUse, match=rf"{taken} \(option --zookeeper-port\)"):
        stack_with(tmp_path, ports, high_availability=True).check_ready()


def test_a_missing_tool_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an empty search path there is no Java."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="Java 17 is not installed"):
        stack_with(tmp_path / "root", Ports.free()).check_ready()
    assert not (tmp_path / "root").exists()


@pytest.mark.usefixtures("tools")
def test_a_port_of_this_very_stack_is_no_obstacle(tmp_path: Path, taken: int) -> None:
    """Its broker holds the port, which another server of the stack shall have from now on."""
    before = replace(Ports.free(), kafka=taken)
    stack = stack_with(tmp_path, replace(Ports.free(), flink_rest=taken))
    StackSettings(ports=before).write(stack.paths.stack)
    with pytest.raises(PortInUse):
        stack.check_ready()
    asleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    try:
        stack.processes.start(KafkaBroker.name, asleep, log=tmp_path / "kafka.log")
        stack.check_ready()
    finally:
        stack.processes.stop_all(patience_seconds=1.0)
