"""Which ways lead between many configurations at once."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities
from horae.performance.models import Integers
from horae.policy.paths import PATHS, path_between, paths_between


def possible_ways(
    configurations: Sequence[Configuration], capabilities: Capabilities
) -> NDArray[np.bool_]:
    """Whether each way leads from each one to each other: `W x X x X`; the ways are `PATHS`."""
    found = np.array(
        [[_leads(x, y, capabilities) for y in configurations] for x in configurations],
        dtype=np.bool_,
    )
    return np.moveaxis(found, -1, 0)


def gentlest_ways(
    origin: Configuration, targets: Sequence[Configuration], capabilities: Capabilities
) -> Integers:
    """Place among `PATHS` of the gentlest way to each target; their number where none leads.

    What is alike in all that a way depends on is asked about once.
    """
    slots, cores, memory = origin.slots, origin.cpu_cores, origin.memory_mb
    interval = origin.checkpoint_interval_seconds
    known: dict[tuple[object, ...], int] = {}
    ways = np.empty(len(targets), dtype=np.intp)
    for number, x in enumerate(targets):
        shape = x.slots == slots and x.cpu_cores == cores and x.memory_mb == memory
        spacing = x.checkpoint_interval_seconds == interval
        like = (x.parallelism, x.slots, shape, spacing, x.vertices)
        if like not in known:
            path = path_between(origin, x, capabilities)
            known[like] = len(PATHS) if path is None else PATHS.index(path)
        ways[number] = known[like]
    return ways


@lru_cache(maxsize=16_384)
def _leads(
    origin: Configuration, target: Configuration, capabilities: Capabilities
) -> tuple[bool, ...]:
    """Whether each way leads there; the same pairs are asked about in every cycle."""
    paths = paths_between(origin, target, capabilities)
    return tuple(path in paths for path in PATHS)
