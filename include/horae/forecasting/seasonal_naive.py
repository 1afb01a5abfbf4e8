"""The fallback: as it was one season ago, or as it is now while no season has been seen."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from horae.domain.forecast import LoadForecast
from horae.forecasting.past import Past, usable_past
from horae.forecasting.spread import MOST_ORIGINS, Errors, Outlook, spread

FEWEST_ROWS = 6
"""Five changes from point to point are the least that a spread can be told from."""

SEASON_PROOF = 1.25
"""Seasons that must be known before one is repeated: with a quarter to compare, the error of
repeating it is known; with less it would be a guess."""

WALKS = 400
"""Bootstrapped futures without a season: twice what the 1 % and 99 % quantiles need."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalNaive:
    """Repeats the last season; before that, the last value.

    Attributes:
        season_seconds: Length of the season.
        grid_seconds: Grid of the load.
    """

    season_seconds: float
    grid_seconds: float

    @property
    def name(self) -> str:
        """Always `seasonal_naive`."""
        return "seasonal_naive"

    def forecast(
        self, load: pd.Series, *, job: str, steps: int, rng: np.random.Generator
    ) -> LoadForecast:
        """Foresee the next `steps` grid points; see `Forecaster.forecast`.

        Raises:
            NotReady: Fewer than six points without a long gap are known.
        """
        past = usable_past(load, grid_seconds=self.grid_seconds, at_least=FEWEST_ROWS)
        horizon = steps + past.silent_steps
        season = round(self.season_seconds / self.grid_seconds)
        if len(past.values) >= SEASON_PROOF * season:
            outlook = _repeat(past, season, horizon)
        else:
            outlook = _walk(past, horizon, rng)
        return spread(outlook, job=job, forecaster=self.name, past=past, rng=rng)


def _repeat(past: Past, season: int, horizon: int) -> Outlook:
    """The last season again; errors are blocks of what repeating it cost so far.

    Blocks run on from the newest cost to the oldest; where there are many, evenly spread ones do.
    """
    cost = past.values[season:] - past.values[:-season]
    repeats = -(-horizon // season)
    point = np.tile(past.values[-season:], repeats)[:horizon]
    circle = np.pad(cost, (0, horizon - 1), mode="wrap")
    blocks = sliding_window_view(circle, horizon)
    few = blocks[:: max(1, len(blocks) // MOST_ORIGINS)]
    return Outlook(point=point, errors=Errors.of(few))


def _walk(past: Past, horizon: int, rng: np.random.Generator) -> Outlook:
    """The last value; errors are sums of earlier changes, drawn in blocks.

    The sign of each block is drawn too: a rise that was seen may go on or turn.
    """
    changes = np.diff(past.values)
    block = max(1, min(len(changes) // 2, horizon))
    blocks = sliding_window_view(changes, block)
    count = -(-horizon // block)
    drawn = blocks[rng.integers(len(blocks), size=(WALKS, count))]
    signs = rng.choice((-1.0, 1.0), size=(WALKS, count, 1))
    walks = (drawn * signs).reshape(WALKS, -1)[:, :horizon].cumsum(axis=1)
    return Outlook(point=np.full(horizon, past.values[-1]), errors=Errors.of(walks))
