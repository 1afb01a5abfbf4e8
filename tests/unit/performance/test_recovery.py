"""Recovery from the loss of a TaskManager."""

import math

import numpy as np
import pytest
from synthetic_job import at

from horae.performance.log_normal import LogNormalBelief
from horae.performance.partitioning import Partitioning
from horae.performance.recovery import FluidRecovery, fit_recovery


def model(dark: float, replacement: float, checkpoint: float = 2.0) -> FluidRecovery:
    """A model with a known dark time."""
    return FluidRecovery(
        dark=LogNormalBelief.guess(dark, 0.1),
        checkpoint_seconds=checkpoint,
        replacement_seconds=replacement,
        partitioning=Partitioning(partitions=4),
    )


def test_replaced_at_once_it_is_dark_time_and_backlog_over_spare_capacity() -> None:
    """Dark 20, age 10 + 2, load 300, capacity 500: 20 + 300 x (12 + 20) / 200 = 68 s."""
    seconds = model(20, replacement=0).seconds([at(1)], load=300.0, capacity=np.array([500.0]))
    assert seconds == pytest.approx([68])


def test_the_only_task_manager_is_waited_for() -> None:
    """Replaced after 50 s: 300 x (32 + 30) = 18,600 records wait; 50 + 18,600 / 200 = 143 s."""
    seconds = model(20, replacement=50).seconds([at(1)], load=300.0, capacity=np.array([500.0]))
    assert seconds == pytest.approx([143])


def test_what_is_left_may_do_before_the_replacement_comes() -> None:
    """4 slots of 500 less one leave 3, worth 2 on 4 partitions: 1,000 of 2,000.

    Load 400: 20 + 400 x 32 / (1,000 - 400) = 41.3 s, before the replacement at 100 s.
    """
    seconds = model(20, replacement=100).seconds([at(4)], load=400.0, capacity=np.array([2000.0]))
    assert seconds == pytest.approx([20 + 12_800 / 600])


def test_what_is_left_slows_the_growth_until_the_replacement_comes() -> None:
    """Load 1,200 on 1,000 for 30 s: 1,200 x 32 + 200 x 30 = 44,400; 50 + that / 800 = 105.5 s."""
    seconds = model(20, replacement=50).seconds([at(4)], load=1200.0, capacity=np.array([2000.0]))
    assert seconds == pytest.approx([105.5])


def test_without_spare_capacity_it_never_recovers() -> None:
    """Capacity equal to the load or below it: infinite; the shape is that of the capacity."""
    seconds = model(20, replacement=0).seconds(
        [at(1), at(2)], load=500.0, capacity=np.array([[500.0, 900.0], [400.0, 1000.0]])
    )
    assert seconds.shape == (2, 2)
    assert np.isinf(seconds[:, 0]).all()
    assert np.isfinite(seconds[:, 1]).all()


def test_a_longer_interval_takes_longer() -> None:
    """50 s more to read again at 300/s and 200/s to spare: 75 s more."""
    short, long = at(1), at(1, checkpoint_interval_seconds=60.0)
    seconds = model(20, replacement=0).seconds(
        [short, long], load=300.0, capacity=np.array([500.0, 500.0])
    )
    assert seconds[1] - seconds[0] == pytest.approx(75)


def test_many_loads_are_many_answers() -> None:
    """Asked for three loads at once it says what it says for each, the endless one too."""
    some, capacity = [at(1), at(2), at(4)], np.array([[500.0, 900.0, 2000.0]] * 2)
    loads = np.array([100.0, 500.0, 950.0])
    at_once = model(20, replacement=50).seconds(some, load=loads[:, None, None], capacity=capacity)
    for load, seconds in zip(loads.tolist(), at_once, strict=True):
        alone = model(20, replacement=50).seconds(some, load=load, capacity=capacity)
        assert seconds.tolist() == alone.tolist()
    assert np.isinf(at_once[2, :, :2]).all()


def test_the_dark_time_is_learned_from_restarts() -> None:
    """A prior worth one of 25 s and three restarts of 16 s: (25 x 16**3) ** (1 / 4) = 17.9 s."""
    learned = fit_recovery(
        [16.0, 16.0, 16.0], checkpoint_seconds=None, partitioning=Partitioning(partitions=4)
    )
    assert learned.summary()["dark_seconds"] == pytest.approx(math.pow(25 * 16**3, 0.25))
    assert learned.summary()["dark_observed"] == 3
