"""What must hold of a window, as plain data derived from the catalogue.

A rule names one number that `evidence` works out and the span it must lie in, so that any
evaluator of "values of a column lie between two bounds, missing ones aside" can judge it.

Most rules judge the recent rows alone, those of the last sampling: decisions rest on them, and an
old gap or misreading must not make a window unusable for as long as it is kept. Freshness, grid
and schema concern the whole window, and so does `range_past`, which only warns: a forecast
learns from old load too.
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from horae.domain.metric import Metric, MetricKind
from horae.domain.metric_catalogue import CATALOGUE
from horae.domain.verdict import Severity

LEAST_COMPLETE = 0.5
"""Share of the recent rows in which a required metric must be measured: a rescale in place costs
a row or two of a sampling, half of it leaves room for both ends."""

RANGE_PAST = "load_records_per_second"
"""The metric whose past is learned from."""

BROKER_COUNTERS = frozenset({"produced_records_total"})
"""Counters that go on when the job is started anew: nothing excuses that they fall."""

UNOWNED_COUNTERS = frozenset({"cpu_seconds_total"})
"""Counters that may fall at any time: a TaskManager that serves other jobs may leave."""

CONFIGURED = (
    "parallelism",
    "slots",
    "cpu_cores",
    "memory_mb",
    "checkpoint_interval_seconds",
)
"""Settings that a configuration names and a window measures, by the same names."""

WINDOW = "window"

_FINITE = sys.float_info.max
"""Bound that only infinity passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold.

    Attributes:
        name: What kind of rule, such as `freshness`.
        metric: The metric concerned, or `window`.
        severity: What follows where it is broken.
        minimum: Smallest right number.
        maximum: Largest right number.
        sentence: What came and what was expected; `{value}` is the number that is furthest off,
            `{grid}` and `{stale}` are the job's settings in seconds.
        by_row: The number belongs to a row; otherwise there is one a window.
    """

    name: str
    metric: str
    severity: Severity
    sentence: str
    minimum: float = -_FINITE
    maximum: float = _FINITE
    by_row: bool = False

    @property
    def column(self) -> str:
        """Column of the evidence that holds the rule's numbers; unique among rules."""
        return f"{self.name}:{self.metric}"

    def furthest_off(self, values: list[float]) -> float:
        """The one of the wrong `values`, at least one, that is furthest beyond a bound."""
        return max(values, key=lambda value: max(self.minimum - value, value - self.maximum))


def _severity(metric: Metric) -> Severity:
    return Severity.BLOCKS if metric.required else Severity.WARNS


def _bound(value: float) -> str:
    return "any" if math.isinf(value) else f"{value:g}"


def _window_rules() -> Iterator[Rule]:
    blocks = Severity.BLOCKS
    yield Rule(
        name="rows",
        metric=WINDOW,
        severity=blocks,
        minimum=1,
        sentence="the window has no row with a time in UTC; observe the job again",
    )
    yield Rule(
        name="schema",
        metric=WINDOW,
        severity=blocks,
        maximum=0,
        sentence="{value:.0f} required columns are missing or not float64; the catalogue names "
        "them",
    )
    yield Rule(
        name="schema_optional",
        metric=WINDOW,
        severity=Severity.WARNS,
        maximum=0,
        sentence="{value:.0f} optional columns are missing or not float64; the catalogue names "
        "them",
    )
    yield Rule(
        name="grid",
        metric=WINDOW,
        severity=blocks,
        maximum=0,
        sentence="{value:.0f} rows do not lie on a multiple of {grid:g} s, {grid:g} s after the "
        "row before",
    )
    yield Rule(
        name="future",
        metric=WINDOW,
        severity=blocks,
        maximum=0,
        sentence="the newest row lies {value:.0f} s beyond the next grid point; compare the "
        "clocks of the machines",
    )
    yield Rule(
        name="job",
        metric=WINDOW,
        severity=blocks,
        maximum=0,
        sentence="the job was not running at the end of the window",
    )
    yield Rule(
        name="records_balance",
        metric="consumed_records_total",
        severity=blocks,
        maximum=0,
        sentence="the job read {value:.0f} records more than were produced and waiting; check "
        "its topics and group",
    )


def _metric_rules(metric: Metric) -> Iterator[Rule]:
    name, severity = metric.name, _severity(metric)
    if metric.required:
        yield Rule(
            name="freshness",
            metric=name,
            severity=severity,
            maximum=0,
            sentence=f"{name} was not measured for {{value:.0f}} s longer than the {{stale:g}} s "
            "allowed",
        )
        yield Rule(
            name="completeness",
            metric=name,
            severity=severity,
            minimum=LEAST_COMPLETE,
            sentence=f"{name} was measured in {{value:.0%}} of the recent rows, at least "
            f"{LEAST_COMPLETE:.0%} are needed",
        )
    yield Rule(
        name="range",
        metric=name,
        severity=severity,
        minimum=metric.minimum,
        maximum=min(metric.maximum, _FINITE),
        by_row=True,
        sentence=f"{name} is {{value:g}} ({metric.unit}) in a recent row, expected "
        f"{_bound(metric.minimum)} to {_bound(metric.maximum)}",
    )
    if name == RANGE_PAST:
        yield Rule(
            name="range_past",
            metric=name,
            severity=Severity.WARNS,
            maximum=0,
            sentence=f"{name} is out of range in {{value:.0f}} older rows, which a forecast "
            "learns from",
        )


def _change_rules(metric: Metric) -> Iterator[Rule]:
    name, severity = metric.name, _severity(metric)
    if metric.kind is MetricKind.COUNTER and name not in UNOWNED_COUNTERS:
        yield Rule(
            name="monotonic",
            metric=name,
            severity=severity,
            maximum=0,
            by_row=True,
            sentence=f"{name} fell by {{value:g}} without a restart",
        )
    if math.isfinite(metric.largest_rise_per_second):
        yield Rule(
            name="rise",
            metric=name,
            severity=severity,
            maximum=metric.largest_rise_per_second,
            by_row=True,
            sentence=f"{name} rose by {{value:g}} a second, at most "
            f"{metric.largest_rise_per_second:g} is plausible",
        )
    if name in CONFIGURED:
        yield Rule(
            name="configuration",
            metric=name,
            severity=severity,
            maximum=0,
            sentence=f"{name} as measured is off by {{value:g}} from the configuration that the "
            "job is said to run in",
        )


RULES: tuple[Rule, ...] = (
    *_window_rules(),
    *(rule for metric in CATALOGUE.values() for rule in _metric_rules(metric)),
    *(rule for metric in CATALOGUE.values() for rule in _change_rules(metric)),
)
"""Every rule, in the order that verdicts list them."""
