"""ZooKeeper: who leads, and which jobs there are, for Flink with high availability."""

import socket
from pathlib import Path

from horae.local.paths import LocalPaths
from horae.local.ports import HOST
from horae.local.server import Server
from horae.local.templates import write_filled_in

_MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
_OPTIONS = (
    "-Xms16m", "-Xmx64m",
    "-Dzookeeper.jmx.log4j.disable=true",
    # What a killed process wrote, the kernel still has; only a crash of the machine loses it.
    "-Dzookeeper.forceSync=no",
)  # fmt: skip


class ZooKeeper(Server):
    """One ZooKeeper; its data survive a crash of it."""

    name = "zookeeper"
    listens_on = ("zookeeper",)
    # Answers after 1 s on two idle cores; the rest is for busy ones.
    patience_seconds = 60.0

    @property
    def address(self) -> str:
        """What Flink connects to."""
        return f"{HOST}:{self._site.settings.ports.zookeeper}"

    def answers(self) -> bool:
        """Whether it says of itself that it serves; it listens before it has read its data."""
        try:
            with socket.create_connection(
                (HOST, self._site.settings.ports.zookeeper), timeout=2.0
            ) as connection:
                connection.sendall(b"srvr")
                return b"Mode:" in connection.makefile("rb").read()
        except OSError:
            return False

    @property
    def _settings(self) -> Path:
        return self._site.paths.zookeeper / "zoo.cfg"

    def _prepare(self) -> None:
        data = self._site.paths.zookeeper / "data"
        data.mkdir(parents=True, exist_ok=True)
        values = {"zookeeper": self._site.settings.ports.zookeeper, "data": data}
        write_filled_in(LocalPaths.resource("zoo.cfg"), values, self._settings)

    def _command(self) -> list[str]:
        return self._java(
            _MAIN, [str(self._settings)], class_path=self._site.jars.zookeeper_class_path,
            options=_OPTIONS, logging=LocalPaths.resource("log4j2.properties"),
        )  # fmt: skip
