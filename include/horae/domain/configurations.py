"""Many configurations at once, each axis a column."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Values = TypeVar("Values", bound=NDArray[np.generic])


class Configurations(tuple[Configuration, ...]):
    """A tuple of configurations, `m` of them, that knows their axes as columns.

    What follows from it is worked out when it is first asked for, and stays with it: a job is
    decided about every minute, mostly among the very same configurations.
    """

    @classmethod
    def of(cls, configurations: Iterable[Configuration]) -> Self:
        """The same configurations; the very object where it is one already."""
        return configurations if isinstance(configurations, cls) else cls(configurations)

    @cached_property
    def parallelism(self) -> Integers:
        """`m`, subtasks of each vertex."""
        return _fixed(np.array([x.parallelism for x in self], dtype=np.intp))

    @cached_property
    def slots(self) -> Integers:
        """`m`, per TaskManager."""
        return _fixed(np.array([x.slots for x in self], dtype=np.intp))

    @cached_property
    def cpu_cores(self) -> Floats:
        """`m`, per TaskManager."""
        return _fixed(np.array([x.cpu_cores for x in self], dtype=np.float64))

    @cached_property
    def memory_mb(self) -> Integers:
        """`m`, per TaskManager."""
        return _fixed(np.array([x.memory_mb for x in self], dtype=np.intp))

    @cached_property
    def checkpoint_interval_seconds(self) -> Floats:
        """`m`, between the starts of two checkpoints."""
        return _fixed(np.array([x.checkpoint_interval_seconds for x in self], dtype=np.float64))

    @property
    def total_cores(self) -> Floats:
        """`m`, CPU cores over all TaskManagers."""
        cores: Floats = self._task_managers * self.cpu_cores
        return cores

    @property
    def total_memory_gb(self) -> Floats:
        """`m`, memory over all TaskManagers, in GiB."""
        memory: Floats = self._task_managers * self.memory_mb / 1024
        return memory

    @cached_property
    def alike(self) -> "Alike":
        """The same without repetition."""
        return Alike.of(self)

    @property
    def _task_managers(self) -> Floats:
        whole: Floats = np.ceil(self.parallelism / self.slots)
        return whole

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        """As of any tuple, worked out once: answers are kept by the configurations asked about."""
        return self._hash


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alike:
    """Configurations without repetition: many differ in nothing but the interval.

    Attributes:
        running: One of each that differs in more than the interval.
        ran: `m`, place of each configuration's like among them.
        intervals: Each interval once, ascending, seconds.
        spaced: `m`, place of each configuration's interval among them.
    """

    running: Configurations
    ran: Integers
    intervals: Floats
    spaced: Integers

    @classmethod
    def of(cls, configurations: Configurations) -> Self:
        """Of configurations, in the order that they first come in."""
        places: dict[tuple[float, ...], int] = {}
        running: list[Configuration] = []
        ran = np.empty(len(configurations), dtype=np.intp)
        for number, x in enumerate(configurations):
            like = (x.parallelism, x.slots, x.cpu_cores, x.memory_mb)
            ran[number] = places.setdefault(like, len(running))
            if ran[number] == len(running):
                running.append(x)
        intervals, spaced = np.unique(
            configurations.checkpoint_interval_seconds, return_inverse=True
        )
        return cls(
            running=Configurations(running),
            ran=_fixed(ran),
            intervals=_fixed(intervals),
            spaced=_fixed(spaced),
        )


def _fixed(values: Values) -> Values:
    """The same array, that nobody can change: it is handed to everybody who asks."""
    values.flags.writeable = False
    return values
