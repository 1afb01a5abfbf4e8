"""What follows from the sampled columns of a frame: rates, lag, latency and true rate.

Every function takes a frame with the catalogue's columns on a gapless grid, changes it in place,
and fills only cells that follow from measured ones; the rest stay NaN. Repeating it changes
nothing.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.domain.metric_catalogue import CATALOGUE

Floats = NDArray[np.float64]

LONGEST_SPAN_ROWS = 3
"""Rows over which the growth of a counter may be spread: a pause between two observations is
bridged, an outage is not."""

LEAST_BUSY_RATIO = 0.05
"""Below it the true rate would be a small number over a smaller one."""


def derive(frame: pd.DataFrame) -> None:
    """Fill all that follows from what was sampled."""
    _fill_rates(frame)
    _fill_lag(frame)
    _fill_latency(frame)
    _fill_true_rate(frame)


def _fill_rates(frame: pd.DataFrame) -> None:
    for metric in CATALOGUE.values():
        if metric.rate_of is not None:
            rates = _growth(frame, metric.rate_of)
            frame[metric.name] = frame[metric.name].fillna(pd.Series(rates, index=frame.index))


def _growth(frame: pd.DataFrame, counter: str) -> Floats:
    """Growth per second in every row between two readings that belong together."""
    totals, times = _column(frame, counter), _sample_times(frame)
    uptime = _column(frame, "uptime_seconds")
    rates = np.full(len(frame), np.nan)
    measured = np.flatnonzero(np.isfinite(totals))
    for before, after in pairwise(measured):
        seconds = times[after] - times[before]
        started_anew = totals[after] < totals[before] or uptime[after] < seconds
        if after - before <= LONGEST_SPAN_ROWS and seconds > 0 and not started_anew:
            rates[before + 1 : after + 1] = (totals[after] - totals[before]) / seconds
    return rates


def _fill_lag(frame: pd.DataFrame) -> None:
    """Offsets of both sides count more than what the sources say is pending."""
    lag = frame["produced_records_total"] - frame["position_records_total"]
    frame["lag_records"] = lag.clip(lower=0).fillna(frame["lag_records"])


def _fill_latency(frame: pd.DataFrame) -> None:
    """An emptied input has no latency; a silent source has the age of what it has not read."""
    empty = (frame["lag_records"] == 0) & (frame["consumed_records_per_second"] == 0)
    latency = frame["processing_latency_seconds"].mask(empty, 0.0)
    age = pd.Series(_age_of_backlog(frame), index=frame.index)
    frame["processing_latency_seconds"] = latency.fillna(age)


def _age_of_backlog(frame: pd.DataFrame) -> Floats:
    """Seconds since the record at the job's position was produced; 0 when there is none yet.

    While not all subtasks run the position stands where it was last seen. NaN where the position
    is unknown, or is older than what was seen of the input.
    """
    produced, times = _column(frame, "produced_records_total"), _sample_times(frame)
    stands = (frame["running_subtasks_ratio"] < 1).to_numpy()
    position = frame["position_records_total"]
    position = position.where(~stands | position.notna(), position.ffill())
    seen = np.isfinite(produced)
    if not seen.any():
        return np.full(len(frame), np.nan)
    totals = np.maximum.accumulate(produced[seen])
    wanted = position.to_numpy(dtype=np.float64)
    # Nudged so that a span in which nothing was produced counts from its end.
    born = np.interp(wanted + 1e-6, totals, times[seen], left=np.nan, right=np.inf)
    return np.where(np.isfinite(produced), np.maximum(0.0, times - born), np.nan)


def _fill_true_rate(frame: pd.DataFrame) -> None:
    busy = frame["busy_ratio_max"].where(frame["busy_ratio_max"] >= LEAST_BUSY_RATIO)
    rate = frame["consumed_records_per_second"] / busy
    frame["true_rate_records_per_second"] = frame["true_rate_records_per_second"].fillna(rate)


def _column(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(dtype=np.float64)


def _sample_times(frame: pd.DataFrame) -> Floats:
    """Seconds from the first row to each row's sample."""
    rows: Floats = (frame.index - frame.index[0]).total_seconds().to_numpy(dtype=np.float64)
    # A row without a sample has no rates either; its time only has to be a number.
    delays: Floats = np.nan_to_num(_column(frame, "sample_delay_seconds"))
    return rows + delays
