"""What Horae may change about a job."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from horae.domain.task_manager import TaskManagerShape

_WHOLE = frozenset({"parallelism", "slots", "memory_mb"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Configuration:
    """One way to run a job.

    Attributes:
        parallelism: Subtasks of each vertex, at least 1.
        slots: Slots per TaskManager.
        cpu_cores: CPU cores per TaskManager.
        memory_mb: Memory of a TaskManager's process, in MiB.
        checkpoint_interval_seconds: Seconds between the starts of two checkpoints.
        vertices: Id and parallelism of each vertex that has fewer subtasks than `parallelism`,
            sorted; empty where all have as many.
    """

    parallelism: int
    slots: int
    cpu_cores: float
    memory_mb: int
    checkpoint_interval_seconds: float
    vertices: tuple[tuple[str, int], ...] = ()

    def parallelism_of(self, vertex: str) -> int:
        """Subtasks of one vertex."""
        return dict(self.vertices).get(vertex, self.parallelism)

    @property
    def task_managers(self) -> int:
        """TaskManagers needed: whole ones, for a half-filled one costs as much as a full one."""
        return math.ceil(self.parallelism / self.slots)

    @property
    def total_cores(self) -> float:
        """CPU cores over all TaskManagers."""
        return self.task_managers * self.cpu_cores

    @property
    def total_memory_gb(self) -> float:
        """Memory over all TaskManagers, in GiB."""
        return self.task_managers * self.memory_mb / 1024

    @property
    def shape(self) -> TaskManagerShape:
        """What one TaskManager is made of."""
        return TaskManagerShape(
            slots=self.slots, cpu_cores=self.cpu_cores, memory_mb=self.memory_mb
        )

    def is_shaped_as(self, other: "Configuration") -> bool:
        """Whether the TaskManagers of both are made of the same."""
        return (
            self.slots == other.slots
            and self.cpu_cores == other.cpu_cores
            and self.memory_mb == other.memory_mb
        )

    def changed(self, changes: Mapping[str, float]) -> "Configuration":
        """The same with other values; another parallelism is that of all vertices.

        Args:
            changes: Axis to value; an axis left out stays.
        """
        values = {
            axis: int(value) if axis in _WHOLE else float(value) for axis, value in changes.items()
        }
        kept = () if "parallelism" in changes else self.vertices
        return replace(self, vertices=kept, **values)  # type: ignore[arg-type]

    def differs_only_in_parallelism(self, other: "Configuration") -> bool:
        """Whether an engine that rescales in place can go from one to the other."""
        return (
            self.is_shaped_as(other)
            and self.checkpoint_interval_seconds == other.checkpoint_interval_seconds
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object with one member an attribute; `vertices` only where there are any."""
        told = asdict(self)
        if not self.vertices:
            del told["vertices"]
        return told

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Configuration":
        """The inverse of `to_json`.

        Raises:
            TypeError: A member is missing or unknown.
        """
        vertices = tuple((str(name), int(count)) for name, count in value.get("vertices", ()))
        return cls(**{**value, "vertices": vertices})

    def __str__(self) -> str:
        """For people: parallelism 4 on 2 TaskManagers (2 slots, 1 core, 1024 MB), ..."""
        noun = "TaskManager" if self.task_managers == 1 else "TaskManagers"
        slots = "slot" if self.slots == 1 else "slots"
        cores = "core" if self.cpu_cores == 1 else "cores"
        named = ", ".join(f"{vertex[:8]} {count}" for vertex, count in self.vertices)
        fewer = f" (but {named})" if named else ""
        return (
            f"parallelism {self.parallelism}{fewer} on {self.task_managers} {noun} "
            f"({self.slots} {slots}, {self.cpu_cores:g} {cores}, {self.memory_mb} MB each), "
            f"checkpoint every {self.checkpoint_interval_seconds:g} s"
        )
