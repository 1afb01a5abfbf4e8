"""How evenly a job's input can be spread over its subtasks and TaskManagers."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from horae.performance.models import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """The units of work that cannot be split.

    Records are taken to spread evenly over partitions and key groups; a subtask owns whole ones.
    Three subtasks on four partitions are worth two: one of them has half of the records.

    Attributes:
        partitions: Partitions of the input, at least 1.
        key_groups: Key groups of the keyed state, at least 1; None: no keyed state.
    """

    partitions: int
    key_groups: int | None = None

    @property
    def _units(self) -> tuple[int, ...]:
        return (
            (self.partitions,) if self.key_groups is None else (self.partitions, self.key_groups)
        )

    def largest_share(self, parallelism: int) -> float:
        """Share of all records that the busiest of `parallelism` subtasks has, in (0, 1]."""
        return _largest(self._units, parallelism)

    def effective_slots(self, parallelism: int) -> float:
        """Subtasks that the busiest one allows: `parallelism` where the split is even."""
        return 1 / self.largest_share(parallelism)

    def each_effective_slots(self, parallelism: Integers) -> Floats:
        """The same of each parallelism, at least 1: `m` of `m`."""
        shares = [np.ceil(units / parallelism) / units for units in self._units]
        slots: Floats = 1 / np.maximum.reduce(shares)
        return slots

    def is_even(self, parallelism: int) -> bool:
        """Whether all subtasks have the same share, up to 2 % (which key groups always cost)."""
        return self.effective_slots(parallelism) >= 0.98 * parallelism

    def hottest_shares(self, parallelism: Integers, slots: Integers) -> Floats:
        """Share of all records on the busiest TaskManager, the busiest subtasks together there.

        Args:
            parallelism: `m`, subtasks.
            slots: `m`, per TaskManager.

        Returns:
            `m`, in (0, 1].
        """
        together = np.minimum(slots, parallelism)
        shares = [_hottest(units, parallelism, together) for units in self._units]
        hottest: Floats = np.maximum.reduce(shares)
        return hottest


@lru_cache(maxsize=4_096)
def _largest(each: tuple[int, ...], parallelism: int) -> float:
    return max(math.ceil(units / parallelism) / units for units in each)


def _hottest(units: int, parallelism: Integers, together: Integers) -> Floats:
    each, larger = np.divmod(units, parallelism)
    share: Floats = (together * each + np.minimum(together, larger)) / units
    return share
