"""Loads that a person supposes, in the form of a forecast."""

import numpy as np
import pandas as pd
import pytest

from horae.errors import NotReady
from horae.forecasting.forecasters import FALLBACK, forecaster
from horae.forecasting.supposed import ConstantLoad, ScaledForecaster

GRID = 5.0
NAIVE = forecaster(FALLBACK, season_seconds=300.0, grid_seconds=GRID)


def a_load(rows: int = 50) -> pd.Series:
    """A load that goes up and down, records/s."""
    index = pd.date_range("2026-01-01", periods=rows, freq="5s", tz="UTC")
    return pd.Series(100 + 10 * np.sin(np.arange(rows)), index=index)


def rng() -> np.random.Generator:
    """The same chance each time."""
    return np.random.default_rng(1)


def test_a_constant_load_is_the_same_for_certain() -> None:
    """Every quantile and path of every step; it begins one grid after the last row."""
    load = a_load(1)
    supposed = ConstantLoad(load_records_per_second=600, grid_seconds=GRID)
    found = supposed.forecast(load, job="ysb", steps=24, rng=rng())
    assert (found.forecaster, found.steps, found.trained_on_rows) == ("supposed", 24, 0)
    assert found.start == load.index[-1] + pd.Timedelta(seconds=GRID)
    assert (found.quantiles == 600).all()
    assert (found.paths == 600).all()
    assert found.peak(0.01) == found.peak(0.99) == 600


def test_a_constant_load_begins_nowhere_without_a_past() -> None:
    """Not one row: not yet, which is no fault."""
    supposed = ConstantLoad(load_records_per_second=600, grid_seconds=GRID)
    with pytest.raises(NotReady, match="no row was measured yet"):
        supposed.forecast(a_load(0), job="ysb", steps=24, rng=rng())


def test_a_factor_multiplies_quantiles_and_paths_alike() -> None:
    """The same chance as without it, three times as much."""
    plain = NAIVE.forecast(a_load(), job="ysb", steps=24, rng=rng())
    scaled = ScaledForecaster(forecaster=NAIVE, factor=3.0)
    found = scaled.forecast(a_load(), job="ysb", steps=24, rng=rng())
    np.testing.assert_allclose(found.quantiles, 3 * plain.quantiles)
    np.testing.assert_allclose(found.paths, 3 * plain.paths)
    assert found.start == plain.start
    assert found.forecaster == scaled.name == "seasonal_naive times 3"
