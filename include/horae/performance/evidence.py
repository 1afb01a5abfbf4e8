"""What a window says of the capacity of each configuration that was run in it.

Stable running proves a lower bound, overload an upper one; only a configuration that had a
backlog to work on with its bottleneck busy shows its capacity itself. Busy time gives a value up
to a bias.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from horae.domain.configuration import Configuration
from horae.domain.quantile import quantile
from horae.domain.window import column_of
from horae.performance.checkpoints import long_checkpoint_seconds
from horae.performance.models import Floats
from horae.performance.partitioning import Partitioning
from horae.performance.stretches import Flags, Settled, Spans, settled

BUSY = 0.95  # of a subtask's time; the rest is polling and metrics
PERSISTENT_SECONDS = 120.0  # lag that grows for so long is no hiccup, however idle a subtask looks
GROWTH = 0.05  # of the load; less lag growth than that is noise of two unsynchronised counters
BOUND_DEVIATION = 0.03  # of a mean over such a span; two clocks, two counters
USEFUL_BUSY = 0.2  # below, fixed work (checkpoints, polling) dominates the busy time
CPU_POINTS = 4  # per configuration: enough for a line, few enough not to outvote the rest


class Kind(StrEnum):
    """What an observation says of the capacity."""

    SUSTAINED = "sustained"  # at least this much
    OVERLOADED = "overloaded"  # at most this much
    SATURATED = "saturated"  # this much
    BUSY_TIME = "busy time"  # this much up to a bias, were it not for the CPU limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing seen of one configuration's capacity.

    Attributes:
        kind: What it says.
        configuration: What the job ran in.
        records_per_second: The bound or value.
        deviation: Standard deviation of its logarithm.
        rows: Rows of the window behind it.
    """

    kind: Kind
    configuration: Configuration
    records_per_second: float
    deviation: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuUse:
    """CPU that a throughput took.

    Attributes:
        configuration: What the job ran in.
        records_per_second: Consumed records.
        cores: CPU cores in use over all TaskManagers.
    """

    configuration: Configuration
    records_per_second: float
    cores: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a window says of a job's performance.

    Attributes:
        observations: At most one a kind and configuration.
        cpu: A few points a configuration; empty where CPU was not measured.
        checkpoint_seconds: Median duration of a checkpoint; None where none was measured.
        checkpoint_seconds_p95: Its 95 % quantile; None where none was measured.
    """

    observations: tuple[Observation, ...]
    cpu: tuple[CpuUse, ...]
    checkpoint_seconds: float | None
    checkpoint_seconds_p95: float | None

    def of(self, kind: Kind) -> tuple[Observation, ...]:
        """The observations of one kind."""
        return tuple(seen for seen in self.observations if seen.kind is kind)

    @property
    def proven_load(self) -> float | None:
        """Largest load sustained in any configuration, records/s; None where none was."""
        return max((seen.records_per_second for seen in self.of(Kind.SUSTAINED)), default=None)


def read_evidence(
    frame: pd.DataFrame, *, grid_seconds: float, partitioning: Partitioning
) -> Evidence:
    """Read the evidence in `frame`, whose columns are those of a `MetricsWindow`.

    Rows without a configuration, shortly after a start, or without throughput or lag are left out.

    Args:
        frame: One row a grid point, oldest first; NaN is a gap.
        grid_seconds: Distance of two rows.
        partitioning: How the input is spread: an uneven split hides the value of a saturation.
    """
    found: list[Observation | None] = []
    cpu: list[CpuUse] = []
    for configuration, run in runs(settled(frame, grid_seconds), grid_seconds):
        even = partitioning.is_even(configuration.parallelism)
        spread = partitioning.effective_slots(configuration.parallelism)
        fraction = 1.0 if even else spread / configuration.parallelism
        found += (
            _sustained(configuration, run),
            _overloaded(configuration, run),
            _saturated(configuration, run, grid_seconds, fraction),
            _busy_time(configuration, run),
        )
        cpu += _cpu_use(configuration, run)
    durations = column_of(frame, "checkpoint_duration_seconds")
    durations = durations[~np.isnan(durations)]
    return Evidence(
        observations=_strongest_bounds([seen for seen in found if seen is not None]),
        cpu=tuple(cpu),
        checkpoint_seconds=quantile(durations, 0.5) if len(durations) else None,
        checkpoint_seconds_p95=long_checkpoint_seconds(durations),
    )


def _strongest_bounds(observations: list[Observation]) -> tuple[Observation, ...]:
    """Keep the largest lower bound of a configuration that has two."""
    strongest: dict[tuple[Kind, Configuration], Observation] = {}
    for seen in observations:
        other = strongest.get((seen.kind, seen.configuration))
        if other is None or other.records_per_second < seen.records_per_second:
            strongest[seen.kind, seen.configuration] = seen
    return tuple(strongest.values())


def span_seconds(grid_seconds: float) -> float:
    """Shortest span that proves a rate: half a minute, for shorter ones ride on buffers.

    A clock of seconds has buffers of seconds and samples a part of each minute: three rows, and
    at least 15 s, must do there.
    """
    return min(30.0, max(15.0, 3 * grid_seconds))


def _span(grid_seconds: float, seconds: float | None = None) -> int:
    """Rows whose first and last are at least `seconds` apart; None: as far as proves a rate."""
    return math.ceil((seconds or span_seconds(grid_seconds)) / grid_seconds) + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """All stretches in one configuration, `n` rows in the order of time.

    Attributes:
        consumed: `n`, records/s.
        lag: `n`, records waiting at the end of each row.
        lag_before: `n`, and at its beginning.
        busy: `n`, in [0, 1].
        cores: `n`, in use.
        pressed: `n`, whether the job did all it could.
        spans: Every span that is long enough to prove a rate.
        pressed_throughout: Whether the job did all it could in all of each span.
    """

    consumed: Floats
    lag: Floats
    lag_before: Floats
    busy: Floats
    cores: Floats
    pressed: Flags
    spans: Spans
    pressed_throughout: Flags


def runs(window: Settled, grid_seconds: float) -> Iterator[tuple[Configuration, Run]]:
    """Each configuration of a window and what was measured in it."""
    length = _span(grid_seconds)
    spans = window.spans(length, grid_seconds)
    pressed, lag_before = _pressed(window, grid_seconds), window.lag_before
    throughout = _throughout(pressed, length)
    for place, configuration in enumerate(window.configurations):
        rows = window.ran == place
        own = spans.among(rows)
        yield (
            configuration,
            Run(
                consumed=window.consumed[rows],
                lag=window.lag[rows],
                lag_before=lag_before[rows],
                busy=window.busy[rows],
                cores=window.cores[rows],
                pressed=pressed[rows],
                spans=own,
                pressed_throughout=throughout[own.begin],
            ),
        )


def _pressed(window: Settled, grid_seconds: float) -> Flags:
    """Rows in which the job did all it could: busy, or while its lag grew for minutes.

    The second catches asynchronous operators and slow readers, which wait without being busy.
    """
    pressed = window.busy >= BUSY
    length = _span(grid_seconds, PERSISTENT_SECONDS)
    spans = window.spans(length, grid_seconds)
    grew = spans.begin[(spans.growth > GROWTH * spans.load) & (spans.consumed > 0)]
    pressed[np.add.outer(grew, np.arange(length))] = True
    return pressed


def _throughout(flags: Flags, rows: int) -> Flags:
    """Whether all of each `rows` consecutive flags are set; as many as there are such spans."""
    if len(flags) < rows:
        return flags[:0]
    spans: Flags = np.asarray(sliding_window_view(flags, rows).all(axis=1))
    return spans


def _sustained(configuration: Configuration, run: Run) -> Observation | None:
    # A drain consumes more than the load, and proves no less than the load.
    rate = np.fmin(run.spans.consumed, run.spans.load)
    steady = (run.spans.growth <= GROWTH * rate) & (rate > 0)
    if not steady.any():
        return None
    return Observation(
        kind=Kind.SUSTAINED,
        configuration=configuration,
        records_per_second=float(rate[steady].max()),
        deviation=BOUND_DEVIATION,
        rows=int(steady.sum()),
    )


def _overloaded(configuration: Configuration, run: Run) -> Observation | None:
    load = run.spans.load
    over = (run.spans.growth > GROWTH * load) & (load > 0) & run.pressed_throughout
    if not over.any():
        return None
    return Observation(
        kind=Kind.OVERLOADED,
        configuration=configuration,
        records_per_second=float(load[over].min()),
        deviation=BOUND_DEVIATION,
        rows=int(over.sum()),
    )


def _saturated(
    configuration: Configuration, run: Run, grid_seconds: float, fraction: float
) -> Observation | None:
    """The mean rate while there was more to do than could be done.

    With an uneven split the quiet subtasks catch up faster than the busiest one, so their sum
    only bounds the capacity from below, by the `fraction` of it that an even load would have.
    """
    rates = _rates_with_backlog(run, grid_seconds)
    if len(rates) < 2 or rates.mean() <= 0:
        return None
    scatter = float(rates.std(ddof=1) / rates.mean()) / math.sqrt(len(rates))
    return Observation(
        kind=Kind.SATURATED if fraction == 1 else Kind.SUSTAINED,
        configuration=configuration,
        records_per_second=float(rates.mean()) * fraction,
        deviation=math.hypot(0.03, scatter),  # 3 %: what two runs of the same differ by at best
        rows=len(rates),
    )


def _rates_with_backlog(run: Run, grid_seconds: float) -> Floats:
    """Throughput of the pressed rows whose source never ran dry: a backlog at both ends."""
    need = min(span_seconds(grid_seconds), grid_seconds) * run.consumed
    full = run.pressed & (run.lag >= need) & (run.lag_before >= need)
    return run.consumed[full]


def _busy_time(configuration: Configuration, run: Run) -> Observation | None:
    """Records over busy seconds, summed before divided: counters may move in leaps."""
    busy, consumed = run.busy, run.consumed
    useful = (busy >= USEFUL_BUSY) & (busy < BUSY) & np.isfinite(consumed)
    if useful.sum() < 3 or consumed[useful].sum() <= 0:
        return None
    upper = useful & (busy >= quantile(busy[useful], 0.5))
    spread = 0.03 / float(busy[upper].mean())  # 3 % of the time is fixed work, more or less
    return Observation(
        kind=Kind.BUSY_TIME,
        configuration=configuration,
        records_per_second=float(consumed[upper].sum() / busy[upper].sum()),
        deviation=math.hypot(0.05, spread),
        rows=int(upper.sum()),
    )


def _cpu_use(configuration: Configuration, run: Run) -> list[CpuUse]:
    """Means over equal parts of the rows in which CPU was measured, by throughput."""
    measured = np.flatnonzero(np.isfinite(run.consumed) & np.isfinite(run.cores))
    if not len(measured):
        return []
    ascending = measured[np.argsort(run.consumed[measured], kind="stable")]
    parts = min(CPU_POINTS, len(ascending))
    begins = np.arange(parts) * len(ascending) // parts
    rows = np.diff(begins, append=len(ascending))
    consumed = np.add.reduceat(run.consumed[ascending], begins) / rows
    cores = np.add.reduceat(run.cores[ascending], begins) / rows
    return [
        CpuUse(configuration=configuration, records_per_second=each, cores=used)
        for each, used in zip(consumed.tolist(), cores.tolist(), strict=True)
    ]
