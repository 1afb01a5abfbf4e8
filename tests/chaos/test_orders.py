"""Where an order of the suite leads to."""

from dataclasses import replace

from chaos.case import CHECKPOINTED, IN_PLACE, SAVEPOINT
from chaos.orders import target
from chaos.scene import MOST_TASK_MANAGERS, SHAPE
from horae.domain.configuration import Configuration

ORIGIN = Configuration(
    parallelism=1, slots=SHAPE.slots, cpu_cores=SHAPE.cpu_cores, memory_mb=SHAPE.memory_mb,
    checkpoint_interval_seconds=4.0,
)  # fmt: skip


def test_each_way_changes_what_it_can_and_leads_back() -> None:
    """In place the subtasks alone, otherwise the interval; on the same one TaskManager."""
    for path in (IN_PLACE, SAVEPOINT, CHECKPOINTED):
        there = target(path, ORIGIN)
        assert there.differs_only_in_parallelism(ORIGIN) == (path is IN_PLACE)
        assert (there.shape, there.task_managers) == (ORIGIN.shape, 1)
        assert target(path, there) == ORIGIN


def test_other_task_managers_have_the_same_slots() -> None:
    """They are of another shape, fit beside the old ones, and hold whatever case comes next."""
    there = target(SAVEPOINT, ORIGIN, reshape=True)
    assert there.shape != ORIGIN.shape
    assert there.slots == ORIGIN.slots
    assert there.task_managers + ORIGIN.task_managers <= MOST_TASK_MANAGERS
    assert target(SAVEPOINT, there, reshape=True) == ORIGIN


def test_growing_in_place_takes_one_more_task_manager() -> None:
    """Four subtasks do not fit into the three slots of one."""
    for parallelism in (1, 2):
        origin = replace(ORIGIN, parallelism=parallelism)
        there = target(IN_PLACE, origin, reshape=True)
        assert there.differs_only_in_parallelism(origin)
        assert (origin.task_managers, there.task_managers) == (1, 2)
