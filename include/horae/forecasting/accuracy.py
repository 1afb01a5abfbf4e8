"""How well a forecaster would have done: rolling origins over a known past."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.forecast import LoadForecast
from horae.domain.window import times_of
from horae.errors import NotReady
from horae.forecasting.forecaster import Forecaster
from horae.forecasting.past import grid_number

INTERVAL = (0.1, 0.9)
"""The interval whose coverage is told; it is nominally 80 %."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Scores of one forecaster on one past; points that were not measured are left out.

    Attributes:
        forecaster: Name of the recipe.
        origins: Positions in the load that it forecast from, ascending: the number of rows it
            was shown. Origins it was not ready at are missing.
        steps: Length of each forecast in grid points.
        wape: Sum of the median's absolute errors over the sum of the load; lower is better.
            None where nothing was scored or no load was seen.
        pinball: Mean pinball loss over steps and levels, records/s; lower is better. None where
            nothing was scored.
        coverage: Share of points inside the 80 % interval. None where nothing was scored.
    """

    forecaster: str
    origins: tuple[int, ...]
    steps: int
    wape: float | None
    pinball: float | None
    coverage: float | None


def rolling_origins(load: pd.Series, *, steps: int, count: int) -> tuple[int, ...]:
    """At most `count` origins, evenly spread over the newest third of the load; ascending.

    Each has at least two thirds before it, so that it is tried about as it is used, and at least
    `steps` rows after it to score; empty when the third is shorter than that. They lie a power of
    two of grid points apart, at whole multiples of it in all time: most of them are tried again an
    hour later, so that a forecaster that keeps what it learned need not learn it anew.

    Args:
        load: On a gapless UTC grid, oldest first.
        steps: Length of each forecast in grid points.
        count: Most origins; where the third has as many rows, half of these are found at least.
    """
    rows = len(load)
    first, last = max(1, rows - rows // 3), rows - steps
    if last < first or rows < 2:
        return ()
    index = times_of(load)
    number, apart = grid_number(index, (index[1] - index[0]).total_seconds()), 1
    while (number + last) // apart - (number + first - 1) // apart > count:
        apart *= 2
    return tuple(range(first + -(number + first) % apart, last + 1, apart))


def backtest(
    forecaster: Forecaster,
    load: pd.Series,
    *,
    steps: int,
    origins: Sequence[int],
    seed: int,
) -> Accuracy:
    """Forecast from each origin with the rows before it alone, and score against what came.

    Args:
        forecaster: Who is tried.
        load: Records/s on a gapless UTC grid, oldest first; NaN where nothing was measured.
        steps: Length of each forecast in grid points.
        origins: Positions in `load` to forecast from; see `rolling_origins`.
        seed: Of the forecasts' chance; the same origin always gets the same.
    """
    answered: list[int] = []
    forecasts: list[LoadForecast] = []
    for origin in origins:
        rng = np.random.default_rng((seed, origin))
        try:
            forecast = forecaster.forecast(load.iloc[:origin], job="", steps=steps, rng=rng)
        except NotReady:
            continue
        answered.append(origin)
        forecasts.append(forecast)
    return _scored(forecaster.name, load, steps, answered, forecasts)


def _scored(
    name: str,
    load: pd.Series,
    steps: int,
    origins: Sequence[int],
    forecasts: Sequence[LoadForecast],
) -> Accuracy:
    values = load.to_numpy(dtype=np.float64)
    actual = np.concatenate([np.empty(0), *(values[o : o + steps] for o in origins)])
    measured = ~np.isnan(actual)
    if not measured.any():
        return _unscored(name, origins, steps)
    levels = forecasts[0].levels
    quantiles = np.concatenate([f.quantiles for f in forecasts])[measured]
    actual = actual[measured]
    low, median, high = (quantiles[:, levels.index(p)] for p in (INTERVAL[0], 0.5, INTERVAL[1]))
    total = float(actual.sum())
    return Accuracy(
        forecaster=name,
        origins=tuple(origins),
        steps=steps,
        wape=float(np.abs(actual - median).sum()) / total if total > 0 else None,
        pinball=pinball_loss(actual, quantiles, np.asarray(levels)),
        coverage=float(((low <= actual) & (actual <= high)).mean()),
    )


def _unscored(name: str, origins: Sequence[int], steps: int) -> Accuracy:
    return Accuracy(
        forecaster=name,
        origins=tuple(origins),
        steps=steps,
        wape=None,
        pinball=None,
        coverage=None,
    )


def pinball_loss(actual: Array, quantiles: Array, levels: Array) -> float:
    """Mean over points and levels of max(p (y - q), (p - 1) (y - q)).

    Args:
        actual: `n`, records/s, no NaN.
        quantiles: `n x levels`, records/s.
        levels: In (0, 1).
    """
    missed = actual[:, None] - quantiles
    return float(np.maximum(levels * missed, (levels - 1) * missed).mean())
