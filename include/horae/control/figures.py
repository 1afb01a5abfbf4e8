"""What a look added to a window, in the few figures that are kept for good.

Windows expire; whoever asks later how the job fared asks the ledger.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np

from horae.domain.configuration import Configuration
from horae.domain.figures import Figures
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import JobSpec

Column = list[float]
"""The rows of one metric, oldest first; NaN where nothing was measured. A look adds a few rows, of
which plain numbers are reckoned in a tenth of the time that arrays take."""

_TOLD_OF = (
    "load_records_per_second",
    "consumed_records_per_second",
    "lag_records",
    "processing_latency_seconds",
    "busy_ratio_max",
    "cpu_cores_used",
    "restarts_total",
    "running_subtasks_ratio",
)

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
    before_too = _newest_rows(window, rows + 1)
    told = {metric: values[-rows:] for metric, values in before_too.items()}
    grid, latency = window.grid_seconds, told["processing_latency_seconds"]
    known, broken = _kept_and_broken(told, limit)
    return {
        "span_seconds": rows * grid,
        "load_records_per_second": _mean(told["load_records_per_second"]),
        "latency_seconds": _newest(latency),
        "latency_max_seconds": _largest(latency),
        "lag_records": _newest(told["lag_records"]),
        "busy_ratio_max": _largest(told["busy_ratio_max"]),
        "cpu_cores_used": _mean(told["cpu_cores_used"]),
        "observed_seconds": known * grid,
        "broken_seconds": broken * grid,
        "restarts": _growth(before_too["restarts_total"]),
    }


def _newest_rows(window: MetricsWindow, rows: int) -> dict[str, Column]:
    """Metric to its newest rows."""
    newest = window.frame.to_numpy(dtype=np.float64)[-rows:]
    place = window.frame.columns.get_loc
    return {metric: newest[:, place(metric)].tolist() for metric in _TOLD_OF}


def _kept_and_broken(told: Mapping[str, Column], limit: float) -> tuple[int, int]:
    """Rows of which it is known whether the limit held, and those in which it did not.

    Comparing with what is missing gives False.
    """
    known = broken = 0
    for latency, running, consumed, load in zip(
        told["processing_latency_seconds"],
        told["running_subtasks_ratio"],
        told["consumed_records_per_second"],
        told["load_records_per_second"],
        strict=True,
    ):
        without_output = running == 0 or (consumed == 0 and load > 0)
        breaks = without_output or latency > limit
        broken += breaks
        known += breaks or latency <= limit
    return known, broken


def _known(values: Column) -> Column:
    return [value for value in values if not math.isnan(value)]


def _mean(values: Column) -> float | None:
    known = _known(values)
    return _rounded(sum(known) / len(known)) if known else None


def _largest(values: Column) -> float | None:
    known = _known(values)
    return _rounded(max(known)) if known else None


def _newest(values: Column) -> float | None:
    known = _known(values)
    return _rounded(known[-1]) if known else None


def _growth(values: Column) -> int | None:
    """How often a counter grew; one that was started anew counts from nought."""
    known = _known(values)
    if len(known) < 2:
        return None
    steps = (after - before if after >= before else after for before, after in pairwise(known))
    return round(sum(steps))


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
