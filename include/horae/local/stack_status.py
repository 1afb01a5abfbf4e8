"""What of the local stack runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

_BYTES_PER_MB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStatus:
    """One process with all that it started.

    Attributes:
        name: Its name.
        pid: Its process id.
        memory_mb: Memory of it and its children in MiB, shared pages counted by their share (PSS);
            None where the machine does not tell.
        log: File with what it writes.
    """

    name: str
    pid: int
    memory_mb: float | None
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One job of the cluster."""

    name: str
    job_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackStatus:
    """What of the local stack runs.

    Attributes:
        root: Its folder.
        running: Whether all servers and at least one TaskManager run.
        lost: Servers and TaskManagers that ended without being stopped.
        kafka: Address of the broker.
        flink: Address of Flink's REST interface.
        processes: Every process that runs.
        jobs: Every job that Flink knows.
        slots_total: Slots of all TaskManagers; None where Flink does not answer.
        slots_free: Slots without a task; None likewise.
        cpu_enforcement: How the CPU cores of TaskManagers are enforced, in words.
        ports: Port by the name of its setting.
    """

    root: str
    running: bool
    lost: Sequence[str]
    kafka: str
    flink: str
    processes: Sequence[ProcessStatus]
    jobs: Sequence[JobStatus]
    slots_total: int | None
    slots_free: int | None
    cpu_enforcement: str
    ports: Mapping[str, int]


def memory_of(family: Sequence[psutil.Process]) -> float | None:
    """Memory of some processes together in MiB; None where the machine does not tell."""
    parts = [_proportional_bytes(process) for process in family]
    known = [part for part in parts if part is not None]
    return round(sum(known) / _BYTES_PER_MB, 1) if known else None


def _proportional_bytes(process: psutil.Process) -> int | None:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied, AttributeError):
        return None
