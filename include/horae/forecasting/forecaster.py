"""Who foresees the load."""

from typing import Protocol

import numpy as np
import pandas as pd

from horae.domain.forecast import LoadForecast


class Forecaster(Protocol):
    """Foresees the load of one job from its past.

    A forecaster is a recipe: it is fitted anew on every call, so that a forecast follows from its
    window and seed alone.
    """

    @property
    def name(self) -> str:
        """Name of the recipe, unique among forecasters."""
        ...

    def forecast(
        self, load: pd.Series, *, job: str, steps: int, rng: np.random.Generator
    ) -> LoadForecast:
        """Foresee the next `steps` grid points.

        Args:
            load: Records/s on a gapless UTC grid, oldest first; NaN where nothing was measured.
            job: The job's name.
            steps: Length of the horizon in grid points, at least 1.
            rng: Source of chance of the sample paths.

        Raises:
            NotReady: The past is too short or has too many gaps for this recipe.
        """
        ...
