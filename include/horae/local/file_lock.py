"""A lock between processes."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from horae.domain.clock import Clock
from horae.errors import LocalStackError

_PATIENCE = timedelta(seconds=60)


@contextmanager
def held(path: Path, clock: Clock) -> Iterator[None]:
    """Hold the lock `path`; the kernel gives it back when its holder dies.

    Raises:
        LocalStackError: Another process has held it for a minute.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = clock.now() + _PATIENCE
    with path.open("a") as file:
        while not _taken(file.fileno()):
            if clock.now() > deadline:
                raise LocalStackError(f"{path} is held by another process; end it and try again")
            clock.wait(0.05)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
