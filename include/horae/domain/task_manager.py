"""The size of a TaskManager, as a provisioner hands it out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskManagerShape:
    """What one TaskManager offers.

    Attributes:
        slots: Task slots; at least 1.
        cpu_cores: CPU cores it may use; whether that is enforced is the provisioner's to say.
        memory_mb: Memory of the whole process in MiB.
    """

    slots: int
    cpu_cores: float
    memory_mb: int
