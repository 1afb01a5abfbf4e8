"""What a run has cost and what it has broken: the figures of the scoreboard.

Costs are summed over all TaskManagers from their request to their termination. What stands beside
the job (the JobManager, runs that only measure, the one who decides) is kept apart, for published
figures leave it out; every cost is told without it and with all of it.
"""

from dataclasses import dataclass

import numpy as np

from horae.domain.action import OutcomeResult
from horae.domain.limits import Limits, Prices
from horae.performance.models import Floats
from horae.settings.section import Settings
from horae.simulation.job.job_model import NotNegative
from horae.simulation.score.recoveries import Bools, Definition, recoveries, summary
from horae.simulation.world.record import RunRecord

HOUR = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Resources over time.

    Attributes:
        core_hours: CPU cores held, not used.
        gb_hours: Memory held, GiB.
    """

    core_hours: float
    gb_hours: float

    def money(self, prices: Prices) -> float:
        """Their price."""
        return self.core_hours * prices.core_hour + self.gb_hours * prices.gb_hour

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            core_hours=self.core_hours + other.core_hours,
            gb_hours=self.gb_hours + other.gb_hours,
        )


class Reserved(Settings):
    """Something that runs all the time.

    Attributes:
        cores: CPU cores, the mean over the run.
        memory_gb: Memory, GiB, the mean over the run.
    """

    cores: NotNegative = 0.0
    memory_gb: NotNegative = 0.0

    def cost(self, seconds: float) -> Cost:
        """Over a run of so many seconds."""
        hours = seconds / HOUR
        return Cost(core_hours=self.cores * hours, gb_hours=self.memory_gb * hours)


class Beside(Settings):
    """What is paid beside the job's TaskManagers.

    Demeter's runs on TSW (arXiv 2403.02129, the first of three) held clones of 3.98 cores and
    4.18 GiB in the mean over 18 h, and an analytics pod of 10 cores and 40 GiB.

    Attributes:
        job_manager: The JobManager.
        profiling: Runs of the job that only measure: clones, for instance.
        analytics: Who forecasts and decides. Horae's own share for one job, where it decides once
            a minute, is at most 1 s of CPU a cycle, hence `cores: 0.02`.
    """

    job_manager: Reserved = Reserved()
    profiling: Reserved = Reserved()
    analytics: Reserved = Reserved()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One run. None: there was nothing to count.

    Attributes:
        hours: Length of the scored part.
        core_hours: CPU of the TaskManagers.
        gb_hours: Memory of the TaskManagers, GiB.
        money: Price of the two.
        job_manager_core_hours: CPU of the JobManager.
        job_manager_gb_hours: Memory of the JobManager, GiB.
        job_manager_money: Price of the two.
        core_hours_all: With the JobManager, profiling and analytics.
        gb_hours_all: The same.
        money_all: The same.
        money_with_violations: `money_all` and the priced seconds of violation.
        share_within: Of all seconds, those with output whose processing latency is within its
            limit; without output it is not.
        violation_seconds: All the other seconds.
        failures: That struck.
        recovery_a_mean: Seconds, definition A.
        recovery_a_p95: Seconds.
        recovery_a_share: Within the limit.
        recovery_b_mean: Seconds, definition B.
        recovery_b_p95: Seconds.
        recovery_b_share: Within the limit.
        recoveries_cut: Recoveries (A) that another failure or an action came into.
        actions: That touched the job.
        action_outage_seconds: Without output during actions, but for what failures took.
        replayed_records: Read again, after failures and actions.
        backlog_end_records: Waiting at the end.
        backlog_end_seconds: Age of the oldest of them.
    """

    hours: float
    core_hours: float
    gb_hours: float
    money: float
    job_manager_core_hours: float
    job_manager_gb_hours: float
    job_manager_money: float
    core_hours_all: float
    gb_hours_all: float
    money_all: float
    money_with_violations: float
    share_within: float
    violation_seconds: int
    failures: int
    recovery_a_mean: float | None
    recovery_a_p95: float | None
    recovery_a_share: float | None
    recovery_b_mean: float | None
    recovery_b_p95: float | None
    recovery_b_share: float | None
    recoveries_cut: int
    actions: int
    action_outage_seconds: int
    replayed_records: float
    backlog_end_records: float
    backlog_end_seconds: float


def score(
    record: RunRecord, *, limits: Limits, prices: Prices, beside: Beside | None = None
) -> Score:
    """The figures of a run.

    Args:
        record: What happened.
        limits: What had to hold.
        prices: What things cost.
        beside: What ran beside the job; None: nothing.
    """
    beside = beside or Beside()
    workers = cost_of(record.cores, record.memory_gb)
    master = beside.job_manager.cost(record.seconds)
    whole = workers + master
    for share in (beside.profiling, beside.analytics):
        whole += share.cost(record.seconds)
    broken = int(violated(record.latency, limits.processing_latency_seconds).sum())
    limit, reach = limits.processing_latency_seconds, limits.recovery_seconds
    by_latency = recoveries(record, limit, Definition.LATENCY)
    one = summary(by_latency, reach)
    other = summary(recoveries(record, limit, Definition.BACKLOG_TOO), reach)
    return Score(
        hours=record.seconds / HOUR,
        core_hours=workers.core_hours,
        gb_hours=workers.gb_hours,
        money=workers.money(prices),
        job_manager_core_hours=master.core_hours,
        job_manager_gb_hours=master.gb_hours,
        job_manager_money=master.money(prices),
        core_hours_all=whole.core_hours,
        gb_hours_all=whole.gb_hours,
        money_all=whole.money(prices),
        money_with_violations=priced(whole.money(prices), broken, prices),
        share_within=1 - broken / record.seconds,
        violation_seconds=broken,
        failures=len(record.failures),
        recovery_a_mean=one.mean,
        recovery_a_p95=one.p95,
        recovery_a_share=one.share,
        recovery_b_mean=other.mean,
        recovery_b_p95=other.p95,
        recovery_b_share=other.share,
        recoveries_cut=sum(each.cut for each in by_latency),
        actions=sum(each.result is not OutcomeResult.ABANDONED for each in record.actions),
        action_outage_seconds=_own_outage(record),
        replayed_records=record.replayed_records,
        backlog_end_records=float(record.backlog[-1]),
        backlog_end_seconds=float(record.age[-1]),
    )


def cost_of(cores: Floats, memory_gb: Floats) -> Cost:
    """Of what was held, second by second.

    Args:
        cores: `n`, CPU cores.
        memory_gb: `n`, GiB.
    """
    return Cost(core_hours=float(cores.sum()) / HOUR, gb_hours=float(memory_gb.sum()) / HOUR)


def violated(latency: Floats, limit: float) -> Bools:
    """Which seconds break the limit of the processing latency; no output (NaN) breaks it too."""
    return ~(latency <= limit)


def priced(money: float, violation_seconds: float, prices: Prices) -> float:
    """Money with the seconds of violation in it; actions have no price here."""
    return money + violation_seconds * prices.violation_second


def _own_outage(record: RunRecord) -> int:
    """Seconds without output while an action was carried out and no failure was the cause."""
    acting = np.zeros(record.seconds, dtype=bool)
    for action in record.actions:
        acting[max(0, action.began) : action.ended + 1] = True
    for failure in record.failures:
        acting[failure.visible_at : failure.resumed_at] = False
    return int((acting & ~record.up).sum())
