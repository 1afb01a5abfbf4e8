"""The Kafka broker: one node, formatted on its first start."""

import base64
import subprocess
import uuid
from pathlib import Path

from horae.errors import LocalStackError
from horae.local.paths import LocalPaths
from horae.local.ports import HOST, answers
from horae.local.server import Server
from horae.local.templates import write_filled_in

_MEMORY = ("-Xms128m", "-Xmx384m")


class KafkaBroker(Server):
    """The broker; what it wrote before a crash, transactions included, is there again after it."""

    name = "kafka"
    listens_on = ("kafka", "kafka_controller")
    # Ready after 6 s on two idle cores; the rest is for busy ones.
    patience_seconds = 90.0

    @property
    def address(self) -> str:
        """What clients connect to."""
        return f"{HOST}:{self._site.settings.ports.kafka}"

    def answers(self) -> bool:
        """Whether clients can connect."""
        return answers(self._site.settings.ports.kafka)

    @property
    def _settings(self) -> Path:
        return self._site.paths.kafka / "server.properties"

    @property
    def _data(self) -> Path:
        return self._site.paths.kafka / "data"

    def _prepare(self) -> None:
        ports = self._site.settings.ports
        values = {
            "kafka": ports.kafka,
            "kafka_controller": ports.kafka_controller,
            "data": self._data,
        }
        write_filled_in(LocalPaths.resource("server.properties"), values, self._settings)
        if not (self._data / "meta.properties").exists():
            self._format_storage()

    def _format_storage(self) -> None:
        # One that begins with a hyphen would be taken for an option.
        cluster = base64.b64encode(uuid.uuid4().bytes, altchars=b"__").decode().rstrip("=")
        arguments = ["format", "-t", cluster, "-c", str(self._settings)]
        command = self._kafka_command("kafka.tools.StorageTool", arguments)
        reply = subprocess.run(command, capture_output=True, text=True, check=False)
        if reply.returncode != 0:
            raise LocalStackError(
                f"Kafka could not format {self._data}; remove that folder and try again\n"
                f"{(reply.stdout + reply.stderr).strip()}"
            )

    def _command(self) -> list[str]:
        return self._kafka_command("kafka.Kafka", [str(self._settings)])

    def _kafka_command(self, main_class: str, arguments: list[str]) -> list[str]:
        return self._java(
            main_class, arguments, class_path=self._site.jars.kafka_class_path, options=_MEMORY,
            logging=LocalPaths.resource("log4j2.properties"),
        )  # fmt: skip
