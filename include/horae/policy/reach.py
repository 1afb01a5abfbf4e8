"""Which ways lead between many configurations at once."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.domain.job import Capabilities
from horae.performance.models import Integers
from horae.policy.paths import PATHS, paths_between

KEPT = 64
"""Answers in memory: the ways to a whole search space are the same from cycle to cycle."""


def possible_ways(configurations: Configurations, capabilities: Capabilities) -> NDArray[np.bool_]:
    """Whether each way leads from each one to each other: `W x X x X`; the ways are `PATHS`."""
    ways = _Ways(capabilities)
    found = [[ways.between(x, y) for y in configurations] for x in configurations]
    leads = [[[path in paths for paths in row] for row in found] for path in PATHS]
    return np.array(leads, dtype=np.bool_)


@lru_cache(maxsize=KEPT)
def gentlest_ways(
    origin: Configuration, targets: Configurations, capabilities: Capabilities
) -> Integers:
    """Place among `PATHS` of the gentlest way to each target; their number where none leads."""
    ways = _Ways(capabilities)
    found = [ways.between(origin, target) for target in targets]
    numbers = np.array([PATHS.index(paths[0]) if paths else len(PATHS) for paths in found])
    numbers.flags.writeable = False  # whoever asks next is given the same ones
    return numbers


class _Ways:
    """Ways that were asked about; what is alike in all that they depend on is asked about once."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._known: dict[tuple[object, ...], tuple[RescalePath, ...]] = {}

    def between(self, x: Configuration, y: Configuration) -> tuple[RescalePath, ...]:
        """As `paths_between`."""
        like = (
            y.parallelism,
            y.slots,
            y.vertices,
            x.slots == y.slots and x.cpu_cores == y.cpu_cores and x.memory_mb == y.memory_mb,
            x.checkpoint_interval_seconds == y.checkpoint_interval_seconds,
            x.parallelism == y.parallelism and x.vertices == y.vertices,
        )
        paths = self._known.get(like)
        if paths is None:
            paths = self._known[like] = paths_between(x, y, self._capabilities)
        return paths
