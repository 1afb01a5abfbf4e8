"""Flink's checkpoints and savepoints over REST.

What takes long is triggered, and asked for until it is done. A trigger id of ours makes a repeated
call join the first; Flink forgets it with its JobManager, and five minutes after the end.
"""

from collections.abc import Mapping
from typing import Any, cast

from horae.clients.flink_http import FlinkHttp
from horae.clients.flink_replies import CheckpointConfig, CheckpointStatistics, OperationState

Json = dict[str, Any]


class FlinkCheckpoints:
    """The checkpoints and savepoints of one cluster.

    Args:
        http: The connection.
    """

    def __init__(self, http: FlinkHttp) -> None:
        self._http = http

    def checkpoints(self, job_id: str) -> CheckpointStatistics:
        """Counts, the newest of each kind and the history of this incarnation."""
        path = f"/jobs/{job_id}/checkpoints"
        return cast(CheckpointStatistics, self._http.read(path, CheckpointStatistics))

    def checkpoints_if_any(self, job_id: str) -> CheckpointStatistics | None:
        """As `checkpoints`; None for an unknown job, and for one that takes none."""
        path = f"/jobs/{job_id}/checkpoints"
        reply = self._http.read_if_there(path, CheckpointStatistics)
        return cast(CheckpointStatistics | None, reply)

    def checkpoint_config(self, job_id: str) -> CheckpointConfig:
        """How the job takes its checkpoints."""
        path = f"/jobs/{job_id}/checkpoints/config"
        return cast(CheckpointConfig, self._http.read(path, CheckpointConfig))

    def trigger_checkpoint(self, job_id: str, *, trigger_id: str) -> None:
        """Ask for a checkpoint now; the same `trigger_id` again joins the first."""
        body = {"checkpointType": "CONFIGURED", "triggerId": trigger_id}
        self._http.write("POST", f"/jobs/{job_id}/checkpoints", body)

    def checkpoint_state(self, job_id: str, trigger_id: str) -> OperationState | None:
        """How far a triggered checkpoint is; None for an unknown trigger."""
        return self._operation(f"/jobs/{job_id}/checkpoints/{trigger_id}")

    def stop_with_savepoint(
        self, job_id: str, *, trigger_id: str, folder: str | None = None
    ) -> None:
        """Ask for a savepoint and the job's end after it, undrained, so that it can go on.

        The same `trigger_id` again joins the first call. `savepoint_state` tells the end.
        """
        body: Json = {"triggerId": trigger_id, "drain": False}
        if folder is not None:
            body["targetDirectory"] = folder
        self._http.write("POST", f"/jobs/{job_id}/stop", body)

    def savepoint_state(self, job_id: str, trigger_id: str) -> OperationState | None:
        """How far a stop with savepoint is; None for an unknown trigger."""
        return self._operation(f"/jobs/{job_id}/savepoints/{trigger_id}")

    def dispose_savepoint(self, location: str) -> str:
        """Ask for a savepoint's deletion; the trigger id that `disposal_state` wants."""
        body = {"savepoint-path": location}
        reply = self._http.write("POST", "/savepoint-disposal", body, dict[str, str])
        return str(reply["request-id"])

    def disposal_state(self, trigger_id: str) -> OperationState | None:
        """How far a deletion is; None for an unknown trigger."""
        return self._operation(f"/savepoint-disposal/{trigger_id}")

    def _operation(self, path: str) -> OperationState | None:
        reply = self._http.read_if_there(path, Json)
        if reply is None:
            return None
        operation = reply.get("operation") or {}
        cause = operation.get("failure-cause")
        return OperationState(
            done=reply["status"]["id"] == "COMPLETED",
            checkpoint_id=operation.get("checkpointId"),
            location=operation.get("location"),
            failure=cause_text(cause) if cause is not None else None,
        )


def cause_text(cause: Mapping[str, Any]) -> str:
    """The last cause of a Java failure, the one that says why."""
    trace = str(cause.get("stack-trace") or cause.get("class") or "no cause given")
    lines = [line for line in trace.splitlines() if not line.startswith("\t")]
    return lines[-1].removeprefix("Caused by: ") if lines else trace
