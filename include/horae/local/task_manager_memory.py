"""How a TaskManager's memory is divided, which Flink's shell scripts would otherwise compute."""

from dataclasses import dataclass

from horae.errors import Refused

# Fixed parts in MiB. The user code of a SQL job is small, so the class space is below Flink's 256;
# framework parts are half of Flink's 128, since each process runs few tasks.
_METASPACE = 160
_FRAMEWORK_HEAP = 64
_FRAMEWORK_OFF_HEAP = 64
# Shares and their floors in MiB: Flink's own shares, but half the managed memory, since state is
# on the heap and only the window operators use it.
_OVERHEAD_SHARE, _OVERHEAD_FLOOR = 0.1, 96
_NETWORK_SHARE, _NETWORK_FLOOR = 0.1, 64
_MANAGED_SHARE = 0.2
# Less than this leaves the tasks no heap.
MINIMUM_MB = 576


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskManagerMemory:
    """The parts of one TaskManager's memory in MiB; they add up to the process."""

    process: int
    metaspace: int
    overhead: int
    network: int
    managed: int
    task_heap: int

    @classmethod
    def divided(cls, process_mb: int) -> "TaskManagerMemory":
        """The parts of a process of `process_mb` MiB.

        Raises:
            Refused: Too little for a TaskManager.
        """
        if process_mb < MINIMUM_MB:
            raise Refused(
                f"a TaskManager of {process_mb} MiB cannot run; it takes at least {MINIMUM_MB}"
            )
        overhead = max(_OVERHEAD_FLOOR, int(process_mb * _OVERHEAD_SHARE))
        flink = process_mb - _METASPACE - overhead
        network = max(_NETWORK_FLOOR, int(flink * _NETWORK_SHARE))
        managed = int(flink * _MANAGED_SHARE)
        task_heap = flink - network - managed - _FRAMEWORK_HEAP - _FRAMEWORK_OFF_HEAP
        return cls(
            process=process_mb, metaspace=_METASPACE, overhead=overhead, network=network,
            managed=managed, task_heap=task_heap,
        )  # fmt: skip

    def settings(self) -> dict[str, str]:
        """Flink's settings; all are needed, since it computes none in a running process."""
        sizes = {
            "process.size": self.process,
            "jvm-metaspace.size": self.metaspace,
            "jvm-overhead.min": self.overhead,
            "jvm-overhead.max": self.overhead,
            "framework.heap.size": _FRAMEWORK_HEAP,
            "framework.off-heap.size": _FRAMEWORK_OFF_HEAP,
            "network.min": self.network,
            "network.max": self.network,
            "managed.size": self.managed,
            "task.heap.size": self.task_heap,
            "task.off-heap.size": 0,
        }
        return {f"taskmanager.memory.{name}": f"{mb}m" for name, mb in sizes.items()}

    def java_options(self) -> list[str]:
        """The same limits for the Java machine."""
        heap = _FRAMEWORK_HEAP + self.task_heap
        return [
            f"-Xms{heap // 2}m",
            f"-Xmx{heap}m",
            f"-XX:MaxDirectMemorySize={_FRAMEWORK_OFF_HEAP + self.network}m",
            f"-XX:MaxMetaspaceSize={self.metaspace}m",
        ]
