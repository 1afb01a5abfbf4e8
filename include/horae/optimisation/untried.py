"""Shapes of TaskManagers that nobody has seen a job in.

How slots share a core, and how little memory does, cannot be told from figures of another shape:
what crowds them is not in the CPU in use. So a job goes from shape to shape by one legal step on
one axis at a time, and learns from each.
"""

from collections.abc import Collection, Sequence

from horae.domain.task_manager import TaskManagerShape
from horae.settings.job_spec import SearchSettings


def is_within_a_step(
    shape: TaskManagerShape, known: Collection[TaskManagerShape], search: SearchSettings
) -> bool:
    """Whether a shape is one of the known ones or one legal step from one, on a single axis."""
    return any(_steps(shape, one, search) <= 1 for one in known)


def _steps(left: TaskManagerShape, right: TaskManagerShape, search: SearchSettings) -> int:
    """Legal steps between two shapes, those of all axes added."""
    return (
        _axis_steps(left.slots, right.slots, search.slots or ())
        + _axis_steps(left.cpu_cores, right.cpu_cores, search.cpu_cores or ())
        + _axis_steps(left.memory_mb, right.memory_mb, search.memory_mb or ())
    )


def _axis_steps(left: float, right: float, legal: Sequence[float]) -> int:
    """Legal values from one to the other: 0 where they are the same."""
    low, high = min(left, right), max(left, right)
    return len({*(value for value in legal if low < value < high), high} - {low})
