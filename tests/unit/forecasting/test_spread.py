from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from horae.domain.forecast import LoadForecast
from horae.forecasting.past import Past
from horae.forecasting.spread import Errors, Outlook, spread


def forecast_of(point: np.ndarray, errors: np.ndarray, *, silent: int = 0) -> LoadForecast:
    """The forecast of an outlook that rests on ten rows, one a minute."""
    past = Past(
        values=np.ones(10),
        index=pd.date_range("2026-01-01", periods=10, freq="60s", tz="UTC"),
        grid_seconds=60,
        bridged_rows=1,
        silent_steps=silent,
    )
    return spread(
        Outlook(point=point, errors=Errors.of(errors)),
        job="ysb",
        forecaster="some",
        past=past,
        rng=np.random.default_rng(0),
    )


def test_levels_stand_for_ranks() -> None:
    """With 99 errors -49 ... 49 the k-th smallest is the k % quantile: 10 % is -40 (k = 10)."""
    errors = np.arange(-49.0, 50.0)[:, None]
    forecast = forecast_of(np.array([1_000.0]), errors)
    at = dict(zip(forecast.levels, forecast.quantiles[0], strict=True))
    assert at[0.01] == pytest.approx(951)
    assert at[0.1] == pytest.approx(960)
    assert at[0.5] == pytest.approx(1_000)
    assert at[0.99] == pytest.approx(1_049)


def test_beyond_the_largest_error_it_goes_on() -> None:
    """Nine errors know the 10 % to 90 % quantiles; the 99 % one lies beyond the largest error."""
    errors = np.linspace(-4.0, 4.0, 9)[:, None]
    forecast = forecast_of(np.array([100.0]), errors)
    at = dict(zip(forecast.levels, forecast.quantiles[0], strict=True))
    assert at[0.9] == pytest.approx(104)
    # z(0.99) - z(0.9) = 2.3263 - 1.2816; the errors -4 ... 4 have deviation sqrt(60 / 9).
    assert at[0.99] == pytest.approx(104 + 1.0448 * np.sqrt(60 / 9), abs=1e-3)


def test_paths_go_together_as_the_errors_did() -> None:
    """Where the errors of two steps always had opposite ranks, so have the paths."""
    errors = np.stack([np.arange(50.0), -np.arange(50.0)], axis=1)
    forecast = forecast_of(np.array([500.0, 500.0]), errors)
    ranks = forecast.paths.argsort(axis=0).argsort(axis=0)
    assert np.corrcoef(ranks.T)[0, 1] < -0.99


def test_nothing_falls_below_zero() -> None:
    """A point of 1 with errors down to -10 ends at 0."""
    forecast = forecast_of(np.array([1.0]), np.linspace(-10, 10, 21)[:, None])
    assert forecast.quantiles.min() == 0
    assert forecast.paths.min() == 0


def test_silent_steps_are_left_out() -> None:
    """Two silent rows: the forecast begins with the third step, three grids after the past."""
    forecast = forecast_of(np.array([1.0, 2.0, 3.0, 4.0]), np.zeros((5, 4)), silent=2)
    assert forecast.quantiles[:, 0].tolist() == [3.0, 4.0]
    assert forecast.start == datetime(2026, 1, 1, 0, 12, tzinfo=UTC)
