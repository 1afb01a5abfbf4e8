"""One reading of one vertex's metrics over Flink's REST, and what two readings say together.

Counters come first. `...PerSecond` gauges are means over 60 s and serve only where there is no
earlier reading to compare with, and to tell which vertex and subtask is the busiest. A task's
busy, idle and back-pressured time add up to the time that it has run: its own clock, which tells
how far two readings are apart however old the values were when they were read.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from horae.clients.flink_replies import AggregatedMetric
from horae.clients.kafka import Partition

# Flink writes `Source__<name>.<metric>`; the name may be cut, and holds no dot.
_SOURCE = re.compile(
    r"^Source__[^.]*\.(?P<metric>numRecordsIn|numRecordsOut|pendingRecords|currentEmitEventTimeLag"
    r"|KafkaSourceReader\.topic\.(?P<topic>.+)\.partition\.(?P<number>\d+)\.currentOffset)$"
)
_TASK = frozenset(
    {
        "accumulateBusyTimeMs",
        "accumulateIdleTimeMs",
        "accumulateBackPressuredTimeMs",
        "busyTimeMsPerSecond",
        "backPressuredTimeMsPerSecond",
        "numRecordsIn",
        "numRecordsOut",
    }
)
_GAUGE_SECONDS = 60.0  # what the gauges are means over
_TRICKLE = 10.0  # records/s and subtask; below it a wait may last over a tenth of a second
_LONGEST_LAG_MS = 366 * 86_400_000.0  # more is what a source says before its first record
_EARLIEST_MS = -60_000.0  # a producer's clock that is further ahead than this is wrong
_UNDEFINED_MS = -1.0

Metrics = Mapping[str, AggregatedMetric]


def wanted_names(names: Iterable[str]) -> list[str]:
    """Those of a vertex's metric names that a reading is made of."""
    return sorted(name for name in names if name in _TASK or _SOURCE.match(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class VertexReading:
    """What a vertex's counters and gauges said at one moment; NaN where they did not.

    Attributes:
        parallelism: Subtasks, over which sums were taken.
        busy_ms: Time spent working since the tasks began to run, summed.
        backpressured_ms: Time spent waiting for room in the output, summed.
        running_ms: Time since the tasks began to run, summed.
        busy_gauge: Busy share, mean over the subtasks and the last minute.
        skew: Busy share of the busiest subtask over the mean, at least 1.
        evenness: Busy share of the least busy subtask over the mean, at most 1.
        backpressured_gauge: Back-pressured share, mean over the subtasks and the last minute.
        handled: Records that came into the vertex, from outside or from other vertices.
        sent: Records that went to other vertices, over all outputs.
        consumed: Records that the vertex's sources have read; NaN for none.
        pending: Records that the sources say are waiting; NaN for none.
        emit_lag_ms: Age of the last record when it left the source, largest over the subtasks.
        partitions: Partitions that the vertex's sources read; NaN where they do not name them.
        positions: Next offset to read of each partition, by topic as Flink writes it.
    """

    parallelism: int
    busy_ms: float
    backpressured_ms: float
    running_ms: float
    busy_gauge: float
    skew: float
    evenness: float
    backpressured_gauge: float
    handled: float
    sent: float
    consumed: float
    pending: float
    emit_lag_ms: float
    partitions: float
    positions: Mapping[Partition, int]

    @classmethod
    def of(cls, parallelism: int, metrics: Metrics) -> "VertexReading":
        """Read a vertex's metrics, aggregated by max, avg and sum."""
        busy = _sum(metrics, "accumulateBusyTimeMs")
        waiting = _sum(metrics, "accumulateBackPressuredTimeMs")
        gauge = metrics.get("busyTimeMsPerSecond")
        mean, most, least = _spread(gauge)
        sources = _by_source_metric(metrics)
        read = "numRecordsIn" if "numRecordsIn" in sources else "numRecordsOut"
        consumed = _total(sources, read)
        return cls(
            parallelism=parallelism,
            busy_ms=busy,
            backpressured_ms=waiting,
            running_ms=busy + waiting + _sum(metrics, "accumulateIdleTimeMs"),
            busy_gauge=mean / 1000,
            skew=max(1.0, most / mean) if mean > 0 else 1.0,
            evenness=min(1.0, least / mean) if mean > 0 else 1.0,
            backpressured_gauge=_average(metrics, "backPressuredTimeMsPerSecond") / 1000,
            handled=_sum(metrics, "numRecordsIn") if math.isnan(consumed) else consumed,
            sent=_sum(metrics, "numRecordsOut"),
            consumed=consumed,
            pending=_total(sources, "pendingRecords"),
            emit_lag_ms=_emit_lag(sources.get("currentEmitEventTimeLag", ())),
            partitions=_partitions(metrics),
            positions=_positions(metrics),
        )

    @property
    def running_seconds(self) -> float:
        """Since the tasks began to run, mean over the subtasks."""
        return self.running_ms / 1000 / self.parallelism

    def seconds_since(self, before: "VertexReading | None") -> float:
        """From `before` to this reading by the tasks' clock; NaN when tasks were started between.

        Zero when Flink answered both times with the same values.
        """
        if before is None or before.parallelism != self.parallelism:
            return math.nan
        seconds = self.running_seconds - before.running_seconds
        return seconds if seconds >= 0 else math.nan

    def busy_ratio(self, before: "VertexReading | None") -> float:
        """Busy share, mean over the subtasks; NaN when nothing trustworthy is known.

        A wait for input is booked as idle at its end, or every five seconds, and counts as busy
        until then. Where records come so seldom that this matters, what the gauge remembers of the
        last minute is an upper bound.
        """
        seconds = self.seconds_since(before)
        if before is None or not seconds > 0:
            return self._trusted(self.busy_gauge)
        per_subtask = seconds * self.parallelism
        counted = (self.busy_ms - before.busy_ms) / 1000 / per_subtask
        if (self.handled - before.handled) / per_subtask >= _TRICKLE:
            return as_share(counted)
        bound = self.busy_gauge * max(1.0, min(_GAUGE_SECONDS, self.running_seconds) / seconds)
        return as_share(counted if math.isnan(bound) else min(counted, bound))

    def backpressured_ratio(self, before: "VertexReading | None") -> float:
        """Back-pressured share, mean over the subtasks; NaN when nothing trustworthy is known."""
        seconds = self.seconds_since(before)
        if before is None or not seconds > 0:
            return self._trusted(self.backpressured_gauge)
        waited = (self.backpressured_ms - before.backpressured_ms) / 1000 / self.parallelism
        return as_share(waited / seconds)

    def consumed_per_second(self, before: "VertexReading | None") -> float:
        """Records read per second since `before`; NaN when that is not known."""
        return self._growth(before, lambda reading: reading.consumed)

    def handled_per_second(self, before: "VertexReading | None") -> float:
        """Records that came in per second since `before`; NaN when that is not known."""
        return self._growth(before, lambda reading: reading.handled)

    def sent_per_second(self, before: "VertexReading | None") -> float:
        """Records sent on per second since `before`; NaN when that is not known."""
        return self._growth(before, lambda reading: reading.sent)

    def _growth(
        self, before: "VertexReading | None", counter: Callable[["VertexReading"], float]
    ) -> float:
        seconds = self.seconds_since(before)
        if before is None or not seconds > 0:
            return math.nan
        grown = counter(self) - counter(before)
        return math.nan if grown < 0 else grown / seconds

    def _trusted(self, gauge: float) -> float:
        return as_share(gauge) if self.running_seconds >= _GAUGE_SECONDS else math.nan


def as_share(value: float) -> float:
    """The value within 0 and 1; NaN stays NaN, which `min` and `max` would make a number."""
    return value if math.isnan(value) else min(1.0, max(0.0, value))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _sum(metrics: Metrics, name: str) -> float:
    return _number(metrics[name].sum) if name in metrics else math.nan


def _spread(gauge: AggregatedMetric | None) -> tuple[float, float, float]:
    """Mean, most and least of the subtasks; a least that was not asked for counts as the mean."""
    if gauge is None:
        return math.nan, math.nan, math.nan
    mean = _number(gauge.avg)
    return mean, _number(gauge.max), mean if gauge.min is None else gauge.min


def _average(metrics: Metrics, name: str) -> float:
    return _number(metrics[name].avg) if name in metrics else math.nan


def _by_source_metric(metrics: Metrics) -> Mapping[str, list[AggregatedMetric]]:
    """Last part of the name to the metrics of all sources chained into the vertex."""
    found: dict[str, list[AggregatedMetric]] = {}
    for name, metric in metrics.items():
        if match := _SOURCE.match(name):
            found.setdefault(match["metric"], []).append(metric)
    return found


def _total(sources: Mapping[str, list[AggregatedMetric]], name: str) -> float:
    found = sources.get(name)
    return sum(_number(metric.sum) for metric in found) if found else math.nan


def _emit_lag(sources: Iterable[AggregatedMetric]) -> float:
    """The largest plausible lag; clocks that differ a little make none negative."""
    lags = [_number(metric.max) for metric in sources]
    known = [lag for lag in lags if lag <= _LONGEST_LAG_MS and lag > _EARLIEST_MS]
    return max((max(0.0, lag) for lag in known if lag != _UNDEFINED_MS), default=math.nan)


def _partitions(metrics: Metrics) -> float:
    """Partitions whose offsets are named, whether or not one has delivered a record yet."""
    named = [match for name in metrics if (match := _SOURCE.match(name)) and match["topic"]]
    return float(len({(match["topic"], match["number"]) for match in named})) or math.nan


def _positions(metrics: Metrics) -> Mapping[Partition, int]:
    """Next offset of each partition that has delivered a record since the tasks were started."""
    found = {}
    for name, metric in metrics.items():
        match = _SOURCE.match(name)
        if match and match["topic"] and metric.max is not None and metric.max >= 0:
            found[Partition(match["topic"], int(match["number"]))] = int(metric.max) + 1
    return found
