"""What a TaskManager is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TaskManagerShape:
    """Size of one TaskManager.

    Attributes:
        slots: Task slots it offers.
        cpu_cores: CPU cores it may use.
        memory_mb: Memory of its process, in MiB.
    """

    slots: int
    cpu_cores: float
    memory_mb: int
