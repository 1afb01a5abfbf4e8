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

GOLDEN = Path(__file__).parents[2] / "golden" / "flink"
_RECORDED = json.loads((GOLDEN / "flink_2_3_0.json").read_text())
# Magic number and version, which the checkpoint's id follows.
_BEFORE_ID, _AFTER_ID = slice(0, 8), slice(16, None)


class RecordedFlink:
    """Answers GETs as recorded, unless a test says otherwise, and remembers what is written.

    Attributes:
        writes: Method, path and body of every POST, PUT and PATCH, in order.
    """

    def __init__(self) -> None:
        self._replies = copy.deepcopy(_RECORDED)
        self.writes: list[tuple[str, str, Any]] = []
        self._consequences: dict[str, tuple[str, Any, int]] = {}
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

    def then(self, method: str, cause: str, path: str, body: Any, *, status: int = 200) -> None:
        """Give a GET another reply from the write `cause` on, whatever that is answered."""
        self._consequences[f"{method} {cause}"] = path, body, status

    def forget(self, job_id: str) -> None:
        """Have never heard of a job."""
        jobs = self.body("/jobs/overview")["jobs"]
        jobs[:] = [job for job in jobs if job["jid"] != job_id]
        self.says(f"/jobs/{job_id}", {"errors": ["not found"]}, status=404)
        self.says(f"/jobs/{job_id}/status", self.body(f"/jobs/{NOWHERE}/status"), status=500)
        self.says(f"/jobs/{job_id}/checkpoints", {"errors": ["not found"]}, status=404)

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
            if f"{request.method} {path}" in self._consequences:
                changed, body, status = self._consequences[f"{request.method} {path}"]
                self.says(changed, body, status=status)
            reply = self._replies.get(f"{request.method} {path}", {"status": 202, "body": {}})
        if isinstance(reply["body"], Exception):
            raise reply["body"]
        return httpx.Response(reply["status"], json=reply["body"])


class StateFolders:
    """The folders of a recorded Flink's checkpoints and savepoints, on a disk.

    Args:
        flink: Its options shall name them.
        root: Where they lie.
    """

    def __init__(self, flink: RecordedFlink, root: Path) -> None:
        self._flink = flink
        self.checkpoints, self.savepoints = root / "checkpoints", root / "savepoints"
        self.checkpoints.mkdir()
        self.savepoints.mkdir()
        self.named(
            {
                "execution.checkpointing.dir": f"file://{self.checkpoints}",
                "execution.checkpointing.savepoint-dir": f"file://{self.savepoints}",
            }
        )

    def named(self, options: dict[str, str]) -> None:
        """Make these the cluster's only options."""
        shown = [{"key": key, "value": value} for key, value in options.items()]
        self._flink.says("/jobmanager/config", shown)

    def checkpoint(self, job_id: str, number: int) -> str:
        """Write a checkpoint; where it lies, as Flink says it."""
        folder = self.checkpoints / job_id / f"chk-{number}"
        return _write(folder, number, "checkpoint")

    def savepoint(self, job_id: str, number: int) -> str:
        """Write a savepoint; where it lies, as Flink says it."""
        folder = self.savepoints / f"savepoint-{job_id[:6]}-{number:012x}"
        return _write(folder, number, "savepoint")

    def tell(self, job_id: str, kind: str, location: str, number: int, **told: Any) -> None:
        """Have REST show a snapshot as the newest of its kind, `completed` or `savepoint`."""
        latest = self._flink.body(f"/jobs/{job_id}/checkpoints")["latest"]
        like = self._flink.body(f"/jobs/{STOPPED}/checkpoints")["history"][0]
        type_ = "SYNC_SAVEPOINT" if kind == "savepoint" else "CHECKPOINT"
        latest[kind] = like | {
            "id": number, "external_path": location, "is_savepoint": kind == "savepoint",
            "checkpoint_type": type_, "discarded": False,
        } | told  # fmt: skip


def _write(folder: Path, number: int, kind: str) -> str:
    content = (GOLDEN / f"{kind}_metadata_2_3_0.bin").read_bytes()
    folder.mkdir(parents=True)
    identified = content[_BEFORE_ID] + number.to_bytes(8, "big") + content[_AFTER_ID]
    (folder / "_metadata").write_bytes(identified)
    return f"file:{folder}"


def _content(request: httpx.Request) -> Any:
    is_json = request.headers.get("Content-Type") == "application/json"
    return json.loads(request.content) if is_json else request.content
