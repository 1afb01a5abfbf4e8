"""Future load of one job."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from horae.domain.quantile import quantile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadForecast:
    """Quantiles and joint sample paths of the load over the horizon.

    Attributes:
        job: The job's name.
        forecaster: Name of the recipe that made it.
        start: Time of the first step: one grid after the last row of the load it rests on.
        grid_seconds: Distance of two steps.
        levels: Quantile levels, ascending, within (0, 1).
        quantiles: `steps x levels`, records/s, ascending along a row, never negative.
        paths: `paths x steps`, records/s: equally likely futures, each consistent in time.
        trained_on_rows: Grid points it was fitted on.
        bridged_rows: How many of these were not measured: short gaps, bridged by a line.
    """

    job: str
    forecaster: str
    start: datetime
    grid_seconds: float
    levels: tuple[float, ...]
    quantiles: NDArray[np.float64]
    paths: NDArray[np.float64]
    trained_on_rows: int
    bridged_rows: int = 0

    @property
    def steps(self) -> int:
        """Number of steps of the horizon."""
        return len(self.quantiles)

    def peak(self, level: float, within_seconds: float | None = None) -> float:
        """The `level` quantile of the largest load within the first `within_seconds`.

        Args:
            level: In [0, 1].
            within_seconds: From now; at least one step is taken. None: the whole horizon.

        Returns:
            Records/s. The maximum is taken along each path first: the quantile of a maximum is
            larger than the maximum of the quantiles.
        """
        steps = self.steps
        if within_seconds is not None:
            steps = max(1, min(steps, round(within_seconds / self.grid_seconds)))
        return quantile(self.paths[:, :steps].max(axis=1), level)
