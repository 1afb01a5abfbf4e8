"""Excluded configurations in few words: those of one reason by the values that they combine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from horae.domain.configuration import Configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A configuration that the settings name and that is not admissible.

    Attributes:
        configuration: Which.
        reason: Why not, for people.
    """

    configuration: Configuration
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Every combination of these values, excluded for one reason; each axis ascending.

    Attributes:
        reason: Why not, for people.
        configurations: Number of combinations.
        parallelism: Values of the parallelism.
        slots: Slots per TaskManager.
        cpu_cores: CPU cores per TaskManager.
        memory_mb: Memory of a TaskManager, in MiB.
        checkpoint_interval_seconds: Seconds between the starts of two checkpoints.
    """

    reason: str
    configurations: int
    parallelism: tuple[int, ...]
    slots: tuple[int, ...]
    cpu_cores: tuple[float, ...]
    memory_mb: tuple[int, ...]
    checkpoint_interval_seconds: tuple[float, ...]


AXES = ("parallelism", "slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds")

_Box = tuple[tuple[float, ...], ...]


def gather(excluded: Iterable[Excluded]) -> tuple[Exclusion, ...]:
    """The same configurations with the same reasons, each in exactly one exclusion.

    Args:
        excluded: Without repetition, and without vertices of their own parallelism.

    Returns:
        In the order that the reasons first come in, then by their values.
    """
    by_reason: dict[str, list[Configuration]] = {}
    for one in excluded:
        by_reason.setdefault(one.reason, []).append(one.configuration)
    return tuple(
        _exclusion(reason, box)
        for reason, configurations in by_reason.items()
        for box in _boxes(configurations)
    )


def _boxes(configurations: Sequence[Configuration]) -> list[_Box]:
    """Disjoint boxes that hold exactly these: boxes that differ on one axis alone are merged."""
    boxes: list[_Box] = [tuple((getattr(x, axis),) for axis in AXES) for x in configurations]
    for axis in reversed(range(len(AXES))):
        alike: dict[_Box, set[float]] = {}
        for box in boxes:
            alike.setdefault((*box[:axis], *box[axis + 1 :]), set()).update(box[axis])
        boxes = [
            (*others[:axis], tuple(sorted(values)), *others[axis:])
            for others, values in alike.items()
        ]
    return sorted(boxes)


def _exclusion(reason: str, box: _Box) -> Exclusion:
    parallelism, slots, cpu_cores, memory_mb, interval = box
    count = 1
    for values in box:
        count *= len(values)
    return Exclusion(
        reason=reason,
        configurations=count,
        parallelism=tuple(int(value) for value in parallelism),
        slots=tuple(int(value) for value in slots),
        cpu_cores=cpu_cores,
        memory_mb=tuple(int(value) for value in memory_mb),
        checkpoint_interval_seconds=interval,
    )
