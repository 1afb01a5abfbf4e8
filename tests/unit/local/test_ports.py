"""Ports of the local stack."""

import socket

import pytest

from horae.errors import PortInUse
from horae.local.ports import Ports, answers, free_ports, is_free, require_free, settings_of

pytestmark = pytest.mark.enable_socket


def test_free_ports_are_different_and_free() -> None:
    """Four ports asked for at once can all be listened on."""
    ports = free_ports(4)
    assert len(set(ports)) == 4
    assert all(is_free(port) for port in ports)


def test_a_taken_port_is_named_with_its_setting() -> None:
    """The message tells which port and which setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert answers(port)
        settings = settings_of(Ports(kafka=port))
        with pytest.raises(PortInUse, match=rf"{port} \(setting ports\.kafka\)"):
            require_free({"ports.kafka": settings["ports.kafka"]})


def test_free_ports_pass() -> None:
    """Nothing is raised when every port is free."""
    require_free(settings_of(Ports.free()))
