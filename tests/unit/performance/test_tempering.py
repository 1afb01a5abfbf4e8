"""Tempering against posteriors known in closed form."""

import numpy as np
import pytest

from horae.performance.models import Floats
from horae.performance.tempering import temper


def standard_normal(points: Floats) -> Floats:
    """Up to a constant."""
    return -0.5 * (points**2).sum(axis=1)


def test_a_gaussian_measured_with_gaussian_noise() -> None:
    """Prior N(0, 1), one value 2 with deviation 0.1: mean 2 / 1.01 = 1.980, variance 1 / 101."""
    rng = np.random.default_rng(4)
    start = rng.standard_normal((2000, 3))
    sample = temper(start, standard_normal, lambda x: -0.5 * ((x[:, 0] - 2) / 0.1) ** 2, rng)
    assert sample[:, 0].mean() == pytest.approx(1.980, abs=0.01)
    assert sample[:, 0].std() == pytest.approx(0.0995, rel=0.08)
    assert sample[:, 1:].std(axis=0) == pytest.approx([1, 1], rel=0.08)


def test_a_cut_prior_stays_cut() -> None:
    """Half normal above 0, pulled below it by the data: no particle crosses."""
    rng = np.random.default_rng(5)
    start = np.abs(rng.standard_normal((1000, 2)))

    def above(points: Floats) -> Floats:
        return np.where((points > 0).all(axis=1), standard_normal(points), -np.inf)

    sample = temper(start, above, lambda x: -0.5 * ((x[:, 0] + 1) / 0.3) ** 2, rng)
    assert sample.min() > 0
    assert sample[:, 0].mean() < 0.15


def test_a_likelihood_much_sharper_than_the_prior_is_found() -> None:
    """A value known to 1 / 10,000 of the prior's deviation."""
    rng = np.random.default_rng(6)
    start = rng.standard_normal((1000, 2))
    sample = temper(start, standard_normal, lambda x: -0.5 * ((x[:, 0] - 0.5) / 1e-4) ** 2, rng)
    assert sample[:, 0].mean() == pytest.approx(0.5, abs=2e-5)
