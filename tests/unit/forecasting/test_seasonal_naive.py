import numpy as np
import pandas as pd
import pytest

from horae.domain.forecast import LoadForecast
from horae.errors import NotReady
from horae.forecasting.seasonal_naive import SeasonalNaive


def foresee(values: np.ndarray, *, steps: int) -> LoadForecast:
    """Seasons of ten minutes, a row a minute."""
    index = pd.date_range("2026-01-01", periods=len(values), freq="60s", tz="UTC")
    naive = SeasonalNaive(season_seconds=600, grid_seconds=60)
    load = pd.Series(values, index=index, dtype=np.float64)
    return naive.forecast(load, job="ysb", steps=steps, rng=np.random.default_rng(0))


def test_a_pure_season_is_exact() -> None:
    """After three equal seasons of ten minutes every quantile of the fourth is that season."""
    season = np.array([1.0, 5, 9, 13, 20, 13, 9, 5, 3, 2])
    forecast = foresee(np.tile(season, 3), steps=25)
    assert forecast.quantiles == pytest.approx(
        np.tile(np.tile(season, 3)[:25, None], len(forecast.levels))
    )


def test_a_season_that_was_10_higher_may_be_so_again() -> None:
    """One season at 100, the next at 110: it was 10 too low each time, so 120 is foreseen."""
    forecast = foresee(np.repeat([100.0, 110.0], 10), steps=5)
    assert forecast.quantiles == pytest.approx(np.full(forecast.quantiles.shape, 120.0))


def test_a_quarter_of_a_second_season_already_has_a_spread() -> None:
    """13 rows, a season of ten: three costs, 0, 2 and 4, are the three errors at each step."""
    season = [5.0, 5, 5, 5, 5, 5, 5, 5, 5, 5]
    forecast = foresee(np.array([*season, 5, 7, 9]), steps=4)
    middle = forecast.quantiles[:, forecast.levels.index(0.5)]
    # The last season's next four rows are 5, and the middle one of the errors is 2.
    assert middle == pytest.approx(np.full(4, 7.0))
    assert (forecast.quantiles[:, -1] > 9).all()


def test_before_a_season_the_last_value_is_the_middle() -> None:
    """Points that end at 50: the median stays there, and the spread grows with time."""
    forecast = foresee(np.array([40.0, 42, 41, 44, 43, 47, 50]), steps=8)
    low, middle, high = (forecast.quantiles[:, forecast.levels.index(p)] for p in (0.1, 0.5, 0.9))
    assert middle == pytest.approx(np.full(8, 50.0), abs=5)
    assert (high - low)[-1] > 1.5 * (high - low)[0]


def test_a_rise_may_go_on_or_turn() -> None:
    """After a steady rise of 10 a minute, five minutes on is 50 more or 50 less."""
    forecast = foresee(np.arange(0.0, 80.0, 10.0) + 100, steps=3)
    assert forecast.quantiles[2, forecast.levels.index(0.9)] == pytest.approx(170 + 30)
    assert forecast.quantiles[2, forecast.levels.index(0.1)] == pytest.approx(170 - 30)


def test_five_points_are_too_few() -> None:
    """Six are the least."""
    with pytest.raises(NotReady, match="wait for 1 more"):
        foresee(np.ones(5), steps=1)
    assert foresee(np.ones(6), steps=1).trained_on_rows == 6
