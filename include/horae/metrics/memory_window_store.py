"""Windows in memory, for runs of one process; gone when it ends."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import numpy as np
import pandas as pd

from horae.domain.clock import Clock
from horae.domain.window import MetricsWindow, times_of
from horae.errors import Unavailable
from horae.metrics.window_store import place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A window and when it was stored."""

    window: MetricsWindow
    stored_at: datetime


class MemoryWindowStore:
    """A `WindowStore` that keeps the values themselves: nothing is written and read back.

    Args:
        clock: Tells when a window is stored.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, dict[str, _Kept]] = {}

    def put(self, window: MetricsWindow) -> str:
        """Store a window and return its id; see `WindowStore`."""
        window_id = f"{window.job}@{_content(window)}"
        kept = self._kept.setdefault(window.job, {})
        if window_id not in kept:
            kept[window_id] = _Kept(window=_own(window), stored_at=self._clock.now())
        return window_id

    def get(self, window_id: str) -> MetricsWindow:
        """The window that was stored; see `WindowStore`.

        Raises:
            Unavailable: It is not there.
            UnexpectedReply: The id is none.
        """
        job, _ = place_of(window_id)
        found = self._kept.get(job, {}).get(window_id)
        if found is None:
            raise Unavailable(
                f"window {window_id} is not in this process's memory; it has expired"
            )
        return _own(found.window)

    def expire(self, job: str, before: datetime, keep: Collection[str] = ()) -> tuple[str, ...]:
        """Forget a job's windows that were stored before `before`; see `WindowStore`."""
        kept = self._kept.get(job, {})
        old = [
            window_id
            for window_id, one in kept.items()
            if window_id not in keep and one.stored_at < before
        ]
        for window_id in old:
            del kept[window_id]
        return tuple(sorted(old))


def _own(window: MetricsWindow) -> MetricsWindow:
    """The same window with values of its own."""
    vertices = window.vertices
    return replace(
        window,
        frame=_copy(window.frame),
        vertices=None if vertices is None else _copy(vertices),
    )


def _copy(frame: pd.DataFrame) -> pd.DataFrame:
    """The same values and labels; pandas copies the labels too, which takes far longer."""
    values = frame.to_numpy(dtype=np.float64).copy(order="K")
    return pd.DataFrame(values, index=frame.index, columns=frame.columns, copy=False)


def _content(window: MetricsWindow) -> str:
    """SHA-256 of all that a window tells, in hexadecimal."""
    told = (
        window.job,
        window.job_id,
        window.version,
        window.configuration and window.configuration.to_json(),
        window.grid_seconds,
        window.collected_at.isoformat(),
    )
    content = sha256(repr(told).encode())
    for frame in (window.frame, window.vertices):
        for part in _parts(frame):
            content.update(part)
    return content.hexdigest()


def _parts(frame: pd.DataFrame | None) -> Iterator[bytes]:
    """Shape, rows, columns and values of a frame; a missing value has one pattern of bits."""
    if frame is None:
        yield b"none"
        return
    values = frame.to_numpy(dtype=np.float64)
    yield repr((values.shape, frame.columns.tolist())).encode()
    yield times_of(frame).as_unit("ms").asi8.tobytes()
    yield np.where(np.isnan(values), np.nan, values).tobytes()
