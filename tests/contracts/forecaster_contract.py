"""What every forecaster promises."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from horae.domain.forecast import LoadForecast
from horae.errors import NotReady
from horae.forecasting.forecaster import Forecaster

GRID_SECONDS = 5.0
SEASON_STEPS = 60
STEPS = 20


def a_load(values: np.ndarray) -> pd.Series:
    """`values`, records/s, on the grid."""
    index = pd.date_range(
        "2026-01-01", periods=len(values), freq=pd.Timedelta(seconds=GRID_SECONDS), tz="UTC"
    )
    return pd.Series(values, index=index, dtype=np.float64)


def a_season(rows: int, *, noise: float = 0.0, seed: int = 0) -> pd.Series:
    """400 to 1,600 records/s, once a season."""
    wave = 1_000 - 600 * np.cos(2 * np.pi * np.arange(rows) / SEASON_STEPS)
    return a_load(wave * (1 + noise * np.random.default_rng(seed).standard_normal(rows)))


class ForecasterContract:
    """Subclass it, and give a `forecaster` fixture made for the grid and season above."""

    rows = 3 * SEASON_STEPS

    def foresee(
        self, forecaster: Forecaster, load: pd.Series, *, steps: int = STEPS, seed: int = 1
    ) -> LoadForecast:
        """Forecast with a fresh source of chance."""
        rng = np.random.default_rng(seed)
        return forecaster.forecast(load, job="ysb", steps=steps, rng=rng)

    def test_begins_one_grid_after_the_load(self, forecaster: Forecaster) -> None:
        """Start, grid, steps and job are those asked for."""
        load = a_season(self.rows, noise=0.02)
        forecast = self.foresee(forecaster, load)
        assert forecast.start == load.index[-1] + timedelta(seconds=GRID_SECONDS)
        assert forecast.grid_seconds == GRID_SECONDS
        assert forecast.steps == STEPS
        assert forecast.job == "ysb"
        assert forecast.forecaster == forecaster.name

    def test_a_silent_end_is_foreseen_too(self, forecaster: Forecaster) -> None:
        """With the last two rows unmeasured the forecast still begins after the last row."""
        load = a_season(self.rows)
        silent = load.copy()
        silent.iloc[-2:] = np.nan
        forecast = self.foresee(forecaster, silent)
        assert forecast.start == self.foresee(forecaster, load).start
        assert forecast.steps == STEPS
        assert forecast.trained_on_rows == self.rows - 2

    @settings(
        max_examples=25,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(
        level=st.floats(0, 1e6),
        noise=st.floats(0, 2),
        seed=st.integers(0, 2**16),
        steps=st.integers(1, 30),
    )
    def test_quantiles_ascend_and_nothing_is_negative(
        self, forecaster: Forecaster, level: float, noise: float, seed: int, steps: int
    ) -> None:
        """Whatever the load: finite, ascending along the levels, never below zero."""
        rng = np.random.default_rng(seed)
        load = a_load(level * np.abs(1 + noise * rng.standard_normal(self.rows)))
        forecast = self.foresee(forecaster, load, steps=steps)
        assert forecast.quantiles.shape == (steps, len(forecast.levels))
        assert forecast.paths.shape[1] == steps
        assert np.isfinite(forecast.quantiles).all()
        assert np.isfinite(forecast.paths).all()
        assert (np.diff(forecast.quantiles, axis=1) >= 0).all()
        assert forecast.quantiles.min() >= 0
        assert forecast.paths.min() >= 0
        assert list(forecast.levels) == sorted(forecast.levels)

    def test_there_are_enough_paths(self, forecaster: Forecaster) -> None:
        """At least 200 paths, so that their 99 % quantile rests on more than one of them."""
        assert len(self.foresee(forecaster, a_season(self.rows, noise=0.02)).paths) >= 200

    def test_paths_spread_as_the_quantiles_say(self, forecaster: Forecaster) -> None:
        """At every step about 80 % of the paths lie between the 10 % and the 90 % quantile."""
        forecast = self.foresee(forecaster, a_season(self.rows, noise=0.1))
        low, high = (forecast.quantiles[:, forecast.levels.index(level)] for level in (0.1, 0.9))
        inside = ((forecast.paths >= low) & (forecast.paths <= high)).mean(axis=0)
        # 256 paths: a standard error of sqrt(.8 x .2 / 256) = 2.5 points; five of them, as the
        # errors of neighbouring origins overlap.
        assert inside == pytest.approx(np.full(STEPS, 0.8), abs=0.125)

    def test_same_seed_same_bytes(self, forecaster: Forecaster) -> None:
        """A forecast follows from load and seed alone."""
        load = a_season(self.rows, noise=0.05)
        one, two = (self.foresee(forecaster, load) for _ in range(2))
        assert one.quantiles.tobytes() == two.quantiles.tobytes()
        assert one.paths.tobytes() == two.paths.tobytes()

    def test_the_load_is_left_as_it_was(self, forecaster: Forecaster) -> None:
        """Forecasting changes nothing of what it is given."""
        load = a_season(self.rows, noise=0.05)
        load.iloc[30:32] = np.nan
        before = load.copy()
        self.foresee(forecaster, load)
        pd.testing.assert_series_equal(load, before)

    def test_a_short_gap_is_bridged_and_counted(self, forecaster: Forecaster) -> None:
        """Three unmeasured rows in a constant load change nothing but the count."""
        load = a_load(np.full(self.rows, 700.0))
        load.iloc[-30:-27] = np.nan
        forecast = self.foresee(forecaster, load)
        assert forecast.bridged_rows == 3
        assert forecast.trained_on_rows == self.rows
        assert forecast.quantiles == pytest.approx(np.full(forecast.quantiles.shape, 700.0))

    def test_what_lies_before_a_long_gap_is_not_used(self, forecaster: Forecaster) -> None:
        """Before a gap of ten rows the load may have been anything."""
        recent = a_season(self.rows + 100, noise=0.02)
        recent.iloc[90:100] = np.nan
        other = recent.copy()
        other.iloc[:90] = 9_999.0
        one, two = self.foresee(forecaster, recent), self.foresee(forecaster, other)
        assert one.paths.tobytes() == two.paths.tobytes()
        assert one.trained_on_rows == self.rows

    def test_a_long_silence_is_not_ready(self, forecaster: Forecaster) -> None:
        """When the newest measured row is ten rows old there is nothing to start from."""
        load = a_season(self.rows)
        load.iloc[-10:] = np.nan
        with pytest.raises(NotReady, match="10 grid points old"):
            self.foresee(forecaster, load)

    @pytest.mark.parametrize("rows", [0, 1, 3])
    def test_a_few_rows_are_not_enough(self, forecaster: Forecaster, rows: int) -> None:
        """From three points on nothing can be said of the spread."""
        with pytest.raises(NotReady):
            self.foresee(forecaster, a_season(rows))

    def test_another_grid_is_refused(self, forecaster: Forecaster) -> None:
        """A load on a ten-second grid is not read as if it were on the five-second one."""
        with pytest.raises(NotReady, match="grid of 10 s"):
            self.foresee(forecaster, a_season(2 * self.rows).iloc[::2])

    def test_a_constant_load_stays(self, forecaster: Forecaster) -> None:
        """Without any change seen, none is foreseen: every quantile and path is the constant."""
        forecast = self.foresee(forecaster, a_load(np.full(self.rows, 250.0)))
        assert forecast.quantiles == pytest.approx(np.full(forecast.quantiles.shape, 250.0))
        assert forecast.paths == pytest.approx(np.full(forecast.paths.shape, 250.0))

    def test_a_pure_season_comes_again(self, forecaster: Forecaster) -> None:
        """The median of a noiseless season is the season, within 2 % of its mean."""
        known = a_season(self.rows + STEPS)
        forecast = self.foresee(forecaster, known.iloc[: self.rows])
        median = forecast.quantiles[:, forecast.levels.index(0.5)]
        assert median == pytest.approx(known.to_numpy()[self.rows :], abs=20.0)

    def test_the_interval_covers_what_it_says(self, forecaster: Forecaster) -> None:
        """Over 30 origins of a noisy season the 80 % interval covers 70 % to 92 %."""
        known = a_season(self.rows + 60 + STEPS, noise=0.1, seed=7)
        covered = []
        for origin in range(self.rows, self.rows + 60, 2):
            forecast = self.foresee(forecaster, known.iloc[:origin])
            low, high = (
                forecast.quantiles[:, forecast.levels.index(level)] for level in (0.1, 0.9)
            )
            actual = known.to_numpy()[origin : origin + STEPS]
            covered.append(((low <= actual) & (actual <= high)).mean())
        assert 0.70 <= np.mean(covered) <= 0.92
