"""Flink's JobManager."""

from typing import Any

import httpx

from horae.errors import LocalStackError
from horae.local.java import FLINK_OPTIONS, flink_files_in, flink_settings
from horae.local.paths import LocalPaths
from horae.local.ports import HOST
from horae.local.server import Server
from horae.local.templates import fill_in, write_filled_in
from horae.local.waiting import wait_until

_MAIN = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
# From the reply to the submission until every task runs: 3 s on two idle cores.
_JOB_PATIENCE_SECONDS = 90.0
# The planner takes 115 MiB of class space. Each start of a SQL job adds 0.3 until the classes of
# jobs that have ended are collected: room for 400 starts in between. Each also adds 0.3 of
# compiled code, for which Java by itself would have room for a hundred starts.
_MEMORY_MB = {"heap": 384, "off-heap": 64, "jvm-metaspace": 256, "jvm-overhead": 192}
_CODE_MB = 128


class FlinkCluster(Server):
    """The JobManager; TaskManagers come from `TaskManagers`.

    After a crash it knows its jobs, and goes on with them, with high availability only.
    """

    name = "jobmanager"
    listens_on = ("flink_rest", "flink_rpc")
    # Answers after 8 s on two idle cores; the rest is for busy ones.
    patience_seconds = 120.0

    @property
    def url(self) -> str:
        """Address of its REST interface and its page."""
        return f"http://{HOST}:{self._site.settings.ports.flink_rest}"

    def answers(self) -> bool:
        """Whether the REST interface does."""
        return self.overview() is not None

    def wait_for_slots(self, count: int) -> None:
        """Return when TaskManagers with `count` slots in all have registered.

        Raises:
            LocalStackError: They have not in time.
        """
        wait_until(
            lambda: int((self.overview() or {}).get("slots-total", 0)) >= count,
            f"{count} slots in Flink", clock=self._site.clock, seconds=self.patience_seconds,
        )  # fmt: skip

    def wait_for_job(self, job_id: str) -> None:
        """Return when every task of a job runs.

        Raises:
            LocalStackError: The job has ended, or not all of them run in time.
        """
        wait_until(
            lambda: self._all_tasks_run(job_id), f"all tasks of job {job_id}",
            clock=self._site.clock, seconds=_JOB_PATIENCE_SECONDS,
        )  # fmt: skip

    def overview(self) -> dict[str, Any] | None:
        """What Flink says of the whole cluster; None where it does not answer."""
        return _get(f"{self.url}/overview")

    def jobs(self) -> list[dict[str, Any]]:
        """What Flink says of each job; none where it does not answer."""
        return list((_get(f"{self.url}/jobs/overview") or {}).get("jobs", []))

    def task_managers(self) -> dict[str, int]:
        """The port that each TaskManager said it can be reached at, by resource id.

        One that was killed stays until its absence is noticed. None where Flink does not answer.
        """
        found = (_get(f"{self.url}/taskmanagers") or {}).get("taskmanagers", [])
        return {each["id"]: _port_of(each["path"]) for each in found}

    def _all_tasks_run(self, job_id: str) -> bool:
        for job in self.jobs():
            if job["jid"] == job_id:
                if job["state"] in ("FAILED", "CANCELED", "FINISHED"):
                    raise LocalStackError(
                        f"job {job_id} is {job['state']}; see {self.url} and the logs in "
                        f"{self._site.paths.logs}"
                    )
                tasks = job["tasks"]
                return bool(tasks["running"] == tasks["total"] > 0)
        return False

    def _prepare(self) -> None:
        paths, ports = self._site.paths, self._site.settings.ports
        values = {
            "flink_rpc": ports.flink_rpc,
            "flink_rest": ports.flink_rest,
            "zookeeper": ports.zookeeper,
            "flink": paths.flink,
            "checkpoints": paths.checkpoints,
            "savepoints": paths.savepoints,
            "job_store": paths.job_store,
        }
        names = ["flink-config.yaml"]
        if self._site.settings.high_availability:
            names.append("flink-high-availability.yaml")
        parts = [fill_in(LocalPaths.resource(name), values) for name in names]
        write_filled_in(
            LocalPaths.resource("log4j2.properties"), {}, paths.flink_config / "log4j2.properties"
        )
        (paths.flink_config / "config.yaml").write_text("\n".join(parts))
        (paths.flink / "uploads").mkdir(parents=True, exist_ok=True)

    def _command(self) -> list[str]:
        folder = self._site.paths.flink_config
        settings = flink_settings({**_memory_settings(), **flink_files_in(self._own_files)})
        return self._java(
            _MAIN, ["--configDir", str(folder), *settings],
            class_path=self._site.jars.flink_class_path,
            options=[*_memory_options(), *FLINK_OPTIONS], logging=folder / "log4j2.properties",
        )  # fmt: skip


def _get(address: str) -> dict[str, Any] | None:
    try:
        reply = httpx.get(address, timeout=2.0)
    except httpx.TransportError:
        return None
    return dict(reply.json()) if reply.status_code == httpx.codes.OK else None


def _port_of(path: str) -> int:
    # Such as pekko.tcp://flink@127.0.0.1:41235/user/rpc/taskmanager_0
    return int(path.partition("@")[2].partition("/")[0].rpartition(":")[2])


def _memory_options() -> list[str]:
    return [
        f"-Xms{_MEMORY_MB['heap'] // 2}m",
        f"-Xmx{_MEMORY_MB['heap']}m",
        f"-XX:MaxMetaspaceSize={_MEMORY_MB['jvm-metaspace']}m",
        f"-XX:ReservedCodeCacheSize={_CODE_MB}m",
    ]


def _memory_settings() -> dict[str, object]:
    sizes = {
        "heap.size": _MEMORY_MB["heap"],
        "off-heap.size": _MEMORY_MB["off-heap"],
        "jvm-metaspace.size": _MEMORY_MB["jvm-metaspace"],
        "jvm-overhead.min": _MEMORY_MB["jvm-overhead"],
        "jvm-overhead.max": _MEMORY_MB["jvm-overhead"],
    }
    return {f"jobmanager.memory.{name}": f"{mb}m" for name, mb in sizes.items()}
