"""The bare calls: what anybody would write with curl to give a job another parallelism.

No check beforehand, no record, no verification and no way back; as fast as Flink lets it be.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from horae.errors import LocalStackError

POLL_SECONDS = 0.1
"""Half of the time that Horae waits between two looks, so that the comparison flatters nobody."""

_PATIENCE_SECONDS = 120.0
_SQL_DRIVER = "org.apache.flink.table.runtime.application.SqlDriver"


@dataclass(frozen=True, slots=True, kw_only=True)
class BareScript:
    """Calls of Flink's REST interface.

    Attributes:
        flink: Connected to it.
        runner: Id of the uploaded jar that runs SQL.
        script: The job's SQL.
        savepoints: URL of the folder of savepoints.
    """

    flink: httpx.Client
    runner: str
    script: str
    savepoints: str

    def in_place(self, job_id: str, parallelism: int) -> None:
        """Ask for it, and return when all tasks run.

        Raises:
            LocalStackError: Flink refused it, or it took too long.
        """
        vertices = self._call("GET", f"/jobs/{job_id}")["vertices"]
        bounds = {"lowerBound": 1, "upperBound": parallelism}
        wanted = {vertex["id"]: {"parallelism": bounds} for vertex in vertices}
        self._call("PUT", f"/jobs/{job_id}/resource-requirements", json=wanted)
        self._wait_for_tasks(job_id, parallelism)

    def by_savepoint(self, job_id: str, parallelism: int, options: Mapping[str, str]) -> None:
        """Stop with a savepoint, start from it, and return when all tasks run.

        Args:
            job_id: What runs.
            parallelism: What is wanted.
            options: Flink's settings of the job, those that Horae would start it with.

        Raises:
            LocalStackError: Flink refused it, or it took too long.
        """
        savepoint = self._stopped(job_id)
        body = {
            "entryClass": _SQL_DRIVER,
            "programArgsList": ["--script", self.script],
            "jobId": uuid.uuid4().hex,
            "parallelism": parallelism,
            "flinkConfiguration": dict(options),
            "savepointPath": savepoint,
            "claimMode": "NO_CLAIM",
        }
        started = self._call("POST", f"/jars/{self.runner}/run", json=body)["jobid"]
        self._wait_for_tasks(started, parallelism)

    def _stopped(self, job_id: str) -> str:
        """Stop with a savepoint; where it lies."""
        body = {"targetDirectory": self.savepoints, "drain": False}
        trigger = self._call("POST", f"/jobs/{job_id}/stop", json=body)["request-id"]
        look = f"/jobs/{job_id}/savepoints/{trigger}"
        done: dict[str, Any] = {}

        def is_done() -> bool:
            done.update(self._call("GET", look))
            return bool(done["status"]["id"] == "COMPLETED")

        _wait(is_done, f"the savepoint of job {job_id}")
        if "location" not in done["operation"]:
            raise LocalStackError(f"the savepoint of job {job_id} failed: {done['operation']}")
        return str(done["operation"]["location"])

    def _wait_for_tasks(self, job_id: str, parallelism: int) -> None:
        def all_run() -> bool:
            vertices = self._send("GET", f"/jobs/{job_id}").json().get("vertices", [])
            running = [vertex["tasks"]["RUNNING"] for vertex in vertices]
            meant = [vertex["parallelism"] for vertex in vertices]
            return {*running, *meant} == {parallelism}

        _wait(all_run, f"{parallelism} tasks of each vertex of job {job_id}")

    def _call(self, method: str, path: str, **content: Any) -> Any:
        reply = self._send(method, path, **content)
        if reply.is_error:
            raise LocalStackError(f"Flink answered {method} {path} with {reply.text[:500]}")
        return reply.json()

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return self.flink.request(method, path, timeout=_PATIENCE_SECONDS, **content)
        except httpx.TransportError as error:
            raise LocalStackError(f"Flink does not answer {method} {path}: {error}") from error


def _wait(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise LocalStackError(f"{what}: not within {_PATIENCE_SECONDS:g} s")
        time.sleep(POLL_SECONDS)
