"""Outages of our own actions and what they leave behind."""

import math

import numpy as np
import pytest

from horae.domain.action import RescalePath
from horae.performance.log_normal import LogNormalBelief
from horae.performance.outage import catch_up_seconds, fit_outage


def test_before_any_outcome_the_medians_are_the_priors() -> None:
    """In place 5 s, by savepoint 8 s, with wide margins."""
    model = fit_outage([])
    assert model.quantile(RescalePath.IN_PLACE, 0.5) == pytest.approx(5)
    assert model.quantile(RescalePath.SAVEPOINT, 0.5) == pytest.approx(8)
    assert model.quantile(RescalePath.SAVEPOINT, 0.95) > 2 * 8


def test_an_outcome_moves_its_own_path_only() -> None:
    """A prior worth one of 5 s and one outage of 20 s: median sqrt(5 x 20) = 10 s."""
    model = fit_outage([(RescalePath.IN_PLACE, 20.0)])
    assert model.quantile(RescalePath.IN_PLACE, 0.5) == pytest.approx(10)
    assert model.quantile(RescalePath.SAVEPOINT, 0.5) == pytest.approx(8)
    assert model.summary()["in_place_observed"] == 1


def test_the_update_is_the_conjugate_one() -> None:
    """Prior ln 1 = 0 with weight 1, shape 3, scale 1.5 x 0.25 = 0.375; seen e and e**3.

    Weight 3, mean (0 + 1 + 3) / 3; shape 3 + 1; scale 0.375 + (1 + 1) / 2 + 1 x 2 / 3 x 2**2 / 2.
    """
    belief = LogNormalBelief.guess(1.0, 0.5).updated([math.e, math.e**3])
    assert (belief.weight, belief.shape, belief.seen) == (3, 4, 2)
    assert belief.mean == pytest.approx(4 / 3)
    assert belief.scale == pytest.approx(0.375 + 1 + 4 / 3)


def test_equal_outages_sharpen() -> None:
    """Ten outages of 6 s: the 95 % quantile comes down to less than 10 s."""
    model = fit_outage([(RescalePath.SAVEPOINT, 6.0)] * 10)
    assert model.quantile(RescalePath.SAVEPOINT, 0.5) == pytest.approx(6, rel=0.05)
    assert model.quantile(RescalePath.SAVEPOINT, 0.95) < 10


def test_draws_follow_the_quantiles() -> None:
    """A tenth of many draws lies beyond the 90 % quantile; all are positive."""
    model = fit_outage([(RescalePath.IN_PLACE, 4.0), (RescalePath.IN_PLACE, 7.0)])
    drawn = model.draws(RescalePath.IN_PLACE, 20_000, np.random.default_rng(7))
    beyond = (drawn > model.quantile(RescalePath.IN_PLACE, 0.9)).mean()
    assert beyond == pytest.approx(0.1, abs=0.01)
    assert drawn.min() > 0


def test_catching_up_takes_the_backlog_over_the_spare_capacity() -> None:
    """300/s x (8 + 2) s = 3,000 records at 500 - 300 = 200/s: 15 s; none to spare: never."""
    seconds = catch_up_seconds(
        8.0, load=300.0, capacity=np.array([500.0, 300.0, 200.0]), replayed_seconds=2.0
    )
    assert seconds.tolist() == [15.0, math.inf, math.inf]
