"""Turn a point forecast and the errors made before into quantiles and joint paths.

The quantiles are split-conformal [1]: the error at each step is taken to be exchangeable with the
errors made at that step from earlier origins, so the i-th smallest of `n` stands for the level
i / (n + 1). Deviation: beyond the smallest and largest error, where conformal prediction answers
infinity, the line goes on with the slope of a normal distribution of the errors' own scale.

The paths follow the Schaake shuffle [2]: each takes the ranks that the errors of one origin had
among all, step by step, and reads the quantiles at these ranks. They are therefore as consistent
in time as real errors are, and spread at every step exactly as the quantiles say.

[1] Lei, G'Sell, Rinaldo, Tibshirani, Wasserman: Distribution-free predictive inference for
regression, JASA 2018. [2] Clark, Gangopadhyay, Hay, Rajagopalan, Wilby: The Schaake shuffle,
Journal of Hydrometeorology 2004.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from horae.domain.forecast import LoadForecast
from horae.forecasting.past import Past

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""The 80 % and 90 % intervals, the median, and the 1 % and 99 % quantiles that Decide asks for."""

MOST_ORIGINS = 250
"""Errors beyond which no more are worth their time: the 1 % quantile rests on two or three."""

PATHS = 256
"""Enough for the 99 % quantile of a maximum to rest on two or three paths."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Errors:
    """Errors that were made before, told apart by size: `n` origins, `m` steps from each.

    Attributes:
        ordered: `n x m`, records/s, ascending along a column; `n` is at least 2.
        ranks: `n x m`, where the errors of each origin stand among all of a step, from 0.
    """

    ordered: Array
    ranks: NDArray[np.intp]

    @classmethod
    def of(cls, errors: Array) -> Self:
        """Of `n x m`, actual minus forecast, one row an earlier origin."""
        order = errors.argsort(axis=0, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(len(errors))[:, None], axis=0)
        return cls(ordered=np.take_along_axis(errors, order, axis=0), ranks=ranks)

    def scaled(self, factor: float) -> "Errors":
        """The same, times a factor above 0."""
        return Errors(ordered=self.ordered * factor, ranks=self.ranks)

    def at(self, levels: Array) -> Array:
        """Quantiles, records/s, at levels in (0, 1): `m x any`, a row a step."""
        scores = _normal_scores(len(self.ordered))
        at, step = ndtri(levels), np.arange(len(levels))[:, None]
        row = (levels * (len(scores) + 1)).astype(np.intp) - 1
        row.clip(0, len(scores) - 2, out=row)
        share = (at - scores[row]) / np.diff(scores)[row]
        low = self.ordered[row, step]
        inner = low + share.clip(0, 1) * (self.ordered[row + 1, step] - low)
        beyond = np.minimum(at - scores[0], 0.0) + np.maximum(at - scores[-1], 0.0)
        quantiles: Array = inner + beyond * self.ordered.std(axis=0)[:, None]
        return quantiles

    def shuffled_levels(self, rng: np.random.Generator) -> Array:
        """Levels of paths, `m x PATHS`: the ranks of drawn origins, moved within their rank."""
        count = len(self.ranks)
        drawn = rng.integers(count, size=PATHS)
        within = rng.uniform(size=(PATHS, 1))
        levels: Array = ((self.ranks[drawn] + within) / count).T
        return np.clip(levels, 1e-6, 1 - 1e-6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """What a recipe has to say.

    Attributes:
        point: `silent + steps`, records/s: most likely load from the newest measured point on.
        errors: Of as many steps, scaled as the caller expects them now.
    """

    point: Array
    errors: Errors


def spread(
    outlook: Outlook,
    *,
    job: str,
    forecaster: str,
    past: Past,
    rng: np.random.Generator,
) -> LoadForecast:
    """Make the forecast of an outlook; the steps of the past's silent end are left out."""
    point, errors = outlook.point, outlook.errors
    quantiles = point[:, None] + errors.at(np.tile(LEVELS, (len(point), 1)))
    paths = point + errors.at(errors.shuffled_levels(rng)).T
    return LoadForecast(
        job=job,
        forecaster=forecaster,
        start=_start(past),
        grid_seconds=past.grid_seconds,
        levels=LEVELS,
        quantiles=np.maximum(quantiles, 0.0)[past.silent_steps :],
        paths=np.maximum(paths, 0.0)[:, past.silent_steps :],
        trained_on_rows=len(past.values),
        bridged_rows=past.bridged_rows,
    )


def _start(past: Past) -> datetime:
    newest: datetime = past.index[-1].to_pydatetime()
    return newest + timedelta(seconds=(past.silent_steps + 1) * past.grid_seconds)


def _normal_scores(count: int) -> Array:
    scores: Array = ndtri(np.arange(1, count + 1) / (count + 1))
    return scores
