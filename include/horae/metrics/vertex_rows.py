"""The vertices' part of a window: what was known of them joined with what was just sampled."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.vertex_catalogue import VERTEX_METRICS
from horae.domain.window import vertices_of
from horae.metrics.grid import step_of
from horae.metrics.rows import newest_told
from horae.metrics.source import VertexHistory, VertexMetrics

_PLACE = {name: index for index, name in enumerate(VERTEX_METRICS)}
_WIDTH = len(VERTEX_METRICS)


def vertex_frame(
    past: pd.DataFrame | None,
    rows: Mapping[datetime, VertexMetrics],
    told: Iterable[VertexHistory],
    index: pd.DatetimeIndex,
    grid_seconds: float,
) -> pd.DataFrame | None:
    """The vertices' metrics on the rows of `index`.

    A new row takes the place of an old one as a whole; what a source remembers counts more than
    what was sampled. A vertex of which no row tells anything any more is left out.

    Args:
        past: What was known of the vertices, on the same grid; None: nothing.
        rows: Grid point to what was sampled there; an empty sample changes nothing.
        told: What the sources remember.
        index: Rows of the window's frame, gapless.
        grid_seconds: Distance of two rows.

    Returns:
        As `MetricsWindow.vertices`; None where nothing is known of any vertex.
    """
    told = [history for history in told if history]
    if past is None and not told and not any(rows.values()):
        return None
    vertices = _all_vertices(past, rows, told)
    values = np.full((len(index), len(vertices), _WIDTH), np.nan)
    place = {vertex: at for at, vertex in enumerate(vertices)}
    start, step = index[0].to_pydatetime(), step_of(grid_seconds)
    if past is not None:
        _copy(past, values, place, start=start, step=step)
    for point, sample in rows.items():
        row = round((point - start) / step)
        if sample and 0 <= row < len(values):
            values[row] = np.nan
            for vertex, metrics in sample.items():
                for metric, value in metrics.items():
                    values[row, place[vertex], _PLACE[metric]] = value
    for history in told:
        _write_over(values, history, place, start=start, step=step)
    return _as_frame(values, vertices, index)


def last_known(past: pd.DataFrame) -> pd.Timestamp:
    """The newest row in which anything is known of a vertex; the first one where there is none."""
    row = newest_told(past.to_numpy(dtype=np.float64))
    newest: pd.Timestamp = past.index[row or 0]
    return newest


def columns_of(vertices: tuple[str, ...]) -> pd.MultiIndex:
    """The columns for these vertices, every metric for each."""
    return _columns(vertices)


@lru_cache(maxsize=64)
def _columns(vertices: tuple[str, ...]) -> pd.MultiIndex:
    return pd.MultiIndex.from_product([vertices, VERTEX_METRICS])


def _all_vertices(
    past: pd.DataFrame | None,
    rows: Mapping[datetime, VertexMetrics],
    told: Iterable[VertexHistory],
) -> tuple[str, ...]:
    known = dict.fromkeys(vertices_of(past)) if past is not None else {}
    for sample in rows.values():
        known |= dict.fromkeys(sample)
    for history in told:
        known |= dict.fromkeys(history)
    return tuple(known)


def _copy(
    past: pd.DataFrame,
    values: NDArray[np.float64],
    place: Mapping[str, int],
    *,
    start: datetime,
    step: timedelta,
) -> None:
    """Copy the rows that both have, the vertices of `past` being the first of `place`."""
    old = past.to_numpy(dtype=np.float64).reshape(len(past), -1, _WIDTH)
    shift = round((past.index[0].to_pydatetime() - start) / step)
    first, last = max(0, shift), min(len(values), shift + len(old))
    if first < last:
        values[first:last, : old.shape[1]] = old[first - shift : last - shift]


def _write_over(
    values: NDArray[np.float64],
    history: VertexHistory,
    place: Mapping[str, int],
    *,
    start: datetime,
    step: timedelta,
) -> None:
    for vertex, metrics in history.items():
        for metric, known in metrics.items():
            for point, value in known.items():
                row = round((point - start) / step)
                if 0 <= row < len(values) and not np.isnan(value):
                    values[row, place[vertex], _PLACE[metric]] = value


def _as_frame(
    values: NDArray[np.float64], vertices: tuple[str, ...], index: pd.DatetimeIndex
) -> pd.DataFrame | None:
    known = [at for at in range(len(vertices)) if _is_known(values[:, at])]
    if len(known) < len(vertices):
        values, vertices = values[:, known], tuple(vertices[at] for at in known)
    if not vertices:
        return None
    flat = values.reshape(len(index), -1)
    return pd.DataFrame(flat, index=index, columns=columns_of(vertices), copy=False)


def _is_known(values: NDArray[np.float64]) -> bool:
    """Whether any row tells anything; the newest mostly does, and is looked at first."""
    newest = values[-1:]
    return not np.isnan(newest).all() or not np.isnan(values).all()
