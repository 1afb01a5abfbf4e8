"""Starts the load generator as a process of the local stack."""

import sys
from pathlib import Path

from horae.local.paths import LocalPaths
from horae.local.stack import LocalStack

NAME = "load"


def progress_file(paths: LocalPaths) -> Path:
    """Where the generator tells how far it is."""
    return paths.processes / "load.json"


def start_load(stack: LocalStack, *, topic: str, trace: str, events: str = "ads") -> None:
    """Replay a trace into a topic; a generator that still runs is left alone.

    Args:
        stack: Whose broker it writes to, and whose `down` ends it.
        topic: An existing topic.
        trace: In the generator's words.
        events: Kind of records.

    Raises:
        LocalStackError: It ended at once.
    """
    progress = progress_file(stack.paths)
    progress.unlink(missing_ok=True)
    stack.processes.start(
        NAME,
        [
            sys.executable, "-m", "horae.local.load_generator",
            "--bootstrap", stack.broker.address, "--topic", topic,
            "--trace", trace, "--events", events, "--progress", str(progress),
        ],
        log=stack.paths.logs / f"{NAME}.log",
    )  # fmt: skip
