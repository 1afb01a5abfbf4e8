"""Many configurations at once."""

from dataclasses import replace
from itertools import product

import numpy as np

from horae.domain.candidate import Candidates
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.domain.limits import Prices

ONE = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)
MANY = Configurations(
    replace(ONE, parallelism=p, slots=s, cpu_cores=c, memory_mb=m, checkpoint_interval_seconds=i)
    for p, s, c, m, i in product((1, 3, 4, 7), (1, 2, 4), (0.5, 2.0), (1024, 1536), (10.0, 30.0))
)
PRICES = Prices(core_hour=0.04, gb_hour=0.005, violation_second=0.01, action=0.05)


def test_many_configurations_are_a_tuple_of_them() -> None:
    """They compare, and are found in a dictionary, like any tuple; of them they are themselves."""
    same = tuple(MANY)
    assert (same == MANY, {same: "known"}[MANY]) == (True, "known")
    assert Configurations.of(MANY) is MANY
    assert Configurations.of(list(MANY)) == MANY


def test_columns_are_what_each_one_says() -> None:
    """Axes, totals and prices, one by one and to the last bit."""
    for axis in (
        "parallelism",
        "slots",
        "cpu_cores",
        "memory_mb",
        "checkpoint_interval_seconds",
        "total_cores",
        "total_memory_gb",
    ):
        assert getattr(MANY, axis).tolist() == [getattr(one, axis) for one in MANY]
    assert PRICES.each_per_hour(MANY).tolist() == [PRICES.per_hour(one) for one in MANY]


def test_what_is_alike_is_there_once() -> None:
    """48 of 96 differ in more than the interval, and from them each is put together again."""
    alike = MANY.alike
    assert (len(alike.running), alike.intervals.tolist()) == (48, [10.0, 30.0])
    spaced = alike.intervals[alike.spaced].tolist()
    again = [
        replace(alike.running[place], checkpoint_interval_seconds=interval)
        for place, interval in zip(alike.ran.tolist(), spaced, strict=True)
    ]
    assert again == list(MANY)


def test_candidates_are_read_one_by_one() -> None:
    """The second of two has the second of each column."""
    two = Candidates(
        configurations=Configurations(MANY[:2]),
        money_per_hour=np.array([1.0, 2.0]),
        latency_risk=np.array([0.1, 0.2]),
        recovery_seconds=np.array([10.0, 20.0]),
        capacity=np.array([100.0, 200.0]),
    )
    first, second = two
    assert (len(two), first, second) == (2, two[0], two[1])
    assert second.configuration == MANY[1]
    assert (second.money_per_hour, second.latency_risk) == (2.0, 0.2)
    assert (second.recovery_seconds, second.capacity) == (20.0, 200.0)
