"""A Flink that answers as a real one was recorded; see tests/golden/flink/record_flink.py.

Job 1...1 was stopped with a savepoint; job 2...2 was started from it and resized in place to 2.
TaskManagers 14 and 15 run it, 16 is empty.
"""

import copy
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from horae.clients.flink import FlinkClient
from horae.domain.clock import ManualClock
from horae.settings.connections import FlinkConnection

STOPPED, RUNNING, NOWHERE = "1" * 32, "2" * 32, "b" * 32
FAILED_TRIGGER = "e" * 32
SOURCE, AGGREGATE = "bc764cd8ddf7a0cff126f51c16239658", "20ba6b65f97481d5570070de90e4e791"
JOB = f"/jobs/{RUNNING}"

_RECORDED = json.loads(
    (Path(__file__).parents[2] / "golden" / "flink" / "flink_2_3_0.json").read_text()
)


class RecordedFlink:
    """Answers GETs as recorded, unless a test says otherwise, and remembers what is written.

    Attributes:
        writes: Method, path and body of every POST, PUT and PATCH, in order.
    """

    def __init__(self) -> None:
        self._replies = copy.deepcopy(_RECORDED)
        self.writes: list[tuple[str, str, Any]] = []
        self.clock = ManualClock()

    @property
    def client(self) -> FlinkClient:
        """A client of it, on simulated time."""
        connection = FlinkConnection(url="http://flink")
        return FlinkClient(connection, self.clock, httpx.MockTransport(self._answer))

    def body(self, path: str) -> Any:
        """The body of a reply, to be changed in place."""
        return self._replies[path]["body"]

    def says(self, path: str, body: Any, *, status: int = 200, method: str = "GET") -> None:
        """Set a reply; one to a write is set with its method."""
        name = path if method == "GET" else f"{method} {path}"
        self._replies[name] = {"status": status, "body": body}

    def forget(self, job_id: str) -> None:
        """Have never heard of a job."""
        jobs = self.body("/jobs/overview")["jobs"]
        jobs[:] = [job for job in jobs if job["jid"] != job_id]
        self.says(f"/jobs/{job_id}", {"errors": ["not found"]}, status=404)

    def set_state(self, job_id: str, state: str) -> None:
        """Put a job into a state, wherever it shows."""
        for job in self.body("/jobs/overview")["jobs"]:
            if job["jid"] == job_id:
                job["state"] = state
        self.body(f"/jobs/{job_id}")["state"] = state
        self.says(f"/jobs/{job_id}/status", {"status": state})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.raw_path.decode())
        if request.method == "GET":
            reply = self._replies.get(path) or self._replies.get(path.partition("?")[0])
            reply = reply or {"status": 404, "body": {"errors": [f"unknown: {path}"]}}
        else:
            self.writes.append((request.method, path, _content(request)))
            reply = self._replies.get(f"{request.method} {path}", {"status": 202, "body": {}})
        if isinstance(reply["body"], Exception):
            raise reply["body"]
        return httpx.Response(reply["status"], json=reply["body"])


def _content(request: httpx.Request) -> Any:
    is_json = request.headers.get("Content-Type") == "application/json"
    return json.loads(request.content) if is_json else request.content
