"""What a look added to a window, in the few figures that are kept for good.

Windows expire; whoever asks later how the job fared asks the ledger.
"""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.figures import Figures
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import JobSpec

Floats = NDArray[np.float64]

_DIGITS = 6
"""Significant digits that are kept: more than any metric is measured with."""


def figures_of(
    window: MetricsWindow | None,
    spec: JobSpec,
    *,
    since: datetime | None,
    configuration: Configuration | None,
) -> Figures:
    """The figures of the rows that are newer than a time.

    Args:
        window: The look's; None: it gave none.
        spec: The job's limits and prices.
        since: Last row of the window before; None: there is none, so that the rows of one cycle
            are taken: what sources remember of the time before was no look of ours.
        configuration: What the job was seen in; None: in none.
    """
    rows = 0 if window is None else _new_rows(window, since, spec.time.cycle_seconds)
    limit, prices = spec.limits.processing_latency_seconds, spec.prices.prices()
    measured = _measured(window, rows, limit) if window is not None and rows else {}
    return Figures(
        **_NOTHING | measured,
        latency_limit_seconds=limit,
        budget=spec.limits.budget(),
        money_per_hour=None if configuration is None else prices.per_hour(configuration),
        core_hour=prices.core_hour,
        gb_hour=prices.gb_hour,
        cycle_seconds=spec.time.cycle_seconds,
        mode=spec.mode,
    )


_NOTHING: dict[str, Any] = dict.fromkeys(
    (
        "span_seconds",
        "load_records_per_second",
        "latency_seconds",
        "latency_max_seconds",
        "lag_records",
        "busy_ratio_max",
        "cpu_cores_used",
        "observed_seconds",
        "broken_seconds",
        "restarts",
    )
)


def _new_rows(window: MetricsWindow, since: datetime | None, cycle_seconds: float) -> int:
    """Number of the newest rows that were not told before."""
    length = len(window.frame)
    if not length:
        return 0
    if since is None:
        return min(length, max(1, round(cycle_seconds / window.grid_seconds)))
    newer = (window.end - since).total_seconds() / window.grid_seconds
    return max(0, min(length, round(newer)))


def _measured(window: MetricsWindow, rows: int, limit: float) -> dict[str, Any]:
    frame, grid = window.frame, window.grid_seconds
    latency = _tail(frame, "processing_latency_seconds", rows)
    known, broken = _kept_and_broken(frame, rows, latency, limit)
    return {
        "span_seconds": rows * grid,
        "load_records_per_second": _mean(_tail(frame, "load_records_per_second", rows)),
        "latency_seconds": _newest(latency),
        "latency_max_seconds": _largest(latency),
        "lag_records": _newest(_tail(frame, "lag_records", rows)),
        "busy_ratio_max": _largest(_tail(frame, "busy_ratio_max", rows)),
        "cpu_cores_used": _mean(_tail(frame, "cpu_cores_used", rows)),
        "observed_seconds": known * grid,
        "broken_seconds": broken * grid,
        "restarts": _growth(_tail(frame, "restarts_total", rows + 1)),
    }


def _kept_and_broken(
    frame: pd.DataFrame, rows: int, latency: Floats, limit: float
) -> tuple[int, int]:
    """Rows of which it is known whether the limit held, and those in which it did not.

    Comparing with what is missing gives False.
    """
    down = _tail(frame, "running_subtasks_ratio", rows) == 0
    stalled = (_tail(frame, "consumed_records_per_second", rows) == 0) & (
        _tail(frame, "load_records_per_second", rows) > 0
    )
    broken = down | stalled | (latency > limit)
    known = broken | (latency <= limit)
    return int(known.sum()), int(broken.sum())


def _tail(frame: pd.DataFrame, metric: str, rows: int) -> Floats:
    values: Floats = frame[metric].to_numpy(dtype=np.float64)[-rows:]
    return values


def _measured_of(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _mean(values: Floats) -> float | None:
    measured = _measured_of(values)
    return _rounded(float(measured.mean())) if len(measured) else None


def _largest(values: Floats) -> float | None:
    measured = _measured_of(values)
    return _rounded(float(measured.max())) if len(measured) else None


def _newest(values: Floats) -> float | None:
    measured = _measured_of(values)
    return _rounded(float(measured[-1])) if len(measured) else None


def _growth(values: Floats) -> int | None:
    """How often a counter grew; one that was started anew counts from nought."""
    measured = _measured_of(values)
    if len(measured) < 2:
        return None
    steps = np.diff(measured)
    return int(np.where(steps >= 0, steps, measured[1:]).sum())


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
