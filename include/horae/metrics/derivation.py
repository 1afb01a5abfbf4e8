"""What follows from the sampled metrics of rows: rates, lag, latency and true rate.

Every function takes rows on a gapless grid, changes them in place, and fills only cells that
follow from measured ones; the rest stay NaN. Repeating it changes nothing.
"""

import numpy as np

from horae.domain.metric_catalogue import CATALOGUE
from horae.metrics.rows import Floats, Rows

LONGEST_SPAN_ROWS = 3
"""Rows over which the growth of a counter may be spread: a pause between two observations is
bridged, an outage is not."""

LEAST_BUSY_RATIO = 0.05
"""Below it the true rate would be a small number over a smaller one."""


def derive(rows: Rows) -> None:
    """Fill all that follows from what was sampled."""
    times = _sample_times(rows)
    _fill_rates(rows, times)
    _fill_lag(rows)
    _fill_latency(rows, times)
    _fill_true_rate(rows)


def _fill_rates(rows: Rows, times: Floats) -> None:
    for metric in CATALOGUE.values():
        if metric.rate_of is not None:
            rates = _growth(rows.column(metric.rate_of), rows.column("uptime_seconds"), times)
            _fill(rows.column(metric.name), rates)


def _growth(totals: Floats, uptime: Floats, times: Floats) -> Floats:
    """Growth per second in every row between two readings that belong together."""
    rates = np.full(len(totals), np.nan)
    measured = np.flatnonzero(np.isfinite(totals))
    before, after = measured[:-1], measured[1:]
    grown, seconds = totals[after] - totals[before], times[after] - times[before]
    started_anew = (grown < 0) | (uptime[after] < seconds)
    together = (after - before <= LONGEST_SPAN_ROWS) & (seconds > 0) & ~started_anew
    before, after = before[together], after[together]
    rate = grown[together] / seconds[together]
    for back in range(LONGEST_SPAN_ROWS):
        within = after - back > before
        rates[after[within] - back] = rate[within]
    return rates


def _fill_lag(rows: Rows) -> None:
    """Offsets of both sides count more than what the sources say is pending."""
    told = rows.column("lag_records")
    lag = rows.column("produced_records_total") - rows.column("position_records_total")
    known = ~np.isnan(lag)
    told[known] = np.maximum(0.0, lag[known])


def _fill_latency(rows: Rows, times: Floats) -> None:
    """An emptied input has no latency; a silent source has the age of what it has not read."""
    latency = rows.column("processing_latency_seconds")
    empty = (rows.column("lag_records") == 0) & (rows.column("consumed_records_per_second") == 0)
    latency[empty] = 0.0
    _fill(latency, _age_of_backlog(rows, times))


def _age_of_backlog(rows: Rows, times: Floats) -> Floats:
    """Seconds since the record at the job's position was produced; 0 when there is none yet.

    While not all subtasks run the position stands where it was last seen. NaN where the position
    is unknown, or is older than what was seen of the input.
    """
    produced = rows.column("produced_records_total")
    seen = np.isfinite(produced)
    if not seen.any():
        return np.full(rows.count, np.nan)
    position = rows.column("position_records_total")
    stands = rows.column("running_subtasks_ratio") < 1
    wanted = np.where(stands & np.isnan(position), _last_known(position), position)
    totals = np.maximum.accumulate(produced[seen])
    # Nudged so that a span in which nothing was produced counts from its end.
    born = np.interp(wanted + 1e-6, totals, times[seen], left=np.nan, right=np.inf)
    return np.where(seen, np.maximum(0.0, times - born), np.nan)


def _fill_true_rate(rows: Rows) -> None:
    busy = rows.column("busy_ratio_max")
    busy = np.where(busy >= LEAST_BUSY_RATIO, busy, np.nan)
    rate = rows.column("consumed_records_per_second") / busy
    _fill(rows.column("true_rate_records_per_second"), rate)


def _fill(column: Floats, values: Floats) -> None:
    """Write the values where nothing is known."""
    missing = np.isnan(column)
    column[missing] = values[missing]


def _last_known(column: Floats) -> Floats:
    """The newest value up to each row; NaN before the first one."""
    measured = np.where(np.isnan(column), 0, np.arange(len(column)))
    known: Floats = column[np.maximum.accumulate(measured)]
    return known


def _sample_times(rows: Rows) -> Floats:
    """Seconds from the first row to each row's sample."""
    # A row without a sample has no rates either; its time only has to be a number.
    delays = rows.column("sample_delay_seconds")
    return rows.seconds + np.where(np.isnan(delays), 0.0, delays)
