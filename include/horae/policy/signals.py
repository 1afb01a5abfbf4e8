"""What policies read from a window."""

import math
from dataclasses import dataclass

import numpy as np

from horae.domain.window import MetricsWindow
from horae.performance.models import Floats

SATURATED = 0.95  # busy share above which a subtask has no room for an aligned pause
RISING_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """The newest state of a job; NaN: never measured in the window.

    Attributes:
        load: Records/s.
        age_seconds: Age of the oldest record that is not processed.
        lag_records: Records that are not processed.
        busy: Busy share of the busiest subtask.
        rising: The age has grown over the last three measured rows.
        configurations_seen: Different sizes and shapes in the window.
    """

    load: float
    age_seconds: float
    lag_records: float
    busy: float
    rising: bool
    configurations_seen: int

    @property
    def saturated_and_rising(self) -> bool:
        """Whether the backlog grows for want of capacity."""
        return self.rising and self.busy >= SATURATED


def read_signals(window: MetricsWindow) -> Signals:
    """Read the newest values of a window."""
    load = window.last("load_records_per_second")
    lag = window.last("lag_records")
    age = window.last("processing_latency_seconds")
    if math.isnan(age) and load > 0:
        age = lag / load
    ages = window.column("processing_latency_seconds")
    ages = ages[~np.isnan(ages)][-RISING_ROWS:]
    return Signals(
        load=load,
        age_seconds=age,
        lag_records=lag,
        busy=window.last("busy_ratio_max"),
        rising=len(ages) == RISING_ROWS and bool((np.diff(ages) > 0).all()),
        configurations_seen=len(window.settings_seen("parallelism", "slots", "memory_mb")),
    )


def load_history(window: MetricsWindow) -> Floats:
    """Measured load on the window's grid, oldest first; NaN where missing."""
    return window.column("load_records_per_second")


def finite(value: float) -> float | None:
    """A number as evidence: plain, six digits; None where there is none or it is infinite."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
