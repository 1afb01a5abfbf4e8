"""A run thinned out for plots: a thousand points that keep every peak and every gap."""

from dataclasses import dataclass

import numpy as np

from horae.domain.limits import Prices
from horae.performance.models import Floats
from horae.simulation.score.scores import HOUR
from horae.simulation.world.record import RunRecord

BUCKETS = 500
Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """`m` spans of a run, of equal length but for the last. None: nothing in the whole span.

    Attributes:
        ends: `m`, seconds since the run began.
        load: `m`, records/s, mean.
        load_highest: `m`, records/s.
        capacity_lowest: `m`, records/s; None while down, which `without_output` tells.
        capacity_highest: `m`, records/s.
        latency_lowest: `m`, seconds, of what came out.
        latency_highest: `m`, seconds.
        without_output: `m`, share of the span.
        cores: `m`, CPU cores of all TaskManagers, at most.
        money: `m`, spent on TaskManagers up to the end of the span.
    """

    ends: tuple[int, ...]
    load: Values
    load_highest: Values
    capacity_lowest: Values
    capacity_highest: Values
    latency_lowest: Values
    latency_highest: Values
    without_output: Values
    cores: Values
    money: Values


def curves(record: RunRecord, prices: Prices, *, buckets: int = BUCKETS) -> Curves:
    """Thin a run out.

    Args:
        record: The run.
        prices: For the money.
        buckets: About how many spans.
    """
    step = max(1, -(-record.seconds // buckets))
    begins = np.arange(0, record.seconds, step)
    ends = np.minimum(begins + step, record.seconds)
    capacity = np.where(record.up, record.capacity, np.nan)
    spent = record.cores * prices.core_hour + record.memory_gb * prices.gb_hour
    return Curves(
        ends=tuple(int(end) for end in ends),
        load=_by_span(record.load, begins, np.add, ends - begins),
        load_highest=_by_span(record.load, begins, np.fmax),
        capacity_lowest=_by_span(capacity, begins, np.fmin),
        capacity_highest=_by_span(capacity, begins, np.fmax),
        latency_lowest=_by_span(record.latency, begins, np.fmin),
        latency_highest=_by_span(record.latency, begins, np.fmax),
        without_output=_by_span((~record.up).astype(np.float64), begins, np.add, ends - begins),
        cores=_by_span(record.cores, begins, np.fmax),
        money=_shown(np.cumsum(spent)[ends - 1] / HOUR),
    )


def _by_span(
    values: Floats,
    begins: np.ndarray,
    together: np.ufunc,
    over: np.ndarray | None = None,
) -> Values:
    found = together.reduceat(values, begins)
    return _shown(found if over is None else found / over)


def _shown(values: Floats) -> Values:
    """Six digits: nobody sees more of a plot, and files stay small."""
    return tuple(None if np.isnan(value) else float(f"{value:.6g}") for value in values)
