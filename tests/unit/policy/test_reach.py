"""Ways between many configurations: the same as between two."""

from dataclasses import replace
from itertools import product

import pytest

from horae.domain.configurations import Configurations
from horae.domain.job import Capabilities
from horae.policy.paths import PATHS, path_between, paths_between
from horae.policy.reach import gentlest_ways, possible_ways
from policy_builders import CAPABLE, SMALL

ABLE = (
    CAPABLE,
    replace(CAPABLE, checkpoint=True),
    replace(CAPABLE, in_place=False, maximum_task_managers=2),
    replace(CAPABLE, provisioned=False, maximum_slots=3),
    replace(CAPABLE, savepoint=False, vertices=False, maximum_parallelism=2),
)
MANY = Configurations(
    replace(SMALL, parallelism=p, slots=s, memory_mb=m, checkpoint_interval_seconds=i, vertices=v)
    for p, s, m, i, v in product(
        (1, 2, 3, 4), (1, 2), (1024, 2048), (10.0, 30.0), ((), (("v", 1),))
    )
)


@pytest.mark.parametrize("able", ABLE)
def test_the_gentlest_ways_are_those_between_any_two(able: Capabilities) -> None:
    """Asked about at once or one by one, each way is the same."""
    for origin in (MANY[0], MANY[9], MANY[-1]):
        one_by_one = [path_between(origin, target, able) for target in MANY]
        numbers = [len(PATHS) if path is None else PATHS.index(path) for path in one_by_one]
        assert gentlest_ways(origin, MANY, able).tolist() == numbers


@pytest.mark.parametrize("able", ABLE)
def test_possible_ways_are_all_ways_between_any_two(able: Capabilities) -> None:
    """`W x X x X` says what `paths_between` says."""
    possible = possible_ways(Configurations(MANY[:20]), able)
    for row, column in product(range(20), range(20)):
        paths = paths_between(MANY[row], MANY[column], able)
        assert [PATHS[w] for w in possible[:, row, column].nonzero()[0]] == list(paths)
