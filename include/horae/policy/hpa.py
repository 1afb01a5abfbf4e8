"""The rule of Kubernetes' Horizontal Pod Autoscaler, a TaskManager being a pod.

Source: Kubernetes documentation, "Horizontal Pod Autoscaling", sections "Algorithm details" and
"Configurable scaling behavior"; the defaults are those of `autoscaling/v2`.

The rule remembers what it recommended within the stabilisation windows. Here each row of a window
is a look of its own: what was recommended is computed again from the row's TaskManagers and
metric. Pods that are not ready yet count with what they use, over all pods: that is what the
published rule comes to where only the sum over the pods is known. A row without the metric has no
recommendation, as a round in which no pod had one.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from horae.domain.window import MetricsWindow
from horae.performance.models import Floats
from horae.settings.policy_settings import ThresholdSettings

_SAME = 1e-9  # a ratio of two measured means that should be a whole number may miss it by this


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """What each of the last rows showed, oldest first, the last one being the newest.

    Attributes:
        ago_seconds: Time of each row before the newest.
        task_managers: TaskManagers in each; NaN where the job was down.
        metric: The metric in each, mean over `metric_seconds`; NaN where it was not measured.
    """

    ago_seconds: Floats
    task_managers: Floats
    metric: Floats


def read_looks(window: MetricsWindow, settings: ThresholdSettings) -> Looks:
    """The rows that the rule rests on."""
    grid = window.grid_seconds
    averaged = max(1, round(settings.metric_seconds / grid))
    spans = (
        settings.up_stabilisation_seconds,
        settings.down_stabilisation_seconds,
        settings.limit_seconds,
    )
    count = min(len(window.frame), math.ceil(max(spans) / grid) + 1)
    measured = _cpu(window) if settings.metric == "cpu" else _busy(window)
    return Looks(
        ago_seconds=grid * np.arange(count - 1, -1, -1, dtype=np.float64),
        task_managers=window.column("task_managers")[-count:],
        metric=_means(measured, count, averaged),
    )


def recommended(task_managers: float, metric: float, settings: ThresholdSettings) -> float:
    """TaskManagers that one look recommends; NaN where it cannot.

    `ceil(TaskManagers x metric / target)`, and those there are while that ratio is within the
    tolerance of 1.
    """
    ratio = metric / settings.target
    if math.isnan(ratio) or math.isnan(task_managers):
        return math.nan
    if abs(ratio - 1) <= settings.tolerance + _SAME:
        return task_managers
    return float(math.ceil(task_managers * ratio - _SAME))


def stabilised(now: int, looks: Looks, settings: ThresholdSettings) -> float:
    """TaskManagers after the stabilisation windows; NaN where the newest look recommends none.

    One grows to the smallest recommendation of the window for growing, and shrinks to the largest
    of the one for shrinking. Between the two one stays at `now`, the TaskManagers there are.
    """
    said = np.array(
        [
            recommended(count, metric, settings)
            for count, metric in zip(looks.task_managers, looks.metric, strict=True)
        ]
    )
    if math.isnan(said[-1]):
        return math.nan
    smallest = float(np.nanmin(said[_within(looks, settings.up_stabilisation_seconds)]))
    largest = float(np.nanmax(said[_within(looks, settings.down_stabilisation_seconds)]))
    return min(max(float(now), smallest), largest)


def limited(wanted: float, now: int, looks: Looks, settings: ThresholdSettings) -> float:
    """TaskManagers after the limits of growing and shrinking within `limit_seconds`.

    What was added or removed within that span before counts against the limit.
    """
    past = looks.task_managers[looks.ago_seconds <= settings.limit_seconds]
    known = past[~np.isnan(past)]
    before = float(known[0]) if len(known) else float(now)
    grown_from, shrunk_from = min(before, now), max(before, now)
    most = max(
        math.ceil(grown_from * (1 + settings.up_limit_ratio) - _SAME),
        grown_from + settings.up_limit_task_managers,
    )
    fewest = math.floor(shrunk_from * (1 - settings.down_limit_ratio) + _SAME)
    return min(max(wanted, min(fewest, now)), max(most, now))


def _within(looks: Looks, seconds: float) -> NDArray[np.bool_]:
    """Looks less than so long ago, the newest in any case."""
    within = looks.ago_seconds < seconds
    within[-1] = True
    return within


def _cpu(window: MetricsWindow) -> Floats:
    """Cores used over cores there are."""
    cores = window.column("task_managers") * window.column("cpu_cores")
    with np.errstate(all="ignore"):
        share: Floats = window.column("cpu_cores_used") / cores
    return np.where(cores > 0, share, np.nan)


def _busy(window: MetricsWindow) -> Floats:
    """Mean over the subtasks; of the busiest one where no mean was measured."""
    mean, most = window.column("busy_ratio_mean"), window.column("busy_ratio_max")
    busy: Floats = np.where(np.isnan(mean), most, mean)
    return busy


def _means(values: Floats, count: int, averaged: int) -> Floats:
    """Mean of so many rows up to each of the last `count`; NaN where that one was not measured."""
    padded = np.concatenate([np.full(averaged - 1, np.nan), values])[-(count + averaged - 1) :]
    spans = sliding_window_view(padded, averaged)
    known = ~np.isnan(spans)
    means: Floats = np.divide(
        np.where(known, spans, 0.0).sum(axis=1),
        known.sum(axis=1),
        out=np.full(count, np.nan),
        where=known[:, -1],
    )
    return means
