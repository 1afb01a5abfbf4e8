"""Every forecaster by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from horae.domain.forecast import LoadForecast
from horae.errors import Fault, NotReady, SettingsError
from horae.forecasting.forecaster import Forecaster
from horae.forecasting.seasonal_naive import SeasonalNaive

FALLBACK = "seasonal_naive"
"""Answers while the champion is not ready, and is the first champion."""


def _seasonal_naive(season_seconds: float, grid_seconds: float) -> Forecaster:
    return SeasonalNaive(season_seconds=season_seconds, grid_seconds=grid_seconds)


def _ridge(season_seconds: float, grid_seconds: float) -> Forecaster:
    # Darts takes a second and 100 MB to import: only who asks for it pays.
    from horae.forecasting.darts_forecaster import RidgeForecaster

    return RidgeForecaster(season_seconds=season_seconds, grid_seconds=grid_seconds)


_MAKERS: Mapping[str, Callable[[float, float], Forecaster]] = MappingProxyType(
    {FALLBACK: _seasonal_naive, "ridge": _ridge}
)

NAMES = tuple(_MAKERS)
"""All that may be champion, the fallback first."""


def challengers(champion: str) -> tuple[str, ...]:
    """Everybody but the champion."""
    return tuple(name for name in NAMES if name != champion)


def forecaster(name: str, *, season_seconds: float, grid_seconds: float) -> Forecaster:
    """The forecaster of that name.

    Raises:
        SettingsError: There is none.
    """
    if name not in _MAKERS:
        fault = Fault(
            where="forecaster", line=None, value=name, expected=f"one of {', '.join(NAMES)}"
        )
        raise SettingsError("forecaster", [fault])
    return _MAKERS[name](season_seconds, grid_seconds)


def with_fallback(champion: str, *, season_seconds: float, grid_seconds: float) -> Forecaster:
    """The champion, and the fallback while it is not ready.

    Raises:
        SettingsError: There is no forecaster of that name.
    """
    names = dict.fromkeys((champion, FALLBACK))
    return FirstReady(
        forecasters=tuple(
            forecaster(name, season_seconds=season_seconds, grid_seconds=grid_seconds)
            for name in names
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReady:
    """Asks forecasters in turn until one is ready; its forecast carries that one's name.

    Attributes:
        forecasters: In the order they are asked, at least one.
    """

    forecasters: tuple[Forecaster, ...]

    @property
    def name(self) -> str:
        """Name of the one that is asked first."""
        return self.forecasters[0].name

    def forecast(
        self, load: pd.Series, *, job: str, steps: int, rng: np.random.Generator
    ) -> LoadForecast:
        """Foresee the next `steps` grid points; see `Forecaster.forecast`.

        Raises:
            NotReady: None of them is ready; says why for each.
        """
        reasons = []
        for candidate in self.forecasters:
            try:
                return candidate.forecast(load, job=job, steps=steps, rng=rng)
            except NotReady as error:
                reasons.append(f"{candidate.name}: {error}")
        raise NotReady("; ".join(reasons))
