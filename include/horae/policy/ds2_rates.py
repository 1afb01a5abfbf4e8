"""What a vertex could process, and what is asked of it, looked at from every row.

Each row is taken for the end of a span of `metrics_seconds`, as a round of the operator's
autoscaler would: figures of the rows before the first whole span are NaN. All arrays have a value
a row, oldest first. NaN: not known; infinite: without bound.

Sources: DS2 (Kalavri et al., OSDI 2018), equations 5 to 8, and the autoscaler of the Flink
Kubernetes Operator 1.16, which adds backlog, catching up and restarts. Rates are means of rows
where the operator takes the first and the last counter; they agree where no row is missing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.policy.ds2_rows import JobRows, VertexRows
from horae.settings.policy_settings import Ds2Settings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VertexRates:
    """What a vertex does and should do, seen from every row.

    Attributes:
        rows: What was measured.
        rate_in: Records/s that came in.
        true_rate: Records/s that it could take in, if it worked all the time.
        demand: Records/s that it should take in for good.
        catch_up: Records/s beyond that which would work off the backlog in the time for it.
    """

    rows: VertexRows
    rate_in: Floats
    true_rate: Floats
    demand: Floats
    catch_up: Floats


def vertex_rates(job: JobRows, settings: Ds2Settings) -> tuple[VertexRates, ...]:
    """The rates of each vertex, in topological order.

    Seen from the rows in which a smaller size must have been wanted, and the newest; only what was
    observed while catching up is remembered from before.
    """
    observed = {one.vertex.id: _observed(one, job.needed, settings) for one in job.vertices}
    job = job.newest(job.needed + math.ceil(settings.scale_down_seconds / job.grid_seconds))
    inward = {one.vertex.id: rolling_mean(one.rate_in, job.needed) for one in job.vertices}
    outward = {one.vertex.id: rolling_mean(one.rate_out, job.needed) for one in job.vertices}
    wanted: dict[str, tuple[Floats, Floats]] = {}
    found = []
    for rows in job.vertices:
        name = rows.vertex.id
        if rows.vertex.is_source:
            wanted[name] = _asked_of_source(rows, inward[name], job, settings)
        else:
            wanted[name] = _passed_on(rows, wanted, inward, outward, job.vertices)
        demand, catch_up = wanted[name]
        found.append(
            VertexRates(
                rows=rows,
                rate_in=inward[name],
                true_rate=_true_rate(
                    rows, inward[name], observed[name][-job.count :], job.needed, settings
                ),
                demand=demand,
                catch_up=catch_up,
            )
        )
    return tuple(found)


def _true_rate(
    rows: VertexRows, rate_in: Floats, observed: Floats, needed: int, settings: Ds2Settings
) -> Floats:
    """By busy time, or as observed while catching up where that promises clearly less."""
    by_busy_time = _over_busy(rate_in, rolling_mean(rows.busy, needed))
    promises_more = by_busy_time > observed * (1 + settings.observed_switch_ratio)
    use = np.isfinite(observed) & (~np.isfinite(by_busy_time) | promises_more)
    return np.where(use, observed, by_busy_time)


def is_behind(
    rates: Sequence[VertexRates], needed: int, settings: Ds2Settings
) -> NDArray[np.bool_]:
    """The rows in which a source is so far behind that catching up comes before all else."""
    behind = np.zeros(len(rates[0].rate_in), dtype=bool)
    for one in rates:
        if one.rows.vertex.is_source:
            with np.errstate(all="ignore"):
                seconds = _newest(one.rows.lag, needed) / one.rate_in
            behind |= seconds > settings.backlog_seconds
    return behind


def rolling_mean(values: Floats, count: int, fewest: int = 1) -> Floats:
    """Mean over the last `count` rows of each row, of what was measured and is finite.

    NaN where fewer than `fewest` are; infinite where only infinite values are.
    """
    if len(values) < count:
        return np.full(len(values), np.nan)
    finite = np.isfinite(values)
    total = _rolling_sum(np.where(finite, values, 0.0), count)
    known = _rolling_sum(finite.astype(np.float64), count)
    endless = _rolling_sum(np.isposinf(values).astype(np.float64), count)
    with np.errstate(all="ignore"):
        mean = np.where(known >= fewest, total / known, np.nan)
    mean = np.where((known == 0) & (endless > 0), np.inf, mean)
    mean[: count - 1] = np.nan
    return mean


def _rolling_sum(values: Floats, count: int) -> Floats:
    total = np.cumsum(values)
    total[count:] -= total[:-count].copy()
    return total


def _over_busy(rate: Floats, busy: Floats) -> Floats:
    """Infinite where nothing came in or nobody worked: no bound was seen."""
    with np.errstate(all="ignore"):
        ratio = rate / busy
    return np.where((rate == 0) | ((busy == 0) & np.isfinite(rate)), np.inf, ratio)


def _observed(rows: VertexRows, needed: int, settings: Ds2Settings) -> Floats:
    """Mean capacity seen while catching up; where that is long ago, of all that was seen.

    NaN where too little was, and for what is no source.
    """
    if not rows.vertex.is_source:
        return np.full(len(rows.rate_in), np.nan)
    rate = np.where(rows.backpressured < 1, rows.rate_in, np.nan)
    catching_up = rows.lag >= settings.observed_lag_seconds * rows.rate_in
    with np.errstate(all="ignore"):
        each = np.where(catching_up & (rate > 0), rate / (1 - rows.backpressured), np.nan)
    seen = np.isfinite(each)
    if not seen.any():
        return np.full(len(each), np.nan)
    so_far = np.cumsum(seen)
    with np.errstate(all="ignore"):
        of_all = np.cumsum(np.where(seen, each, 0.0)) / so_far
    of_all = np.where(so_far >= settings.observed_rows, of_all, np.nan)
    lately = rolling_mean(each, needed, settings.observed_rows)
    return np.where(np.isfinite(lately), lately, of_all)


def _asked_of_source(
    rows: VertexRows, rate_in: Floats, job: JobRows, settings: Ds2Settings
) -> tuple[Floats, Floats]:
    """What it reads and what its backlog grows by; a source that tells no lag has none."""
    lag = rows.lag if np.isfinite(rows.lag).any() else np.zeros(job.count)
    demand = np.maximum(0.0, rate_in + _growth(lag, job.needed, job.grid_seconds))
    if settings.catch_up_seconds == 0:
        return demand, np.zeros(job.count)
    return demand, _newest(lag, job.needed) / settings.catch_up_seconds


def _growth(values: Floats, count: int, grid_seconds: float) -> Floats:
    """Growth per second between the first and the last measured value of each span."""
    first, last = _ends(values, count)
    known = (first >= 0) & (last > first)
    span = np.where(known, last - first, 1) * grid_seconds
    growth = (values[last] - values[first]) / span
    return np.where(known, growth, np.nan)


def _newest(values: Floats, count: int) -> Floats:
    first, last = _ends(values, count)
    return np.where(first >= 0, values[last], np.nan)


def _ends(values: Floats, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the first and the last measured value in each row's span; first -1: none."""
    places = np.arange(len(values))
    measured = np.isfinite(values)
    last = np.maximum.accumulate(np.where(measured, places, -1))
    following = np.minimum.accumulate(np.where(measured, places, len(values))[::-1])[::-1]
    start = np.maximum(0, places - count + 1)
    first = following[start]
    return np.where((first <= last) & (last >= start), first, -1), last


def _passed_on(
    rows: VertexRows,
    wanted: Mapping[str, tuple[Floats, Floats]],
    inward: Mapping[str, Floats],
    outward: Mapping[str, Floats],
    vertices: Sequence[VertexRows],
) -> tuple[Floats, Floats]:
    """What its inputs would send on, if they took in what is wanted of them."""
    name = rows.vertex.id
    demand, catch_up = np.zeros_like(inward[name]), np.zeros_like(inward[name])
    for source in dict.fromkeys(rows.vertex.inputs):
        edge = _edge_rate(rows, source, inward, outward, vertices)
        with np.errstate(all="ignore"):
            share = np.where(inward[source] == 0, 0.0, edge / inward[source])
            demand = demand + wanted[source][0] * share
            catch_up = catch_up + wanted[source][1] * share
    return demand, catch_up


def _edge_rate(
    rows: VertexRows,
    source: str,
    inward: Mapping[str, Floats],
    outward: Mapping[str, Floats],
    vertices: Sequence[VertexRows],
) -> Floats:
    """Records/s from `source` to the vertex, as far as counters of vertices tell.

    All that comes in, where there is no other input; else what the others do not send, where each
    of them sends nowhere else; else all that the input sends.
    """
    name = rows.vertex.id
    others = [one for one in dict.fromkeys(rows.vertex.inputs) if one != source]
    if all(_outputs(one, vertices) == 1 for one in others):
        return inward[name] - sum((outward[one] for one in others), np.zeros_like(inward[name]))
    return outward[source]


def _outputs(name: str, vertices: Sequence[VertexRows]) -> int:
    return sum(name in one.vertex.inputs for one in vertices)
