from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from recorded_flink import JOB, STOPPED, RecordedFlink

from horae.domain.configuration import Configuration
from horae.domain.task_manager import TaskManagerShape
from horae.engines.flink_task_managers import FlinkTaskManagers, require_slots
from horae.errors import Refused, Unavailable

BASE = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=3.0
)
BUSY = ("taskmanager-14", "taskmanager-15")
EMPTY = "taskmanager-16"


@dataclass
class Hands:
    """A provisioner whose TaskManagers register at once with the recorded Flink."""

    flink: RecordedFlink
    maximum: int = 4
    registering: bool = True
    shapes: dict[str, TaskManagerShape] = field(
        default_factory=lambda: {name: BASE.shape for name in (*BUSY, EMPTY)}
    )
    removed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Keep what an empty one shows."""
        self.empty = dict(_shown(self.flink, EMPTY))

    def add(self, count: int, *, slots: int, cpu_cores: float, memory_mb: int) -> tuple[str, ...]:
        """Add and register."""
        names = tuple(f"new-{number}" for number in range(count))
        shape = TaskManagerShape(slots=slots, cpu_cores=cpu_cores, memory_mb=memory_mb)
        self.shapes |= dict.fromkeys(names, shape)
        if self.registering:
            empty = self.empty
            self._all().extend(
                empty | {"id": name, "slotsNumber": slots, "freeSlots": slots} for name in names
            )
        return names

    def remove(self, resource_ids: Iterable[str]) -> None:
        """Remove and deregister."""
        for name in resource_ids:
            self.removed.append(name)
            del self.shapes[name]
            self._all()[:] = [one for one in self._all() if one["id"] != name]

    def running(self) -> Mapping[str, TaskManagerShape]:
        """What lives."""
        return dict(self.shapes)

    def _all(self) -> list[dict[str, Any]]:
        return self.flink.body("/taskmanagers")["taskmanagers"]  # type: ignore[no-any-return]


@pytest.fixture
def hands() -> Hands:
    """Two busy TaskManagers and an empty one."""
    return Hands(RecordedFlink())


def _provide(hands: Hands, configuration: Configuration, *, keep: bool) -> None:
    FlinkTaskManagers(hands.flink.client, hands.flink.clock, hands, 60).provide(
        configuration, keep=keep
    )


def _shown(flink: RecordedFlink, name: str) -> dict[str, Any]:
    shown = flink.body("/taskmanagers")["taskmanagers"]
    return next(one for one in shown if one["id"] == name)


def _holds_slots(flink: RecordedFlink, name: str, *, tasks: int, heartbeat: int) -> None:
    """As after shrinking in place: the slots are still held by the job."""
    _shown(flink, name).update(freeSlots=0, assignedTasks=tasks, timeSinceLastHeartbeat=heartbeat)


def test_what_is_there_is_not_added(hands: Hands) -> None:
    """Three of the shape run, and three are wanted."""
    _provide(hands, replace(BASE, parallelism=3), keep=True)
    assert set(hands.shapes) == {*BUSY, EMPTY}


def test_what_is_missing_is_added_beside_those_in_use(hands: Hands) -> None:
    """One more of the shape; none goes."""
    _provide(hands, replace(BASE, parallelism=4), keep=True)
    assert set(hands.shapes) == {*BUSY, EMPTY, "new-0"}


def test_too_many_are_refused_before_any_is_added(hands: Hands) -> None:
    """Three run, two of another shape are wanted, four may run."""
    with pytest.raises(Refused, match=r"2 more TaskManagers are needed .* 3 run and at most 4"):
        _provide(hands, replace(BASE, slots=2, parallelism=4), keep=True)
    assert set(hands.shapes) == {*BUSY, EMPTY}


def test_slots_that_do_not_register_are_waited_for(hands: Hands) -> None:
    """Until the time is over; then it is told how many came."""
    hands.registering = False
    with pytest.raises(Unavailable, match="3 of 4 TaskManagers"):
        _provide(hands, replace(BASE, parallelism=4), keep=True)


def test_the_empty_one_goes(hands: Hands) -> None:
    """All its slots are free; the busy ones stay."""
    _provide(hands, BASE, keep=False)
    assert hands.removed == [EMPTY]


def test_busy_ones_stay_though_there_are_too_many(hands: Hands) -> None:
    """One is wanted, two run tasks: neither is touched."""
    _provide(hands, replace(BASE, parallelism=1), keep=False)
    assert set(hands.shapes) == set(BUSY)


def test_held_slots_need_the_proof_of_a_later_heartbeat(hands: Hands) -> None:
    """Zero tasks as of a heartbeat that was there before proves nothing."""
    seen = max(
        one["timeSinceLastHeartbeat"] for one in hands.flink.body("/taskmanagers")["taskmanagers"]
    )
    _holds_slots(hands.flink, EMPTY, tasks=0, heartbeat=seen)
    before = hands.flink.clock.now()
    _provide(hands, BASE, keep=False)
    assert hands.removed == []
    assert (hands.flink.clock.now() - before).total_seconds() == 25.0


@pytest.mark.parametrize(("tasks", "removed"), [(0, [EMPTY]), (2, [])])
def test_a_later_heartbeat_tells_whether_tasks_are_assigned(
    hands: Hands, tasks: int, removed: list[str]
) -> None:
    """The heartbeat comes while one waits."""
    _holds_slots(hands.flink, EMPTY, tasks=tasks, heartbeat=1)
    hands.flink.clock = _HeartbeatClock(hands.flink, tasks)  # type: ignore[assignment]
    _provide(hands, BASE, keep=False)
    assert hands.removed == removed


class _HeartbeatClock:
    """Time in which the empty TaskManager reports after a few looks."""

    def __init__(self, flink: RecordedFlink, tasks: int) -> None:
        self._flink = flink
        self._clock = flink.clock
        self._tasks = tasks
        self.now = self._clock.now

    def wait(self, seconds: float) -> None:
        """Move on, and let the heartbeat come."""
        self._clock.wait(seconds)
        _holds_slots(self._flink, EMPTY, tasks=self._tasks, heartbeat=2_000_000_000_000)


def test_without_told_tasks_held_slots_stay(hands: Hands) -> None:
    """Before Flink 2.3 only free slots prove emptiness."""
    _holds_slots(hands.flink, EMPTY, tasks=0, heartbeat=2_000_000_000_000)
    del _shown(hands.flink, EMPTY)["assignedTasks"]
    _provide(hands, BASE, keep=False)
    assert hands.removed == []


def test_after_a_stop_the_old_shape_makes_room(hands: Hands) -> None:
    """Two of another shape do not fit beside three old ones: those go first."""
    hands.flink.set_state("2" * 32, "FINISHED")
    for name in BUSY:
        _shown(hands.flink, name).update(freeSlots=1)
    wanted = replace(BASE, slots=2, parallelism=4)
    _provide(hands, wanted, keep=False)
    assert set(hands.shapes.values()) == {wanted.shape}
    assert len(hands.shapes) == 2


def test_tasks_of_other_jobs_count_too(hands: Hands) -> None:
    """A TaskManager that runs another live job's task is not empty."""
    jobs = hands.flink.body("/jobs/overview")["jobs"]
    next(job for job in jobs if job["jid"] == STOPPED).update(state="RUNNING", name="other")
    other = hands.flink.body(f"/jobs/{STOPPED}")
    other.update(state="RUNNING", vertices=other["vertices"][:1])
    vertex = other["vertices"][0]["id"]
    details = hands.flink.body(f"{JOB}/vertices/{vertex}")
    moved = [task | {"taskmanager-id": EMPTY} for task in details["subtasks"]]
    hands.flink.says(f"/jobs/{STOPPED}/vertices/{vertex}", details | {"subtasks": moved})
    _holds_slots(hands.flink, EMPTY, tasks=0, heartbeat=2_000_000_000_000)
    _provide(hands, BASE, keep=False)
    assert hands.removed == []


def test_without_a_provisioner_slots_are_counted(hands: Hands) -> None:
    """Three slots of the shape: three are enough for three, and too few for four."""
    require_slots(hands.flink.client, replace(BASE, parallelism=3))
    with pytest.raises(Refused, match="4 slots are needed and 3 of that shape exist"):
        require_slots(hands.flink.client, replace(BASE, parallelism=4))
