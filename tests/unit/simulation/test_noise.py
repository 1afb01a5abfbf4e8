import math

import numpy as np
import pytest

from horae.simulation.cluster.noise import persistent_noise, smearing_factor


class TestPersistentNoise:
    """Chance that lasts."""

    def test_it_has_unit_deviation_and_forgets_by_e_in_its_time(self) -> None:
        """400,000 scores that last 60 s are about 3,300 independent ones: 4 % is two of theirs."""
        scores = persistent_noise([5], 60.0, 400_000)
        assert scores.std() == pytest.approx(1.0, abs=0.04)
        later = float(np.corrcoef(scores[:-60], scores[60:])[0, 1])
        assert later == pytest.approx(math.exp(-1), abs=0.04)

    def test_its_recursion_is_the_one_that_is_cited(self) -> None:
        """x_t = phi x_(t-1) + sqrt(1 - phi^2) e_t, begun with e_0, for phi = exp(-1/2)."""
        drawn, phi = np.random.default_rng([5, 1]).standard_normal(4), math.exp(-0.5)
        expected = [drawn[0]]
        for score in drawn[1:]:
            expected.append(phi * expected[-1] + math.sqrt(1 - phi**2) * score)
        assert persistent_noise([5, 1], 2.0, 4) == pytest.approx(expected)

    def test_more_of_it_begins_alike(self) -> None:
        """The first ten seconds do not depend on how many follow."""
        assert (persistent_noise([5], 9.0, 10) == persistent_noise([5], 9.0, 1_000)[:10]).all()

    def test_a_mean_over_it_deviates_by_the_factor(self) -> None:
        """Over 60 s of what lasts 60 s: sqrt(2 exp(-1)) = 0.858."""
        assert smearing_factor(60.0, 60.0) == pytest.approx(math.sqrt(2 / math.e))
        totals = np.cumsum(persistent_noise([5], 60.0, 400_000))
        means = (totals[60:] - totals[:-60]) / 60
        assert means.std() == pytest.approx(smearing_factor(60.0, 60.0), abs=0.04)

    def test_a_mean_over_nothing_is_itself(self) -> None:
        """The factor tends to 1, without a loss of digits."""
        assert smearing_factor(1e-9, 60.0) == 1.0
        assert smearing_factor(0.1, 60.0) == pytest.approx(1.0, abs=1e-3)
