"""Restarts that a window shows and that nobody asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.window import column_of


def unasked_interruptions(
    frame: pd.DataFrame, *, grid_seconds: float, own: Sequence[tuple[datetime, datetime]]
) -> tuple[float, ...]:
    """Seconds that each failure kept subtasks from running, to half a grid either way.

    Args:
        frame: Columns of a `MetricsWindow`. A row counts where fewer than all subtasks ran; a row
            where that was not measured ends an interruption.
        grid_seconds: Distance of two rows.
        own: Begin and end of our own actions; interruptions that touch one, or the grid point
            after it, are not failures.

    Returns:
        In the order of time. One that the window's first or last row cuts is left out.
    """
    down = column_of(frame, "running_subtasks_ratio") < 1
    edges = np.diff(np.concatenate([[False], down, [False]]).astype(np.int8))
    found = []
    for begin, end in zip(_places(edges == 1), _places(edges == -1), strict=True):
        if begin == 0 or end == len(frame):
            continue
        grid = timedelta(seconds=grid_seconds)
        first = frame.index[begin].to_pydatetime() - grid
        last = frame.index[end - 1].to_pydatetime()
        if not any(start <= last and first <= stop + grid for start, stop in own):
            found.append(float(end - begin) * grid_seconds)
    return tuple(found)


def _places(flags: NDArray[np.bool_]) -> list[int]:
    return [int(place) for place in np.flatnonzero(flags)]
