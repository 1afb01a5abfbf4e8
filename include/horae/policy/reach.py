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
    found = _ways(configurations, configurations, capabilities)
    leads = [[[path in paths for paths in row] for row in found] for path in PATHS]
    return np.array(leads, dtype=np.bool_)


@lru_cache(maxsize=KEPT)
def gentlest_ways(
    origin: Configuration, targets: Configurations, capabilities: Capabilities
) -> Integers:
    """Place among `PATHS` of the gentlest way to each target; their number where none leads."""
    (found,) = _ways(Configurations((origin,)), targets, capabilities)
    ways = np.array([PATHS.index(paths[0]) if paths else len(PATHS) for paths in found])
    ways.flags.writeable = False  # whoever asks next is given the same ones
    return ways


def _ways(
    origins: Configurations, targets: Configurations, capabilities: Capabilities
) -> list[list[tuple[RescalePath, ...]]]:
    """`paths_between` from each origin, a row each, to each target.

    What is alike in all that a way depends on is asked about once.
    """
    starts, ends = _sizes(origins), _sizes(targets)
    known: dict[object, tuple[RescalePath, ...]] = {}
    found = []
    for x, start, same in zip(origins, starts, _sameness(origins, targets), strict=True):
        row = []
        for y, end, sameness in zip(targets, ends, same, strict=True):
            like = (end, sameness, start == end)
            paths = known.get(like)
            if paths is None:
                paths = known[like] = paths_between(x, y, capabilities)
            row.append(paths)
        found.append(row)
    return found


def _sizes(configurations: Configurations) -> list[tuple[object, ...]]:
    return [(x.parallelism, x.slots, x.vertices) for x in configurations]


def _sameness(origins: Configurations, targets: Configurations) -> list[list[int]]:
    """1 where the shapes of origin and target are the same, and 2 more where the intervals are."""
    shape = (
        np.equal.outer(origins.slots, targets.slots)
        & np.equal.outer(origins.cpu_cores, targets.cpu_cores)
        & np.equal.outer(origins.memory_mb, targets.memory_mb)
    )
    interval = np.equal.outer(
        origins.checkpoint_interval_seconds, targets.checkpoint_interval_seconds
    )
    sameness: list[list[int]] = (shape + 2 * interval).tolist()
    return sameness
