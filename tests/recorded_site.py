"""A Flink of which only recordings are left, behind a port: it can be looked at, not changed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from horae.simulation.job.job_model import Start
from listening import listening

JOB = "contract"
"""Name of the job that runs there."""
RUNS_IN = Start(parallelism=2, memory_mb=768, checkpoint_interval_seconds=3.0)
"""What it runs in."""
_RECORDED = Path(__file__).parent / "golden" / "flink" / "flink_2_3_0.json"


class RecordedSite(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1.

    Attributes:
        replies: Path to what is answered.
        writes: Methods and paths of everything that would have changed something.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: dict[str, dict[str, Any]] = json.loads(_RECORDED.read_text())
        self.writes: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: RecordedSite

    def do_GET(self) -> None:
        known = self.server.replies
        found = known.get(self.path) or known.get(self.path.partition("?")[0])
        self._answer(found or {"status": 404, "body": {"errors": [f"unknown: {self.path}"]}})

    def do_POST(self) -> None:
        self.server.writes.append(f"{self.command} {self.path}")
        self._answer({"status": 503, "body": {"errors": ["a recording cannot be changed"]}})

    do_PATCH = do_PUT = do_DELETE = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what matters is in `writes`."""

    def _answer(self, reply: dict[str, Any]) -> None:
        body = json.dumps(reply["body"]).encode()
        self.send_response(reply["status"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def recorded_site() -> Iterator[RecordedSite]:
    """One that listens until the block is left."""
    with listening(RecordedSite()) as site:
        yield site
