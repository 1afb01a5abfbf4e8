"""A receiver of webhooks on this machine: keeps what is posted to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from listening import listening


class Receiver(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1.

    Attributes:
        heard: JSON objects, in the order they came.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[dict[str, Any]] = []

    @property
    def address(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self.server_port}/hook"

    def events(self, event: str) -> list[dict[str, Any]]:
        """What was heard of one kind of event."""
        return [one for one in self.heard if one["event"] == event]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what came is in `heard`."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens until the block is left."""
    with listening(Receiver()) as receiver:
        yield receiver
