import numpy as np
import pandas as pd
import pytest

from horae.domain.forecast import LoadForecast
from horae.errors import NotReady
from horae.forecasting.accuracy import backtest
from horae.forecasting.darts_forecaster import RidgeForecaster, forget_fits
from horae.forecasting.seasonal_naive import SeasonalNaive

DAY = 1_440


def a_load(values: np.ndarray, *, grid_seconds: float) -> pd.Series:
    """`values` on the grid."""
    grid = pd.Timedelta(seconds=grid_seconds)
    index = pd.date_range("2026-01-01", periods=len(values), freq=grid, tz="UTC")
    return pd.Series(values, index=index, dtype=np.float64)


def days_of_different_height(days: int, seed: int) -> pd.Series:
    """A daily wave whose height changes from day to day, with noise that lasts."""
    rng = np.random.default_rng(seed)
    rows = days * DAY
    wave = 2_000 - 900 * np.cos(2 * np.pi * np.arange(rows) / DAY)
    height = np.repeat(rng.normal(1, 0.1, days), DAY)
    drift = np.zeros(rows)
    for row in range(1, rows):
        drift[row] = 0.97 * drift[row - 1] + 0.012 * rng.standard_normal()
    return a_load(wave * height * np.exp(drift), grid_seconds=60)


def test_it_beats_the_last_season_where_days_differ() -> None:
    """Lags see that today is higher than yesterday: a WAPE at least a fifth lower."""
    load = days_of_different_height(4, seed=3)
    origins = range(3 * DAY, 4 * DAY - 60, 120)
    clock = {"season_seconds": 86_400.0, "grid_seconds": 60.0}
    ridge, naive = (
        backtest(forecaster, load, steps=60, origins=origins, seed=0)
        for forecaster in (RidgeForecaster(**clock), SeasonalNaive(**clock))
    )
    assert ridge.wape is not None
    assert naive.wape is not None
    assert ridge.wape < 0.8 * naive.wape


def test_the_peak_is_within_its_upper_quantile() -> None:
    """Over a day's origins the hour's real peak is below the 95 % quantile in 85 % of cases.

    The median of such models is known to fall short of peaks.
    """
    load = days_of_different_height(4, seed=5)
    ridge = RidgeForecaster(season_seconds=86_400, grid_seconds=60)
    below = []
    for origin in range(3 * DAY, 4 * DAY - 60, 45):
        rng = np.random.default_rng(origin)
        forecast = ridge.forecast(load.iloc[:origin], job="ysb", steps=60, rng=rng)
        below.append(load.iloc[origin : origin + 60].max() <= forecast.peak(0.95))
    assert np.mean(below) >= 0.85


def test_before_a_season_and_a_quarter_it_is_not_ready() -> None:
    """Season of 60 rows, horizon 20 (and 5 for silence): 60 fitted, 15 + 25 tried, 100 in all."""
    ridge = RidgeForecaster(season_seconds=300, grid_seconds=5)
    load = a_load(np.full(100, 50.0), grid_seconds=5)
    rng = np.random.default_rng(0)
    with pytest.raises(NotReady, match="99 grid points"):
        ridge.forecast(load.iloc[1:], job="ysb", steps=20, rng=rng)
    assert ridge.forecast(load, job="ysb", steps=20, rng=rng).trained_on_rows == 100


@pytest.mark.parametrize(("season_steps", "steps"), [(8, 3), (60, 60), (60, 150), (1_440, 1)])
def test_odd_seasons_and_horizons_work(season_steps: int, steps: int) -> None:
    """A season of a few rows, a horizon of a season or more, a single step."""
    ridge = RidgeForecaster(season_seconds=season_steps * 10, grid_seconds=10)
    rows = 2 * season_steps + 4 * steps + 60
    wave = 100 + 50 * np.sin(2 * np.pi * np.arange(rows) / season_steps)
    load = a_load(wave, grid_seconds=10)
    forecast = ridge.forecast(load, job="ysb", steps=steps, rng=np.random.default_rng(0))
    assert forecast.steps == steps
    assert forecast.quantiles.max() < 400


def test_a_fit_that_was_kept_foresees_what_a_new_one_does() -> None:
    """Whoever forecasts first, the answer is the same to the last bit."""
    load = days_of_different_height(3, seed=7)
    ridge = RidgeForecaster(season_seconds=86_400, grid_seconds=60)

    def paths(rows: int) -> np.ndarray:
        rng = np.random.default_rng(0)
        return ridge.forecast(load.iloc[:rows], job="ysb", steps=30, rng=rng).paths

    forget_fits()
    first, within_the_step = paths(2 * DAY), paths(2 * DAY + 29)
    forget_fits()
    assert np.array_equal(within_the_step, paths(2 * DAY + 29))
    assert np.array_equal(first, paths(2 * DAY))


def test_it_learns_from_whole_steps_of_the_season() -> None:
    """A step of a day is 30 min: its errors stay for 30 forecasts, the newest load always counts.

    The first row is at midnight, so rows 2880 to 2909 are within one step.
    """
    load = days_of_different_height(3, seed=7)
    ridge = RidgeForecaster(season_seconds=86_400, grid_seconds=60)

    def foresee(past: pd.Series) -> LoadForecast:
        return ridge.forecast(past, job="ysb", steps=30, rng=np.random.default_rng(0))

    def width(past: pd.Series) -> np.ndarray:
        quantiles = foresee(past).quantiles
        return quantiles[:, -1] - quantiles[:, 0]

    begin, end, beyond = (width(load.iloc[:rows]) for rows in (2_880, 2_909, 2_910))
    np.testing.assert_allclose(begin, end, rtol=1e-9)
    assert not np.allclose(begin, beyond, rtol=1e-6)
    higher = load.iloc[:2_909].copy()
    higher.iloc[-1] *= 1.5
    assert foresee(higher).quantiles[0, 4] > 1.2 * foresee(load.iloc[:2_909]).quantiles[0, 4]
