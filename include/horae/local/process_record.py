"""What is kept of a process that was started."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from horae.files import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRecord:
    """One process that was started.

    Attributes:
        name: Its name, unique in the folder.
        pid: Its process id.
        created: When the kernel says it was created, seconds since the epoch; with the id, this
            tells it from a later process that got the same id.
        session: Its session, which its children share.
        argv: Its command line.
        log: File with what it writes.
        details: What the starter wants to know about it later.
    """

    name: str
    pid: int
    created: float
    session: int
    argv: tuple[str, ...]
    log: str
    details: Mapping[str, str]

    @property
    def is_alive(self) -> bool:
        """Whether this very process runs; another one with its id does not count."""
        try:
            process = psutil.Process(self.pid)
            return runs(process) and abs(process.create_time() - self.created) < 1.0
        except psutil.NoSuchProcess:
            return False

    def write(self, path: Path) -> None:
        """Keep it in a file, which is whole or absent at any moment."""
        write_whole(path, json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, path: Path) -> "ProcessRecord | None":
        """The record in a file; None where it was removed since it was listed."""
        try:
            content = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        return cls(**{**content, "argv": tuple(content["argv"])})


def runs(process: psutil.Process) -> bool:
    """Whether a process runs; one that has ended and was not reaped does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
