"""Ridge regression on lags and the time of the season, by Darts, with conformal errors.

One linear model a step of the horizon (direct, not recursive), all solved at once. What it gets
wrong is measured on the newest part of the past, which a first fit has not seen; a second fit on
everything then makes the forecast (split conformal prediction, see `spread`). Deviation: the
errors are kept as whole trajectories of one origin instead of one number a step, so that paths
can be consistent in time; Darts' own conformal models give single steps only.

Both fits rest on whole steps of the season, a forty-eighth of it each (half an hour of a day): a
minute more teaches nothing, and a process that forecasts again within the step need not fit again.
What a forecast begins with, the newest lags, is always the newest.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
import pandas as pd
from darts import TimeSeries
from darts.models import SKLearnModel
from darts.utils.data.tabularization import create_lagged_training_data
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from horae.domain.forecast import LoadForecast
from horae.forecasting.past import BRIDGED_STEPS, Past, grid_number, usable_past
from horae.forecasting.spread import MOST_ORIGINS, Errors, Outlook, spread

HARMONICS = 8
"""Sines and cosines of the season: features down to a sixteenth of it, 90 minutes of a day.
Fewer miss narrow peaks (3: three times the pinball loss on a two-peak day), more fit noise."""

PENALTY = 0.3
"""Of the squared coefficients, with the load scaled to mean 1. 0.01 to 1 score within 3 % of one
another from one to three seasons of data."""

FEWEST_LAGS, MOST_LAGS = 6, 30
"""A forty-eighth of a season within these: half an hour of a day."""

FEWEST_ORIGINS = 12
"""With fewer the 80 % interval would rest on single errors."""

STEPS_A_SEASON = 48
"""In which fits are made anew; lags are as many grid points as such a step has."""

KEPT = 64
"""Fits in memory, of some 150 kB each: for a few jobs, each with a silent end or without, and for
the origins that one of them is tried at again and again."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RidgeForecaster:
    """Ridge regression on the newest lags and the time of the season.

    Attributes:
        season_seconds: Length of the season.
        grid_seconds: Grid of the load.
    """

    season_seconds: float
    grid_seconds: float

    @property
    def name(self) -> str:
        """Always `ridge`."""
        return "ridge"

    def forecast(
        self, load: pd.Series, *, job: str, steps: int, rng: np.random.Generator
    ) -> LoadForecast:
        """Foresee the next `steps` grid points; see `Forecaster.forecast`.

        Raises:
            NotReady: Less than about a season, a quarter and the horizon is known without a long
                gap: before that the season cannot be told from a trend.
        """
        recipe = _Recipe.over(round(self.season_seconds / self.grid_seconds), steps)
        past = usable_past(load, grid_seconds=self.grid_seconds, at_least=recipe.fewest_rows)
        outlook = _foresee(recipe, past, steps + past.silent_steps)
        return spread(outlook, job=job, forecaster=self.name, past=past, rng=rng)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """Sizes in grid points.

    Attributes:
        season: Length of the season.
        lags: Newest values that enter.
        fitted: Fewest rows that a model is fitted on: a season, or twice the horizon.
        tried: Fewest further rows that its errors are measured on.
    """

    season: int
    lags: int
    fitted: int
    tried: int

    @classmethod
    def over(cls, season: int, steps: int) -> Self:
        lags = min(max(season // STEPS_A_SEASON, FEWEST_LAGS), MOST_LAGS)
        horizon = steps + BRIDGED_STEPS
        return cls(
            season=season,
            lags=lags,
            fitted=max(season, lags + 2 * horizon),
            tried=max(season // 4, FEWEST_ORIGINS) + horizon,
        )

    @property
    def step(self) -> int:
        return max(1, self.season // STEPS_A_SEASON)

    @property
    def fewest_rows(self) -> int:
        return self.fitted + self.tried

    def whole_steps(self, past: Past) -> tuple[int, int]:
        """First row to fit on, and the one after the last: whole steps of the season of all time.

        All rows where these would be too few.
        """
        rows, number = len(past.values), grid_number(past.index, past.grid_seconds)
        first, last = -number % self.step, rows - (number + rows) % self.step
        return (first, last) if last - first >= self.fewest_rows else (0, rows)

    def errors(self, series: TimeSeries, phases: TimeSeries, horizon: int) -> Array:
        """`origins x horizon`: actual minus forecast where a first fit has not seen anything."""
        whole_season = self.season + self.lags + horizon
        unseen = min(self.season + horizon, max(self.tried, len(series) - whole_season))
        known, came, *_ = create_lagged_training_data(
            series,
            future_covariates=phases,
            lags=list(range(-self.lags, 0)),
            lags_future_covariates=[0],
            output_chunk_length=horizon,
            output_chunk_shift=0,
            uses_static_covariates=False,
        )
        known, came = known[..., 0], came[..., 0]
        model = Ridge(alpha=PENALTY).fit(known[:-unseen], came[:-unseen])
        new = slice(horizon - unseen - 1, None, max(1, (unseen - horizon) // MOST_ORIGINS))
        foreseen = model.predict(known[new]).reshape(-1, horizon)
        errors: Array = came[new] - np.maximum(foreseen, 0.0)
        return errors

    def fit(self, series: TimeSeries, phases: TimeSeries, horizon: int) -> SKLearnModel:
        model = SKLearnModel(
            lags=self.lags,
            lags_future_covariates=[0],
            output_chunk_length=horizon,
            model=Ridge(alpha=PENALTY),
        )
        model.fit(series, future_covariates=phases, verbose=False)
        return model

    def phases(self, rows: int) -> TimeSeries:
        """Sines and cosines of the time of the season, from a step more than `rows` rows."""
        turns = np.arange(rows + self.step)[:, None] / self.season * np.arange(1, HARMONICS + 1)
        angles = 2 * np.pi * turns
        return TimeSeries.from_values(np.hstack([np.sin(angles), np.cos(angles)]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """What was learned from a stretch of load.

    Attributes:
        scale: Its mean, records/s; 1 where that is nought.
        phases: Of its rows, of a step of the season after them, and of the horizon.
        model: Fitted on all of it, over `scale`.
        errors: Over `scale`: actual minus forecast of an earlier fit.
    """

    scale: float
    phases: TimeSeries
    model: SKLearnModel
    errors: Errors


@lru_cache(maxsize=KEPT)
def _fitted(recipe: _Recipe, load: bytes, horizon: int) -> _Fit:
    values = np.frombuffer(load)
    scale = float(values.mean()) or 1.0
    series, phases = TimeSeries.from_values(values / scale), recipe.phases(len(values) + horizon)
    return _Fit(
        scale=scale,
        phases=phases,
        model=recipe.fit(series, phases, horizon),
        errors=Errors.of(recipe.errors(series, phases, horizon)),
    )


def _foresee(recipe: _Recipe, past: Past, horizon: int) -> Outlook:
    first, last = recipe.whole_steps(past)
    fit = _fitted(recipe, past.values[first:last].tobytes(), horizon)
    rows = pd.RangeIndex(len(past.values) - recipe.lags - first, len(past.values) - first)
    newest = past.values[-recipe.lags :] / fit.scale
    point = fit.model.predict(
        horizon,
        series=TimeSeries.from_times_and_values(rows, newest),
        future_covariates=fit.phases,
        verbose=False,
        show_warnings=False,
    )
    return Outlook(
        point=np.maximum(point.values()[:, 0], 0.0) * fit.scale,
        errors=fit.errors.scaled(fit.scale),
    )


def forget_fits() -> None:
    """Keep none of the fits made so far: the next forecast costs what a first one does."""
    _fitted.cache_clear()
