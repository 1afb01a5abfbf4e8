"""Glances added up by hand."""

import pytest
from demo_builders import a_glance

from control_builders import SMALL, at
from horae.demo.tally import Tally, tally
from horae.demo.watch import Glance
from horae.domain.limits import Prices

PRICES = Prices(core_hour=0.04, gb_hour=0.005, violation_second=0, action=0)


def added_up(*glances: Glance) -> Tally:
    """With a limit of 10 s, against four slots all the time."""
    return tally(glances, limit_seconds=10, prices=PRICES, static=at(4))


def test_resources_and_money() -> None:
    """Half an hour on one TaskManager, half an hour on two.

    1 core x 0.5 h + 2 cores x 0.5 h = 1.5 core-h; 768 MB = 0.75 GiB, so 1.125 GiB-h;
    1.5 x 0.04 + 1.125 x 0.005 = 0.065625. Static: 4 cores, 3 GiB: 4 x 0.04 + 3 x 0.005 = 0.175.
    """
    two = (SMALL.shape, SMALL.shape)
    sums = added_up(a_glance(0), a_glance(1800, task_managers=two), a_glance(3600))
    assert sums.seconds == 3600
    assert sums.core_hours == pytest.approx(1.5)
    assert sums.gb_hours == pytest.approx(1.125)
    assert sums.money == pytest.approx(0.065625)
    assert sums.static_money == pytest.approx(0.175)


def test_idle_task_managers_cost() -> None:
    """A job that is down needs none, and yet two are there: 2 cores x 1 h."""
    down = {"configuration": None, "task_managers": (SMALL.shape,) * 2}
    assert added_up(a_glance(0, **down), a_glance(3600)).core_hours == pytest.approx(2.0)


def test_time_within_the_limit() -> None:
    """10 s exactly is within; 11 s and unknown are beyond: 4 of 10 s are within."""
    sums = added_up(
        a_glance(0, latency_seconds=10.0),
        a_glance(4, latency_seconds=11.0),
        a_glance(6, latency_seconds=None),
        a_glance(10),
    )
    assert sums.within_limit == pytest.approx(0.4)


def test_longest_stretch_beyond_the_limit() -> None:
    """From 2 to 8 s, and from 10 to 12 s: what was seen holds until the next look."""
    late = {"latency_seconds": 60.0}
    sums = added_up(
        a_glance(0),
        a_glance(2, **late),
        a_glance(4, **late),
        a_glance(8),
        a_glance(10, **late),
        a_glance(12),
    )
    assert sums.longest_beyond_seconds == pytest.approx(6.0)
    assert sums.within_limit == pytest.approx(1 - 8 / 12)


def test_a_single_glance_is_no_tally() -> None:
    """There is no time between."""
    with pytest.raises(ValueError, match="got 1 glances"):
        added_up(a_glance(0))
