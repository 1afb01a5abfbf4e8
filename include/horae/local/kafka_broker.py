"""The Kafka broker: one node, formatted on its first start."""

import base64
import subprocess
import uuid
from pathlib import Path

from horae.domain.clock import Clock
from horae.errors import LocalStackError
from horae.local.jars import Jars
from horae.local.java import java_command, own_files_in
from horae.local.paths import LocalPaths
from horae.local.ports import HOST, Ports, answers
from horae.local.processes import Processes, end_of
from horae.local.templates import write_filled_in
from horae.local.tools import find_java
from horae.local.waiting import wait_until

NAME = "kafka"
# Ready after 6 s on two idle cores; the rest is for busy ones.
_PATIENCE_SECONDS = 90.0
_MEMORY = ("-Xms128m", "-Xmx384m")


class KafkaBroker:
    """Starts the broker and waits for it; stopping is the processes' part."""

    def __init__(
        self,
        paths: LocalPaths,
        ports: Ports,
        processes: Processes,
        clock: Clock,
    ) -> None:
        self._paths = paths
        self._ports = ports
        self._jars = Jars(paths.jars)
        self._processes = processes
        self._clock = clock

    @property
    def address(self) -> str:
        """What clients connect to."""
        return f"{HOST}:{self._ports.kafka}"

    def start(self) -> None:
        """Start the broker unless it runs; returns before it answers. Safe to repeat.

        Raises:
            LocalStackError: Its storage could not be formatted, or it ended at once.
        """
        if NAME in self._processes.running():
            return
        self._write_settings()
        self._format_storage()
        log = self._paths.logs / "kafka.log"
        self._processes.start(NAME, self._command("kafka.Kafka", [str(self._settings)]), log=log)

    def wait(self) -> None:
        """Return when the broker answers.

        Raises:
            LocalStackError: It does not in time; with the end of its log.
        """
        wait_until(
            lambda: answers(self._ports.kafka), f"Kafka on port {self._ports.kafka}",
            clock=self._clock, seconds=_PATIENCE_SECONDS,
            explain=lambda: end_of(self._paths.logs / "kafka.log"),
        )  # fmt: skip

    @property
    def _settings(self) -> Path:
        return self._paths.kafka / "server.properties"

    @property
    def _data(self) -> Path:
        return self._paths.kafka / "data"

    def _write_settings(self) -> None:
        values = {
            "kafka": self._ports.kafka,
            "kafka_controller": self._ports.kafka_controller,
            "data": self._data,
        }
        write_filled_in(LocalPaths.resource("server.properties"), values, self._settings)

    def _format_storage(self) -> None:
        if (self._data / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        arguments = ["format", "-t", cluster, "-c", str(self._settings)]
        command = self._command("kafka.tools.StorageTool", arguments)
        reply = subprocess.run(command, capture_output=True, text=True, check=False)
        if reply.returncode != 0:
            raise LocalStackError(
                f"Kafka could not format {self._data}; remove that folder and try again\n"
                f"{(reply.stdout + reply.stderr).strip()}"
            )

    def _command(self, main_class: str, arguments: list[str]) -> list[str]:
        return java_command(
            find_java(), main_class, class_path=self._jars.kafka_class_path,
            options=[*_MEMORY, *own_files_in(self._paths.temporary)],
            logging=LocalPaths.resource("log4j2.properties"), arguments=arguments,
        )  # fmt: skip
