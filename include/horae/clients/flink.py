"""Flink's REST as typed calls: one method a call, nothing decided here.

Reads are tried again while the cluster is unavailable; writes are sent once. Every method raises
`Unavailable`, `Refused` or `UnexpectedReply` as `http_errors` says.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self, cast

import httpx

from horae.clients.flink_checkpoints import FlinkCheckpoints, Json, cause_text
from horae.clients.flink_http import FlinkHttp
from horae.clients.flink_metrics import FlinkMetrics
from horae.clients.flink_replies import (
    Jar,
    JobDetails,
    JobException,
    JobSummary,
    Overview,
    RescaleRecord,
    TaskManager,
    VertexDetails,
    VertexRequirements,
)
from horae.domain.clock import Clock
from horae.settings.connections import FlinkConnection

# The program plans its job before Flink replies: 4 to 10 s for SQL, the first time, on two cores.
_RUN_TIMEOUT_SECONDS = 120.0


class FlinkClient(FlinkMetrics, FlinkCheckpoints):
    """A Flink cluster (session or application mode), 1.20 and later.

    Args:
        connection: Where the cluster is and how to sign in.
        clock: Waits between the tries of a read; the machine's, if None.
        transport: In place of the network; for tests.
    """

    def __init__(
        self,
        connection: FlinkConnection,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(FlinkHttp(connection, clock, transport))

    def close(self) -> None:
        """Give the sockets back."""
        self._http.close()

    def __enter__(self) -> Self:
        """The client itself; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    # --- cluster

    def overview(self) -> Overview:
        """Slots and version."""
        return cast(Overview, self._http.read("/overview", Overview))

    def configuration(self) -> Mapping[str, str]:
        """The JobManager's effective options; secrets come as asterisks."""
        options = self._http.read("/jobmanager/config", list[dict[str, str]])
        return {option["key"]: option["value"] for option in options}

    def refresh_seconds(self) -> float:
        """How old at most what REST shows of a job may be (`web.refresh-interval`)."""
        return float(self._http.read("/config", Json)["refresh-interval"]) / 1_000

    def task_managers(self) -> tuple[TaskManager, ...]:
        """Every registered TaskManager, without its allocated slots."""
        reply = self._http.read("/taskmanagers", dict[str, tuple[TaskManager, ...]])
        return tuple(reply["taskmanagers"])

    def task_manager(self, task_manager_id: str) -> TaskManager | None:
        """One TaskManager with its allocated slots; None when it is not registered."""
        reply = self._http.read_if_there(f"/taskmanagers/{task_manager_id}", TaskManager)
        return cast(TaskManager | None, reply)

    # --- jobs

    def jobs(self) -> tuple[JobSummary, ...]:
        """Every job that the cluster remembers, ended ones too (for an hour by default)."""
        reply = self._http.read("/jobs/overview", dict[str, tuple[JobSummary, ...]])
        return tuple(reply["jobs"])

    def job(self, job_id: str) -> JobDetails | None:
        """One job with its vertices and plan; None when the cluster does not know it."""
        return cast(JobDetails | None, self._http.read_if_there(f"/jobs/{job_id}", JobDetails))

    def job_state(self, job_id: str) -> str | None:
        """A job's state as of now, which `job` may show seconds later; None when unknown."""
        reply = self._http.read_if_there(f"/jobs/{job_id}/status", dict[str, str])
        return None if reply is None else str(reply["status"])

    def vertex(self, job_id: str, vertex_id: str) -> VertexDetails:
        """A vertex's subtasks with where each runs and how long it has been in each state."""
        path = f"/jobs/{job_id}/vertices/{vertex_id}"
        return cast(VertexDetails, self._http.read(path, VertexDetails))

    def exceptions(self, job_id: str, *, limit: int = 10) -> tuple[JobException, ...]:
        """The job's newest failures first."""
        reply = self._http.read(f"/jobs/{job_id}/exceptions", Json, maxExceptions=str(limit))
        entries = reply.get("exceptionHistory", {}).get("entries", [])
        what = f"exceptions of job {job_id}"
        return tuple(self._http.parse(what, entries, list[JobException]))

    def failure(self, job_id: str) -> str | None:
        """Why an ended job failed, also where it never ran; None: it did not, or nobody knows."""
        reply = self._http.read_if_there(f"/jobs/{job_id}/execution-result", Json) or {}
        cause = (reply.get("job-execution-result") or {}).get("failure-cause")
        return cause_text(cause) if cause else None

    def cancel(self, job_id: str) -> None:
        """Ask for the job's end, without a snapshot; it ends a little later."""
        self._http.write("PATCH", f"/jobs/{job_id}?mode=cancel", {})

    # --- jars

    def jars(self) -> tuple[Jar, ...]:
        """Every uploaded jar."""
        return tuple(
            self._http.parse("GET /jars", self._http.read("/jars", Json)["files"], list[Jar])
        )

    def upload_jar(self, jar: Path, *, name: str | None = None) -> str:
        """Upload a jar and return its id. Repeating it uploads it again, under another id.

        Args:
            jar: The file.
            name: What `jars` shall call it; the file's name, if None.

        Raises:
            SettingsError: The file cannot be read.
        """
        reply = self._http.upload("/jars/upload", jar, name or jar.name, dict[str, str])
        return Path(reply["filename"]).name

    def run_jar(
        self,
        jar_id: str,
        *,
        job_id: str,
        parallelism: int,
        entry_class: str | None = None,
        arguments: Iterable[str] = (),
        savepoint: str | None = None,
        configuration: Mapping[str, str] | None = None,
    ) -> str:
        """Start a job from an uploaded jar and return its id.

        A lost reply leaves open whether the job was started: `job` tells.

        Args:
            jar_id: As `jars` shows it.
            job_id: 32 hexadecimal digits; one that is already in use is refused.
            parallelism: Of all vertices that the program does not set itself.
            entry_class: Class with the main method; None: the jar's manifest names it.
            arguments: The program's.
            savepoint: State to start from, left as it is (NO_CLAIM); None: none.
            configuration: Options of this job, over the cluster's.
        """
        body: Json = {
            "jobId": job_id,
            "parallelism": parallelism,
            "programArgsList": list(arguments),
            "flinkConfiguration": dict(configuration or {}),
        }
        _with(body, "entryClass", entry_class)
        if savepoint is not None:
            body |= {"savepointPath": savepoint, "claimMode": "NO_CLAIM"}
        path = f"/jars/{jar_id}/run"
        reply = self._http.write("POST", path, body, Json, timeout_seconds=_RUN_TIMEOUT_SECONDS)
        return str(reply["jobid"])

    # --- rescaling in place

    def requirements(self, job_id: str) -> Mapping[str, VertexRequirements]:
        """What each vertex asks for.

        Raises:
            Refused: The job's scheduler is not the adaptive one.
        """
        path = f"/jobs/{job_id}/resource-requirements"
        reply = self._http.read(path, dict[str, VertexRequirements])
        return cast(Mapping[str, VertexRequirements], reply)

    def require(self, job_id: str, bounds: Mapping[str, tuple[int, int]]) -> None:
        """Ask for other parallelisms; answered at once, done seconds to minutes later.

        Args:
            job_id: The job.
            bounds: For every vertex of the job, the fewest and the most subtasks.
        """
        body = {
            vertex: {"parallelism": {"lowerBound": lower, "upperBound": upper}}
            for vertex, (lower, upper) in bounds.items()
        }
        self._http.write("PUT", f"/jobs/{job_id}/resource-requirements", body)

    def rescales(self, job_id: str) -> tuple[RescaleRecord, ...]:
        """The rescale history, newest first; empty before 2.3 or where it is switched off."""
        path = f"/jobs/{job_id}/rescales/history"
        return tuple(self._http.read_if_there(path, list[RescaleRecord]) or ())

    def rescale_record(self, job_id: str, rescale_id: str) -> RescaleRecord | None:
        """One record with the states gone through; None when Flink has forgotten it."""
        path = f"/jobs/{job_id}/rescales/details/{rescale_id}"
        return cast(RescaleRecord | None, self._http.read_if_there(path, RescaleRecord))


def _with(body: Json, key: str, value: str | None) -> Json:
    if value is not None:
        body[key] = value
    return body
