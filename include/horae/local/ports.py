"""The ports of the local stack, all on 127.0.0.1."""

import socket
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from horae.errors import PortInUse

HOST = "127.0.0.1"

_OPTIONS = {
    "kafka": "--kafka-port",
    "kafka_controller": "--controller-port",
    "flink_rest": "--flink-port",
    "flink_rpc": "--rpc-port",
    "zookeeper": "--zookeeper-port",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One port a server; TaskManagers find free ones by themselves.

    Attributes:
        kafka: The broker, for clients.
        kafka_controller: The broker, for itself.
        flink_rest: Flink's REST interface and its own page.
        flink_rpc: The JobManager, for TaskManagers.
        zookeeper: ZooKeeper, with high availability only.
    """

    kafka: int = 9092
    kafka_controller: int = 9093
    flink_rest: int = 8081
    flink_rpc: int = 6123
    zookeeper: int = 2181

    @classmethod
    def free(cls) -> "Ports":
        """Ports that were free a moment ago, for tests and second stacks."""
        names = [field.name for field in fields(cls)]
        return cls(**dict(zip(names, free_ports(len(names)), strict=True)))


def free_ports(count: int) -> tuple[int, ...]:
    """`count` different ports that nothing listened on a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return tuple(each.getsockname()[1] for each in sockets)
    finally:
        for each in sockets:
            each.close()


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something listens on `port`."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0


def require_free(ports: Mapping[str, int]) -> None:
    """Nothing, if every port is free.

    Args:
        ports: Port by the option that sets it.

    Raises:
        PortInUse: Names every taken port and its option.
    """
    taken = {option: port for option, port in ports.items() if not is_free(port)}
    if taken:
        listed = ", ".join(f"{port} (option {option})" for option, port in taken.items())
        wanted = " ".join(f"{option} PORT" for option in taken)
        raise PortInUse(
            f"in use by another program: port {listed}; end that program, or choose another port "
            f"with {wanted} (through make: make demo DEMO='{wanted}')"
        )


def options_of(ports: Ports, names: Iterable[str]) -> dict[str, int]:
    """Port by the option of `horae local up` and `horae demo` that sets it.

    Args:
        ports: All.
        names: Fields of those that are wanted.
    """
    return {_OPTIONS[name]: getattr(ports, name) for name in names}


def settings_of(ports: Ports) -> dict[str, int]:
    """Port by the name of its setting."""
    return {f"ports.{name}": port for name, port in asdict(ports).items()}
