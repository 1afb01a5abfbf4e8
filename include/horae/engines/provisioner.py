"""Who adds and removes TaskManagers."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from horae.domain.task_manager import TaskManagerShape


class Provisioner(Protocol):
    """Adds and removes TaskManagers.

    A cluster without one is fine: slots, CPU and memory then leave the search space.
    Every method may be repeated safely and may be called from any process.
    """

    @property
    def maximum(self) -> int:
        """The most TaskManagers there may be at once."""
        ...

    def add(self, count: int, *, slots: int, cpu_cores: float, memory_mb: int) -> tuple[str, ...]:
        """Start `count` TaskManagers and return their resource ids, without waiting for slots.

        Raises:
            Refused: More than `maximum` would run.
            Unavailable: A TaskManager could not be started.
        """
        ...

    def remove(self, resource_ids: Iterable[str]) -> None:
        """End the TaskManagers named; unknown ones are ignored, for they are gone already."""
        ...

    def running(self) -> Mapping[str, TaskManagerShape]:
        """Resource id to shape of every TaskManager that was started and still lives."""
        ...
