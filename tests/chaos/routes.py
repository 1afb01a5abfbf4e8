"""Flink's REST calls by short names."""

import re

_ID = re.compile(r"/[0-9a-f]{32}")
_JAR = re.compile(r"/jars/[^/]+/run")
_WRITES = {
    "POST /jobs/:id/checkpoints": "checkpoint",
    "POST /jobs/:id/stop": "stop",
    "PATCH /jobs/:id": "cancel",
    "POST /jars/:jar/run": "run",
    "PUT /jobs/:id/resource-requirements": "resize",
}
CHECKPOINT, STOP, CANCEL, RUN, RESIZE = _WRITES.values()


def route(method: str, path: str) -> str:
    """A call's name: that of a write, or the method and the path without ids.

    Args:
        method: The HTTP method.
        path: Without its query.
    """
    plain = _JAR.sub("/jars/:jar/run", _ID.sub("/:id", path))
    plain = re.sub(r"/taskmanagers/.+", "/taskmanagers/:id", plain)
    return _WRITES.get(f"{method} {plain}", f"{method} {plain}")
