"""Loads that a person supposes, in the form of a forecast."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from horae.domain.forecast import LoadForecast
from horae.errors import NotReady
from horae.forecasting.forecaster import Forecaster
from horae.forecasting.spread import LEVELS, PATHS


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantLoad:
    """The same load at every step, for certain.

    Attributes:
        load_records_per_second: That load, at least 0.
        grid_seconds: Grid of the load.
    """

    load_records_per_second: float
    grid_seconds: float

    @property
    def name(self) -> str:
        """Always `supposed`."""
        return "supposed"

    def forecast(
        self, load: pd.Series, *, job: str, steps: int, rng: np.random.Generator
    ) -> LoadForecast:
        """The supposed load for `steps` grid points; the past only says where they begin.

        Raises:
            NotReady: There is no past at all.
        """
        if load.empty:
            raise NotReady(
                "no row was measured yet, so that it is not known when the future begins"
            )
        newest: datetime = load.index[-1].to_pydatetime()
        return LoadForecast(
            job=job,
            forecaster=self.name,
            start=newest + timedelta(seconds=self.grid_seconds),
            grid_seconds=self.grid_seconds,
            levels=LEVELS,
            quantiles=np.full((steps, len(LEVELS)), self.load_records_per_second),
            paths=np.full((PATHS, steps), self.load_records_per_second),
            trained_on_rows=0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledForecaster:
    """What another forecaster foresees, times a factor.

    Attributes:
        forecaster: The other one.
        factor: Above 0.
    """

    forecaster: Forecaster
    factor: float

    @property
    def name(self) -> str:
        """The other's name and the factor."""
        return _scaled(self.forecaster.name, self.factor)

    def forecast(
        self, load: pd.Series, *, job: str, steps: int, rng: np.random.Generator
    ) -> LoadForecast:
        """Foresee the next `steps` grid points; see `Forecaster.forecast`.

        Raises:
            NotReady: The other one is not ready.
        """
        found = self.forecaster.forecast(load, job=job, steps=steps, rng=rng)
        return replace(
            found,
            forecaster=_scaled(found.forecaster, self.factor),
            quantiles=self.factor * found.quantiles,
            paths=self.factor * found.paths,
        )


def _scaled(name: str, factor: float) -> str:
    return f"{name} times {factor:g}"
