"""Outages of our own actions and what they leave behind."""

import math

import numpy as np
import pytest

from horae.domain.action import RescalePath
from horae.performance.log_normal import LogNormalBelief
from horae.performance.outage import (
    PRIORS,
    catch_up_seconds,
    fit_outage,
    outage_interval,
    replayed_seconds,
)


@pytest.mark.parametrize(
    ("path", "median", "factor"),
    [
        (RescalePath.IN_PLACE, 2.0, 5.75),
        (RescalePath.SAVEPOINT, 4.5, 3.90),
        (RescalePath.CHECKPOINT, 4.5, 3.90),
        (RescalePath.RESTART, 4.0, 5.75),
    ],
)
def test_before_any_outcome_the_priors_are_told(
    path: RescalePath, median: float, factor: float
) -> None:
    """Student with 6 degrees: 1.943 deviations; exp(1.943 x 0.9) = 5.75, exp(... x 0.7) = 3.90."""
    model = fit_outage([])
    low, high = outage_interval(model, path)
    assert model.quantile(path, 0.5) == pytest.approx(median)
    assert (high / median, median / low) == pytest.approx((factor, factor), rel=0.01)


def test_an_outcome_moves_its_own_path_only() -> None:
    """A prior worth one of 2 s and one outage of 18 s: median sqrt(2 x 18) = 6 s."""
    model = fit_outage([(RescalePath.IN_PLACE, 18.0)])
    assert model.quantile(RescalePath.IN_PLACE, 0.5) == pytest.approx(6)
    assert model.summary()["in_place_observed"] == 1
    for path in (RescalePath.SAVEPOINT, RescalePath.CHECKPOINT, RescalePath.RESTART):
        assert model.beliefs[path] == PRIORS[path]


def hits(path: RescalePath, outages: np.ndarray) -> int:
    """How many of these outages lay in the interval that was told before each."""
    belief, inside = PRIORS[path], 0
    for seconds in outages:
        low, high = belief.quantile(0.05), belief.quantile(0.95)
        inside += low <= seconds <= high
        belief = belief.updated([seconds])
    return inside


@pytest.mark.parametrize("path", [RescalePath.IN_PLACE, RescalePath.CHECKPOINT])
def test_nine_of_ten_outages_lie_in_the_interval_told_before(path: RescalePath) -> None:
    """Exactly, where mean and deviation come from the prior: also after outages were seen.

    200 clusters of 10 outages are 2,000 trials of 0.9, hits within 4 deviations of 13.4 of 1,800.
    Outages of one cluster are not independent of what was told, but their hits are.
    """
    rng, prior, total = np.random.default_rng(11), PRIORS[path], 0
    for _ in range(200):
        variance = prior.scale / rng.gamma(prior.shape)
        mean = prior.mean + math.sqrt(variance / prior.weight) * rng.standard_normal()
        total += hits(path, np.exp(mean + math.sqrt(variance) * rng.standard_normal(10)))
    assert abs(total - 1_800) < 4 * 13.4


@pytest.mark.parametrize("path", [RescalePath.IN_PLACE, RescalePath.SAVEPOINT])
@pytest.mark.parametrize("median", [0.5, 2.0, 6.0, 20.0])
@pytest.mark.parametrize("deviation", [0.1, 0.3, 0.6])
def test_of_forty_outages_of_any_cluster_thirty_two_lie_within(
    path: RescalePath, median: float, deviation: float
) -> None:
    """A cluster far from the prior costs the first outages only: 40 x 0.9 = 36, less some."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        assert hits(path, median * np.exp(deviation * rng.standard_normal(40))) >= 31
    fair = [hits(path, median * np.exp(deviation * rng.standard_normal(40))) for _ in range(20)]
    assert np.mean(fair) >= 34


def test_outages_that_depend_on_the_direction_are_covered() -> None:
    """Out for 5 s and in for half a second, in turns: the interval takes in both."""
    rng = np.random.default_rng(6)
    for _ in range(20):
        turns = np.where(np.arange(40) % 2, 0.5, 5.0)
        assert hits(RescalePath.IN_PLACE, turns * np.exp(0.2 * rng.standard_normal(40))) >= 32


def test_the_update_is_the_conjugate_one() -> None:
    """Prior ln 1 = 0 with weight 1, shape 3, scale 1.5 x 0.25 = 0.375; seen e and e**3.

    Weight 3, mean (0 + 1 + 3) / 3; shape 3 + 1; scale 0.375 + (1 + 1) / 2 + 1 x 2 / 3 x 2**2 / 2.
    """
    belief = LogNormalBelief.guess(1.0, 0.5).updated([math.e, math.e**3])
    assert (belief.weight, belief.shape, belief.seen) == (3, 4, 2)
    assert belief.mean == pytest.approx(4 / 3)
    assert belief.scale == pytest.approx(0.375 + 1 + 4 / 3)


def test_equal_outages_sharpen() -> None:
    """Ten outages of 6 s: the 95 % quantile comes down from 17.5 s to less than 10.5 s."""
    model = fit_outage([(RescalePath.SAVEPOINT, 6.0)] * 10)
    assert model.quantile(RescalePath.SAVEPOINT, 0.5) == pytest.approx(6, rel=0.05)
    assert model.quantile(RescalePath.SAVEPOINT, 0.95) < 10.5


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


def test_only_ways_without_a_snapshot_read_again() -> None:
    """From a checkpoint between its duration and an interval more, 2 + 10 / 2 s on the mean."""

    def drawn(path: RescalePath) -> np.ndarray:
        rng = np.random.default_rng(3)
        return replayed_seconds(path, 5_000, rng, interval=10.0, duration=2.0)

    for path in (RescalePath.IN_PLACE, RescalePath.SAVEPOINT):
        assert not drawn(path).any()
    for path in (RescalePath.CHECKPOINT, RescalePath.RESTART):
        assert 2.0 <= drawn(path).min() < drawn(path).max() <= 12.0
        assert drawn(path).mean() == pytest.approx(7.0, abs=0.2)
