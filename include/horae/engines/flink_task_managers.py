"""Having the TaskManagers of a configuration: added before a move, and removed once empty.

A TaskManager is proven empty in one of two ways. All its slots are free: nothing was placed there.
Or slots are still held (Flink gives them back a minute after their last task), but no live job
shows a subtask on it, and a heartbeat since then says that no task is assigned (2.3).
"""

from dataclasses import dataclass
from datetime import timedelta

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import TaskManager
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.task_manager import TaskManagerShape
from horae.engines.flink_description import shape_of
from horae.engines.flink_incarnations import ENDED
from horae.engines.provisioner import Provisioner
from horae.errors import Refused, Unavailable

_POLL_SECONDS = 0.5
# Two heartbeats (10 s each by default) and what it takes to see them.
_PROOF_PATIENCE = timedelta(seconds=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the tasks of all live jobs run.

    Attributes:
        occupied: Ids of TaskManagers with at least one subtask.
        since: Milliseconds since 1970 that a heartbeat must be younger than to count: the last
            deployment of those jobs, and the last heartbeat seen when one began to look, for a
            job that was started a moment ago may not be shown yet.
    """

    occupied: frozenset[str]
    since: int

    @classmethod
    def read(cls, client: FlinkClient, since: int) -> "Placement":
        """Ask every live job; `since` is the last heartbeat before."""
        occupied: set[str] = set()
        for summary in client.jobs():
            details = client.job(summary.id) if summary.state not in ENDED else None
            if details is None or details.state in ENDED:
                continue
            since = max(since, *details.timestamps.values())
            for vertex in details.vertices:
                subtasks = client.vertex(details.id, vertex.id).subtasks
                occupied.update(task.task_manager_id for task in subtasks)
        return cls(occupied=frozenset(occupied), since=since)

    def proves_empty(self, task_manager: TaskManager) -> bool:
        """Whether nothing runs there; see the module."""
        if task_manager.free_slots == task_manager.slots:
            return True
        return (
            task_manager.id not in self.occupied
            and task_manager.assigned_tasks == 0
            and task_manager.last_heartbeat > self.since
        )


class FlinkTaskManagers:
    """The TaskManagers of one cluster.

    Args:
        client: The cluster.
        clock: For waiting.
        provisioner: Who adds and removes them.
        timeout_seconds: Longest wait for slots.
    """

    def __init__(
        self, client: FlinkClient, clock: Clock, provisioner: Provisioner, timeout_seconds: float
    ) -> None:
        self._client = client
        self._clock = clock
        self._provisioner = provisioner
        self._timeout = timedelta(seconds=timeout_seconds)

    def provide(self, configuration: Configuration, *, keep: bool) -> None:
        """See `Engine.provide`.

        Raises:
            Refused: There is no room for the missing ones; nothing was added.
            Unavailable: Their slots did not register in time.
        """
        if not keep and self._room_after_adding(configuration) < 0:
            self._remove_needless(configuration)
        missing = self._missing(configuration)
        if missing > 0:
            self._require_room(configuration, missing)
            shape = configuration.shape
            self._provisioner.add(
                missing, slots=shape.slots, cpu_cores=shape.cpu_cores, memory_mb=shape.memory_mb
            )
        self._wait_for_slots(configuration)
        if not keep:
            self._remove_needless(configuration)

    def _missing(self, configuration: Configuration) -> int:
        """TaskManagers to add; negative: so many more than needed."""
        return configuration.task_managers - len(self._of_shape(configuration.shape))

    def _of_shape(self, shape: TaskManagerShape) -> list[str]:
        running = self._provisioner.running()
        return sorted(name for name, has in running.items() if has == shape)

    def _room_after_adding(self, configuration: Configuration) -> int:
        present = len(self._provisioner.running())
        return self._provisioner.maximum - present - max(0, self._missing(configuration))

    def _require_room(self, configuration: Configuration, missing: int) -> None:
        if self._room_after_adding(configuration) < 0:
            present = len(self._provisioner.running())
            raise Refused(
                f"{missing} more TaskManagers are needed for {configuration}, but {present} run "
                f"and at most {self._provisioner.maximum} may; raise the maximum or free some"
            )

    def _wait_for_slots(self, configuration: Configuration) -> None:
        deadline = self._clock.now() + self._timeout
        while (registered := self._registered(configuration)) < configuration.task_managers:
            if self._clock.now() >= deadline:
                raise Unavailable(
                    f"{registered} of {configuration.task_managers} TaskManagers of the shape of "
                    f"{configuration} registered within {self._timeout}; see their logs"
                )
            self._clock.wait(_POLL_SECONDS)

    def _registered(self, configuration: Configuration) -> int:
        wanted = set(self._of_shape(configuration.shape))
        return sum(1 for one in self._client.task_managers() if one.id in wanted)

    def _remove_needless(self, configuration: Configuration) -> None:
        """Remove what is proven empty and not needed, waiting for the proof where it may come."""
        deadline = self._clock.now() + _PROOF_PATIENCE
        heartbeats = [one.last_heartbeat for one in self._client.task_managers()]
        while True:
            placement = Placement.read(self._client, max(heartbeats, default=0))
            needless = self._needless(configuration, placement)
            empty = [one.id for one in needless if placement.proves_empty(one)]
            self._provisioner.remove(empty)
            unproven = len(needless) - len(empty)
            if not unproven or self._clock.now() >= deadline:
                return
            self._clock.wait(_POLL_SECONDS)

    def _needless(self, configuration: Configuration, placement: Placement) -> list[TaskManager]:
        """Registered ones that no task is placed on and that the configuration does not need."""
        running = self._provisioner.running()
        ours = [one for one in self._client.task_managers() if one.id in running]
        idle = [one for one in ours if one.id not in placement.occupied]
        alike = [one for one in idle if running[one.id] == configuration.shape]
        busy = sum(
            1 for one in ours
            if one.id in placement.occupied and running[one.id] == configuration.shape
        )  # fmt: skip
        spare = max(0, configuration.task_managers - busy)
        spared = sorted(one.id for one in alike)[:spare]
        return [one for one in idle if one.id not in spared]


def require_slots(client: FlinkClient, configuration: Configuration) -> None:
    """Check, where nobody can add TaskManagers, that the slots are there.

    Raises:
        Refused: There are too few slots of that shape.
    """
    alike = [one for one in client.task_managers() if shape_of(one) == configuration.shape]
    slots = sum(one.slots for one in alike)
    if slots < configuration.parallelism:
        raise Refused(
            f"{configuration.parallelism} slots are needed and {slots} of that shape exist; "
            "add TaskManagers, or name a provisioner in the job spec"
        )
