"""What of the past a recipe may learn from: gaps are bridged when short, and end it when long."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.window import times_of
from horae.errors import NotReady

BRIDGED_STEPS = 5
"""Longest gap that is bridged by a straight line: a restart of the job or of a broker takes one
to three grid points, five leaves room; beyond that a line would be an invention."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """The newest stretch of load without a long gap.

    Attributes:
        values: Records/s, oldest first, no gap; ends at the newest measured point.
        index: The grid points of `values`.
        grid_seconds: Distance of two points.
        bridged_rows: How many of `values` were not measured but lie on a line between two
            that were.
        silent_steps: Grid points of the load after the newest measured one.
    """

    values: NDArray[np.float64]
    index: pd.DatetimeIndex
    grid_seconds: float
    bridged_rows: int
    silent_steps: int


def usable_past(load: pd.Series, *, grid_seconds: float, at_least: int) -> Past:
    """Take the newest stretch of `load` whose gaps are short, and bridge those.

    Args:
        load: Records/s on a gapless UTC grid, oldest first; NaN where nothing was measured.
        grid_seconds: The grid that the recipe was made for.
        at_least: Rows below which the recipe cannot work.

    Raises:
        NotReady: The load lies on another grid, ended too long ago, or the stretch is too short.
    """
    _refuse_other_grid(load, grid_seconds)
    values = load.to_numpy(dtype=np.float64)
    measured = np.flatnonzero(~np.isnan(values))
    silent = len(load) - 1 - int(measured[-1]) if len(measured) else len(load)
    if silent > BRIDGED_STEPS:
        raise NotReady(
            f"the newest measured load is {silent} grid points old, at most {BRIDGED_STEPS} are "
            "bridged; wait until the load is measured again"
        )
    jumps = np.flatnonzero(np.diff(measured) > BRIDGED_STEPS + 1)
    kept = measured[jumps[-1] + 1 :] if len(jumps) else measured
    rows = int(kept[-1] - kept[0]) + 1 if len(kept) else 0
    if rows < at_least:
        raise NotReady(
            f"{rows} grid points of load without a gap longer than {BRIDGED_STEPS} are known, "
            f"{at_least} are needed; wait for {at_least - rows} more"
        )
    stretch = np.arange(kept[0], kept[-1] + 1)
    return Past(
        values=np.interp(stretch, kept, values[kept]),
        index=times_of(load)[kept[0] : kept[-1] + 1],
        grid_seconds=grid_seconds,
        bridged_rows=rows - len(kept),
        silent_steps=silent,
    )


def grid_number(index: pd.DatetimeIndex, grid_seconds: float) -> int:
    """Number of the first grid point of `index` among those of all time."""
    return round(index[0].timestamp() / grid_seconds)


def _refuse_other_grid(load: pd.Series, grid_seconds: float) -> None:
    if len(load) < 2:
        return
    found = (load.index[1] - load.index[0]).total_seconds()
    if found != grid_seconds:
        raise NotReady(
            f"the load lies on a grid of {found:g} s, this recipe expects {grid_seconds:g} s; "
            "wait for a window on the grid of the job's settings"
        )
