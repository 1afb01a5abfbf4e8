"""Who decides about a job, and what each policy may be told."""

from typing import Annotated, Literal

from pydantic import Field

from horae.settings.section import Settings
from horae.settings.value_types import Probability, Seconds, SecondsFromZero, Share, Subtasks


class HoldSettings(Settings):
    """Policy `hold`: never moves.

    Attributes:
        name: Always `hold`.
    """

    name: Literal["hold"]


class ThresholdSettings(Settings):
    """Policy `threshold`: Flink's reactive mode under Kubernetes' Horizontal Pod Autoscaler.

    The defaults are those of Kubernetes; `target` is 0.8 as Daedalus ran it (Phoebe and Demeter:
    0.35). See `horae.policy.hpa`.

    Attributes:
        name: Always `threshold`.
        metric: What is held at the target: `cpu`, cores used over cores there are, or `busy`,
            the busy share of the busiest vertex, mean over its subtasks.
        target: Mean of the metric that it aims at.
        tolerance: Nothing is done while metric over target is within 1 and this.
        metric_seconds: Span that the metric is the mean over; at least a row.
        up_stabilisation_seconds: One grows to the smallest recommendation of so long.
        down_stabilisation_seconds: One shrinks to the largest recommendation of so long.
        limit_seconds: Span within which growing and shrinking is limited.
        up_limit_ratio: Within it at most so many times the TaskManagers are added, or
        up_limit_task_managers: so many TaskManagers, whichever is more.
        down_limit_ratio: Within it at most this share of the TaskManagers is removed.
    """

    name: Literal["threshold"]
    metric: Literal["cpu", "busy"] = "cpu"
    target: Probability = 0.8
    tolerance: Share = 0.1
    metric_seconds: Seconds = 15
    up_stabilisation_seconds: SecondsFromZero = 0
    down_stabilisation_seconds: SecondsFromZero = 300
    limit_seconds: Seconds = 15
    up_limit_ratio: Annotated[float, Field(ge=0, le=1_000)] = 1
    up_limit_task_managers: Annotated[int, Field(ge=0, le=32_768)] = 4
    down_limit_ratio: Share = 1


class Ds2Settings(Settings):
    """Policy `ds2`: the autoscaler of the Flink Kubernetes Operator, vertex by vertex.

    The defaults are the operator's (1.16). See `horae.policy.ds2`.

    Attributes:
        name: Always `ds2`.
        metrics_seconds: Span that rates are measured over (`metrics.window`).
        stabilisation_seconds: After a start of the tasks, before that span begins
            (`stabilization.interval`).
        busy_aggregator: Which subtask's busy share counts (`metrics.busy-time.aggregator`).
        target_utilisation: Busy share that a change aims at (`utilization.target`).
        maximum_utilisation: Above it one grows (`utilization.max`).
        minimum_utilisation: Below it one shrinks (`utilization.min`).
        catch_up_seconds: Time in which a backlog shall be worked off; 0: it does not count
            (`catch-up.duration`).
        restart_seconds: What an interruption is taken to last (`restart.time`).
        backlog_seconds: A source that is further behind makes the job catch up before all else
            (`backlog-processing.lag-threshold`).
        scale_down_seconds: How long a smaller size must have been wanted (`scale-down.interval`).
        scale_down_factor: Most a vertex may lose at once, as a share (`scale-down.max-factor`).
        scale_up_factor: Most a vertex may gain at once, as a multiple (`scale-up.max-factor`).
        minimum_parallelism: Fewest subtasks of a vertex (`vertex.min-parallelism`).
        maximum_parallelism: Most subtasks of a vertex (`vertex.max-parallelism`).
        alignment: How subtasks are fitted to key groups or partitions: `balanced`,
            `evenly-spread` or `off` (`scaling.parallelism-alignment.mode`).
        observed_lag_seconds: A source that is further behind is catching up, so that its rate is
            its capacity (`observed-true-processing-rate.lag-threshold`).
        observed_switch_ratio: The capacity so observed counts where busy time promises more by
            this share (`observed-true-processing-rate.switch-threshold`).
        observed_rows: Fewest rows of catching up that count
            (`observed-true-processing-rate.min-observations`).
    """

    name: Literal["ds2"]
    metrics_seconds: Seconds = 900
    stabilisation_seconds: SecondsFromZero = 300
    busy_aggregator: Literal["max", "mean", "min"] = "max"
    target_utilisation: Share = 0.7
    maximum_utilisation: Share = 1.0
    minimum_utilisation: Share = 0.4
    catch_up_seconds: SecondsFromZero = 1_800
    restart_seconds: SecondsFromZero = 300
    backlog_seconds: Seconds = 300
    scale_down_seconds: SecondsFromZero = 3_600
    scale_down_factor: Share = 0.6
    scale_up_factor: Annotated[float, Field(ge=0, le=1e9)] = 100_000
    minimum_parallelism: Subtasks = 1
    maximum_parallelism: Subtasks = 200
    alignment: Literal["balanced", "evenly-spread", "off"] = "balanced"
    observed_lag_seconds: Seconds = 30
    observed_switch_ratio: Annotated[float, Field(ge=0, le=1_000)] = 0.15
    observed_rows: Annotated[int, Field(ge=1, le=10_000)] = 2


class PlannerSettings(Settings):
    """Policy `planner`: Horae's own.

    Attributes:
        name: Always `planner`.
        draws: Joint draws of load path, capacity and outage.
        step_seconds: Step of the dynamic program; the grid where that is longer.
        failures_per_hour: Rate of failures that the price of a configuration counts with.
        stay_seconds: Longest stay over which a gain is counted; None: the season.
        proven_factor: A shrink may raise the peak utilisation to this multiple of the proven one.
    """

    name: Literal["planner"] = "planner"
    draws: Annotated[int, Field(ge=8, le=512)] = 32
    step_seconds: Seconds = 60
    failures_per_hour: Annotated[float, Field(ge=0, le=3_600)] = 0.02
    stay_seconds: Seconds | None = None
    proven_factor: Annotated[float, Field(gt=1, le=10)] = 1.25


PolicySettings = Annotated[
    HoldSettings | ThresholdSettings | Ds2Settings | PlannerSettings,
    Field(discriminator="name"),
]
