"""The local provisioner: TaskManagers as processes.

It works from any process, since what runs is told by the records of `processes.Processes`: the one
that adds a TaskManager need not be the one that removes it, nor outlive it.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from horae.domain.clock import Clock
from horae.domain.task_manager import TaskManagerShape
from horae.errors import LocalStackError, Refused, Unavailable
from horae.local.cpu_limits import CpuLimiter, cpu_limiter
from horae.local.file_lock import held
from horae.local.jars import Jars
from horae.local.java import (
    FLINK_OPTIONS,
    flink_files_in,
    flink_settings,
    java_command,
    own_files_in,
)
from horae.local.paths import LocalPaths
from horae.local.process_record import ProcessRecord
from horae.local.processes import Processes
from horae.local.task_manager_memory import TaskManagerMemory
from horae.local.tools import find_java

_MAIN = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
_PREFIX = "taskmanager-"
# A TaskManager that is told to end leaves the cluster by itself within a second or two.
_PATIENCE_SECONDS = 10.0
_REAPING = timedelta(seconds=3)


class TaskManagers:
    """Starts and stops TaskManagers of the stack under `paths`.

    Args:
        paths: Where the stack lives.
        maximum: How many may run at once.
        clock: For waiting.
        limiter: How CPU is limited; what works on this machine, if None.
    """

    def __init__(
        self,
        paths: LocalPaths,
        *,
        maximum: int,
        clock: Clock,
        limiter: CpuLimiter | None = None,
    ) -> None:
        self._paths = paths
        self._maximum = maximum
        self._clock = clock
        self._limiter = limiter or cpu_limiter(paths.root)
        self._processes = Processes(paths.processes, clock)

    @property
    def maximum(self) -> int:
        """How many TaskManagers may run at once."""
        return self._maximum

    @property
    def cpu_enforcement(self) -> str:
        """How CPU cores are enforced here, or that they are not, in words."""
        return self._limiter.description

    def running(self) -> Mapping[str, TaskManagerShape]:
        """The shape of every TaskManager that runs, by Flink's resource id."""
        return _shapes(self._processes.running())

    def lost(self) -> Mapping[str, TaskManagerShape]:
        """The shape of every TaskManager that ended without having been removed."""
        return _shapes(self._processes.ended())

    def add(self, count: int, *, slots: int, cpu_cores: float, memory_mb: int) -> tuple[str, ...]:
        """Start TaskManagers; returns before Flink knows their slots, about 8 s later.

        Repeating it adds more: a caller that does not know whether it was heard asks `running`.

        Args:
            count: How many.
            slots: Task slots of each.
            cpu_cores: CPU cores of each.
            memory_mb: Memory of each process in MiB.

        Returns:
            Their resource ids, never used before.

        Raises:
            Refused: There would be more than the maximum, or too little memory for one; none was
                started then.
            Unavailable: One could not be started; those before it run.
        """
        shape = TaskManagerShape(slots=slots, cpu_cores=cpu_cores, memory_mb=memory_mb)
        memory = TaskManagerMemory.divided(memory_mb)
        with held(self._paths.processes / "task-managers.lock", self._clock):
            self._require_room(count)
            names = self._new_names(count)
            for name in names:
                self._start(name, shape, memory)
        return names

    def bring_back(self, resource_id: str) -> None:
        """Start a lost TaskManager again, in its shape and under its name.

        Returns before Flink knows it. Safe to repeat: one that runs is left alone.

        Raises:
            Refused: It was never started here or was removed, or there would be more than the
                maximum.
            Unavailable: It could not be started.
        """
        with held(self._paths.processes / "task-managers.lock", self._clock):
            if resource_id in self.running():
                return
            shape = self.lost().get(resource_id)
            if shape is None:
                raise Refused(
                    f"{resource_id} is no TaskManager that was lost; there are "
                    f"{', '.join(self.lost()) or 'none'}; add a new one instead"
                )
            self._require_room(1)
            self._start(resource_id, shape, TaskManagerMemory.divided(shape.memory_mb))

    def remove(self, resource_ids: Iterable[str]) -> None:
        """Stop TaskManagers; one that is gone, or is none of ours, is passed over."""
        names = [name for name in resource_ids if name.startswith(_PREFIX)]
        with held(self._paths.processes / "task-managers.lock", self._clock):
            for name in names:
                self._processes.stop(name, patience_seconds=_PATIENCE_SECONDS)
                self._release(name)
                shutil.rmtree(self._own_files(name), ignore_errors=True)

    def release_limits(self) -> None:
        """Give back what limited TaskManagers that were stopped some other way."""
        for name in self._used_names():
            self._release(name)

    def _require_room(self, count: int) -> None:
        present = len(self.running())
        if present + count > self._maximum:
            raise Refused(
                f"{present} TaskManagers run and {count} more were asked for; "
                f"this machine is given at most {self._maximum}"
            )

    def _release(self, name: str) -> None:
        # What is never reaped keeps its group for ever; empty, it limits nobody.
        deadline = self._clock.now() + _REAPING
        while not self._limiter.release(name) and self._clock.now() < deadline:
            self._clock.wait(0.05)

    def _start(self, name: str, shape: TaskManagerShape, memory: TaskManagerMemory) -> None:
        command = self._limiter.wrapped(name, shape.cpu_cores, self._command(name, shape, memory))
        try:
            self._processes.start(
                name, command, log=self._paths.logs / f"{name}.log", cwd=self._paths.logs,
                details={"shape": json.dumps(asdict(shape))},
            )  # fmt: skip
        except LocalStackError as error:
            raise Unavailable(f"{name} could not be started: {error}") from error

    def _command(self, name: str, shape: TaskManagerShape, memory: TaskManagerMemory) -> list[str]:
        settings = {
            "taskmanager.resource-id": name,
            "taskmanager.numberOfTaskSlots": shape.slots,
            "taskmanager.cpu.cores": shape.cpu_cores,
            **memory.settings(),
            **flink_files_in(self._own_files(name)),
        }
        own_files = own_files_in(self._own_files(name))
        return java_command(
            find_java(), _MAIN, class_path=Jars(self._paths.jars).flink_class_path,
            options=[*memory.java_options(), *own_files, *FLINK_OPTIONS],
            logging=self._paths.flink_config / "log4j2.properties",
            arguments=["--configDir", str(self._paths.flink_config), *flink_settings(settings)],
        )  # fmt: skip

    def _own_files(self, name: str) -> Path:
        return self._paths.temporary / name

    @property
    def _counter(self) -> Path:
        return self._paths.processes / "task-managers.started"

    def _new_names(self, count: int) -> tuple[str, ...]:
        started = self._started()
        self._counter.write_text(str(started + count))
        return tuple(f"{_PREFIX}{started + 1 + index}" for index in range(count))

    def _used_names(self) -> list[str]:
        return [f"{_PREFIX}{number + 1}" for number in range(self._started())]

    def _started(self) -> int:
        return int(self._counter.read_text()) if self._counter.exists() else 0


def _shapes(records: Mapping[str, ProcessRecord]) -> dict[str, TaskManagerShape]:
    return {
        name: TaskManagerShape(**json.loads(record.details["shape"]))
        for name, record in records.items()
        if name.startswith(_PREFIX)
    }
