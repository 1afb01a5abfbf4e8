"""Ports of the local stack."""

import socket
from dataclasses import fields

import pytest
import typer

from horae.cli import demo, local
from horae.errors import PortInUse
from horae.local.ports import Ports, answers, free_ports, is_free, options_of, require_free

pytestmark = pytest.mark.enable_socket


NAMES = [field.name for field in fields(Ports)]


def test_free_ports_are_different_and_free() -> None:
    """Four ports asked for at once can all be listened on."""
    ports = free_ports(4)
    assert len(set(ports)) == 4
    assert all(is_free(port) for port in ports)


def test_a_taken_port_is_named_with_its_option() -> None:
    """The message tells which port, and the whole of what to type for another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert answers(port)
        with pytest.raises(PortInUse) as caught:
            require_free({"--kafka-port": port})
    assert str(caught.value) == (
        f"in use by another program: port {port} (option --kafka-port); end that program, or "
        "choose another port with --kafka-port PORT (through make: make demo "
        "DEMO='--kafka-port PORT')"
    )


@pytest.mark.parametrize(
    ("app", "command", "names"),
    [(local.app, "up", NAMES), (demo.app, "demo", [n for n in NAMES if n != "zookeeper"])],
)
def test_every_option_exists(app: typer.Typer, command: str, names: list[str]) -> None:
    """Both commands that start a stack have the options that the message names.

    The demo runs without ZooKeeper.
    """
    group = typer.main.get_group(app)
    known = {option for each in group.commands[command].params for option in each.opts}
    assert options_of(Ports(), names).keys() <= known


def test_free_ports_pass() -> None:
    """Nothing is raised when every port is free."""
    require_free(options_of(Ports.free(), NAMES))
