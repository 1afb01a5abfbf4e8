"""Flink's JobManager."""

from typing import Any

import httpx

from horae.domain.clock import Clock
from horae.local.jars import Jars
from horae.local.java import FLINK_OPTIONS, flink_settings, java_command, own_files_in
from horae.local.paths import LocalPaths
from horae.local.ports import HOST, Ports
from horae.local.processes import Processes, end_of
from horae.local.templates import write_filled_in
from horae.local.tools import find_java
from horae.local.waiting import wait_until

NAME = "jobmanager"
_MAIN = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
# Answers after 8 s on two idle cores; the rest is for busy ones.
_PATIENCE_SECONDS = 120.0
# Every start of a SQL job loads the planner once more, until the old one is collected: the class
# space is the large part.
_MEMORY_MB = {"heap": 384, "off-heap": 64, "jvm-metaspace": 384, "jvm-overhead": 96}


class FlinkCluster:
    """Starts the JobManager and waits for it; TaskManagers come from `TaskManagers`."""

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
    def url(self) -> str:
        """Address of its REST interface and its page."""
        return f"http://{HOST}:{self._ports.flink_rest}"

    def start(self) -> None:
        """Start the JobManager unless it runs; returns before it answers. Safe to repeat.

        Raises:
            LocalStackError: It ended at once.
        """
        if NAME in self._processes.running():
            return
        self._write_settings()
        arguments = ["--configDir", str(self._paths.flink_config), *_memory_settings()]
        command = java_command(
            find_java(), _MAIN, class_path=self._jars.flink_class_path,
            options=[*_memory_options(), *own_files_in(self._paths.temporary), *FLINK_OPTIONS],
            logging=self._paths.flink_config / "log4j2.properties", arguments=arguments,
        )  # fmt: skip
        self._processes.start(NAME, command, log=self._paths.logs / f"{NAME}.log")

    def wait(self) -> None:
        """Return when the REST interface answers.

        Raises:
            LocalStackError: It does not in time; with the end of its log.
        """
        wait_until(
            self._answers, f"Flink on port {self._ports.flink_rest}",
            clock=self._clock, seconds=_PATIENCE_SECONDS,
            explain=lambda: end_of(self._paths.logs / f"{NAME}.log"),
        )  # fmt: skip

    def wait_for_slots(self, count: int) -> None:
        """Return when TaskManagers with `count` slots in all have registered.

        Raises:
            LocalStackError: They have not in time.
        """
        wait_until(
            lambda: int((self.overview() or {}).get("slots-total", 0)) >= count,
            f"{count} slots in Flink", clock=self._clock, seconds=_PATIENCE_SECONDS,
        )  # fmt: skip

    def overview(self) -> dict[str, Any] | None:
        """What Flink says of the whole cluster; None where it does not answer."""
        return _get(f"{self.url}/overview")

    def jobs(self) -> list[dict[str, Any]]:
        """What Flink says of each job; none where it does not answer."""
        return list((_get(f"{self.url}/jobs/overview") or {}).get("jobs", []))

    def _answers(self) -> bool:
        return self.overview() is not None

    def _write_settings(self) -> None:
        values = {
            "flink_rpc": self._ports.flink_rpc,
            "flink_rest": self._ports.flink_rest,
            "flink": self._paths.flink,
            "checkpoints": self._paths.checkpoints,
            "savepoints": self._paths.savepoints,
        }
        folder = self._paths.flink_config
        write_filled_in(LocalPaths.resource("flink-config.yaml"), values, folder / "config.yaml")
        write_filled_in(LocalPaths.resource("log4j2.properties"), {}, folder / "log4j2.properties")
        for made in (self._paths.flink / "tmp", self._paths.flink / "uploads"):
            made.mkdir(parents=True, exist_ok=True)


def _get(address: str) -> dict[str, Any] | None:
    try:
        reply = httpx.get(address, timeout=2.0)
    except httpx.TransportError:
        return None
    return dict(reply.json()) if reply.status_code == httpx.codes.OK else None


def _memory_options() -> list[str]:
    return [
        f"-Xms{_MEMORY_MB['heap'] // 2}m",
        f"-Xmx{_MEMORY_MB['heap']}m",
        f"-XX:MaxMetaspaceSize={_MEMORY_MB['jvm-metaspace']}m",
    ]


def _memory_settings() -> list[str]:
    sizes = {
        "heap.size": _MEMORY_MB["heap"],
        "off-heap.size": _MEMORY_MB["off-heap"],
        "jvm-metaspace.size": _MEMORY_MB["jvm-metaspace"],
        "jvm-overhead.min": _MEMORY_MB["jvm-overhead"],
        "jvm-overhead.max": _MEMORY_MB["jvm-overhead"],
    }
    return flink_settings({f"jobmanager.memory.{name}": f"{mb}m" for name, mb in sizes.items()})
