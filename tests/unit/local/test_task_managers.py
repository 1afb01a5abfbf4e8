"""The local provisioner, with sleeping processes in the place of TaskManagers."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from horae.domain.clock import SystemClock
from horae.domain.task_manager import TaskManagerShape
from horae.errors import Refused
from horae.local.cpu_limits import CgroupLimiter, NoLimiter, cpu_limiter
from horae.local.paths import LocalPaths
from horae.local.processes import Processes
from horae.local.task_manager_memory import MINIMUM_MB, TaskManagerMemory
from horae.local.task_managers import TaskManagers


class _Asleep(NoLimiter):
    """Starts a sleeping process whatever it is given."""

    def wrapped(self, name: str, cores: float, argv: Sequence[str]) -> list[str]:
        return [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def task_managers(tmp_path: Path) -> Iterator[TaskManagers]:
    """A provisioner of at most three, all stopped afterwards."""
    paths = LocalPaths.under(tmp_path)
    yield TaskManagers(paths, maximum=3, clock=SystemClock(), limiter=_Asleep())
    Processes(paths.processes, SystemClock()).stop_all(patience_seconds=1.0)


def test_what_was_added_runs_in_its_shape_until_removed(task_managers: TaskManagers) -> None:
    """Names are never used again, and removing twice is harmless."""
    first = task_managers.add(2, slots=2, cpu_cores=0.5, memory_mb=1024)
    assert first == ("taskmanager-1", "taskmanager-2")
    shape = TaskManagerShape(slots=2, cpu_cores=0.5, memory_mb=1024)
    assert task_managers.running() == {"taskmanager-1": shape, "taskmanager-2": shape}
    task_managers.remove(["taskmanager-1", "taskmanager-1", "someone-elses"])
    assert list(task_managers.running()) == ["taskmanager-2"]
    assert task_managers.add(1, slots=1, cpu_cores=1.0, memory_mb=768) == ("taskmanager-3",)


def test_another_process_sees_and_removes_them(
    task_managers: TaskManagers, tmp_path: Path
) -> None:
    """What runs is told by files, not by the object that started it."""
    task_managers.add(1, slots=1, cpu_cores=1.0, memory_mb=768)
    other = TaskManagers(
        LocalPaths.under(tmp_path), maximum=3, clock=SystemClock(), limiter=_Asleep()
    )
    other.remove(other.running())
    assert task_managers.running() == {}


def test_beyond_the_maximum_none_is_started(task_managers: TaskManagers) -> None:
    """Two run and two more would make four of three: refused, and two run still."""
    task_managers.add(2, slots=1, cpu_cores=1.0, memory_mb=768)
    with pytest.raises(Refused, match=r"2 TaskManagers run and 2 more .* at most 3"):
        task_managers.add(2, slots=1, cpu_cores=1.0, memory_mb=768)
    assert len(task_managers.running()) == 2


def test_a_lost_one_comes_back_as_it_was(task_managers: TaskManagers, tmp_path: Path) -> None:
    """Whoever killed it; one that runs is left alone."""
    task_managers.add(1, slots=2, cpu_cores=0.5, memory_mb=1024)
    shape = TaskManagerShape(slots=2, cpu_cores=0.5, memory_mb=1024)
    Processes(LocalPaths.under(tmp_path).processes, SystemClock()).kill("taskmanager-1")
    assert (task_managers.running(), task_managers.lost()) == ({}, {"taskmanager-1": shape})
    task_managers.bring_back("taskmanager-1")
    task_managers.bring_back("taskmanager-1")
    assert (task_managers.running(), task_managers.lost()) == ({"taskmanager-1": shape}, {})


def test_one_that_was_removed_does_not_come_back(
    task_managers: TaskManagers, tmp_path: Path
) -> None:
    """Removing a lost one means: it is not wanted any more."""
    task_managers.add(2, slots=1, cpu_cores=1.0, memory_mb=768)
    Processes(LocalPaths.under(tmp_path).processes, SystemClock()).kill("taskmanager-1")
    task_managers.remove(["taskmanager-1", "taskmanager-2"])
    assert task_managers.lost() == {}
    for name in ("taskmanager-1", "taskmanager-2"):
        with pytest.raises(
            Refused, match=f"{name} is no TaskManager that was lost; there are none"
        ):
            task_managers.bring_back(name)


def test_a_lost_one_does_not_come_back_beyond_the_maximum(
    task_managers: TaskManagers, tmp_path: Path
) -> None:
    """Three replaced it and the others: it would be the fourth of three."""
    task_managers.add(1, slots=1, cpu_cores=1.0, memory_mb=768)
    Processes(LocalPaths.under(tmp_path).processes, SystemClock()).kill("taskmanager-1")
    task_managers.add(3, slots=1, cpu_cores=1.0, memory_mb=768)
    with pytest.raises(Refused, match="3 TaskManagers run and 1 more"):
        task_managers.bring_back("taskmanager-1")
    assert len(task_managers.running()) == 3


@pytest.mark.parametrize("process_mb", [MINIMUM_MB, 768, 1024, 4096])
def test_the_parts_of_the_memory_add_up(process_mb: int) -> None:
    """Class space, overhead, network, managed, task heap and 128 MiB of framework are all."""
    memory = TaskManagerMemory.divided(process_mb)
    parts = memory.metaspace + memory.overhead + memory.network + memory.managed
    assert parts + memory.task_heap + 128 == process_mb
    assert memory.task_heap >= 64


def test_too_little_memory_is_refused() -> None:
    """The message says how much it takes."""
    with pytest.raises(Refused, match=f"at least {MINIMUM_MB}"):
        TaskManagerMemory.divided(MINIMUM_MB - 1)


@pytest.mark.parametrize(
    ("version", "file", "content"),
    [(1, "cpu.cfs_quota_us", "150000"), (2, "cpu.max", "150000 100000")],
)
def test_a_control_group_gets_its_quota(
    tmp_path: Path, version: int, file: str, content: str
) -> None:
    """One and a half cores are 150 ms of CPU in each 100 ms."""
    limiter = CgroupLimiter(tmp_path, version, "stack")
    command = limiter.wrapped("one", 1.5, ["program", "argument"])
    group = tmp_path / "horae-stack-one"
    assert (group / file).read_text() == content
    assert command[-2:] == ["program", "argument"]
    assert str(group / "cgroup.procs") in command


def test_a_control_group_is_removed_once_it_is_empty(tmp_path: Path) -> None:
    """Before that it stays, and the answer says so; removing it twice is harmless."""
    limiter = CgroupLimiter(tmp_path, 1, "stack")
    inside = tmp_path / "horae-stack-one" / "process"
    inside.mkdir(parents=True)
    assert not limiter.release("one")
    inside.rmdir()
    assert limiter.release("one")
    assert limiter.release("one")


def test_the_first_version_is_recognised(tmp_path: Path) -> None:
    """A writable `cpu` hierarchy is used, and named."""
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cgroup.procs").touch()
    assert cpu_limiter(tmp_path, cgroups=tmp_path).description == "cgroup v1"


def test_the_second_version_is_recognised(tmp_path: Path) -> None:
    """The cpu controller must have been handed down to the groups below."""
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory\n")
    assert cpu_limiter(tmp_path, cgroups=tmp_path).description == "cgroup v2"


def test_without_any_way_it_says_so() -> None:
    """The command stays as it is."""
    assert NoLimiter().wrapped("one", 1.0, ["program"]) == ["program"]
    assert NoLimiter().description.startswith("not enforced")
