"""What the local stack is started with."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from horae.domain.task_manager import TaskManagerShape
from horae.files import write_whole
from horae.local.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSettings:
    """Settings of the local stack.

    Attributes:
        ports: Ports of the servers.
        task_manager: Shape of the TaskManager that is started first.
        maximum_task_managers: How many TaskManagers the provisioner may run; four of 768 MiB leave
            room for the rest of the demo in 7 GiB.
        high_availability: Whether a JobManager that is started again after a crash goes on with
            its jobs; takes a ZooKeeper of about 50 MiB.
    """

    ports: Ports = field(default_factory=Ports)
    task_manager: TaskManagerShape = field(
        default_factory=lambda: TaskManagerShape(slots=1, cpu_cores=1.0, memory_mb=768)
    )
    maximum_task_managers: int = 4
    high_availability: bool = False

    def write(self, path: Path) -> None:
        """Keep the settings for other processes."""
        write_whole(path, json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, path: Path) -> "StackSettings | None":
        """The settings that were kept at `path`; None where there are none."""
        if not path.exists():
            return None
        content = json.loads(path.read_text())
        return cls(
            ports=Ports(**content["ports"]),
            task_manager=TaskManagerShape(**content["task_manager"]),
            maximum_task_managers=content["maximum_task_managers"],
            # Absent from what an earlier version kept, which may still be running.
            high_availability=content.get("high_availability", False),
        )
