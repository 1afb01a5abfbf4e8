import numpy as np
import pytest

from flow_builders import a_trace
from horae.simulation.world.draining import near_load


def test_it_is_the_mean_of_the_last_minute_and_at_least_what_comes() -> None:
    """300 records/s from second 100 on: at once, and still some of it after the load is gone."""
    load = np.zeros(400)
    load[100:200] = 300.0
    found = near_load(a_trace(load))
    assert not found[:100].any()
    assert found[100:200] == pytest.approx(300)
    # At the end of second 229 the last minute had 30 s of it, at 259 none: a tenth of the mean
    # so far, 30,000 records over 260 s.
    assert found[229] == pytest.approx(150)
    assert found[259] == pytest.approx(0.1 * 30_000 / 260)


def test_it_knows_nothing_of_what_is_to_come() -> None:
    """Another load later changes nothing before."""
    load = np.random.default_rng(1).uniform(0, 100, 500)
    other = np.concatenate([load[:250], 7 * load[250:]])
    assert near_load(a_trace(load))[:250] == pytest.approx(near_load(a_trace(other))[:250])
