"""DS2 as published in the Flink Kubernetes Operator: its autoscaler, vertex by vertex.

Every vertex gets so many subtasks that they would be busy for a target share of the time with what
the sources read, what their backlog grows by, and what must be caught up. See `ds2_rates` for what
a vertex could do and should do, `ds2_sizes` for how many subtasks follow, `ds2_alignment` for how
they are fitted to key groups; each names its source and what was left out.

As there, nothing is decided until the rows since the last start fill the span of the rates, so not
for `stabilisation_seconds` and `metrics_seconds` after it. A window that does not tell vertices
apart is read as that of a job with one vertex.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from horae.domain.action import RescalePath
from horae.domain.proposal import Evidence, Proposal, Reason, Stay
from horae.performance.outage import outage_interval
from horae.policy.ds2_rates import vertex_rates
from horae.policy.ds2_rows import JobRows, read_rows
from horae.policy.ds2_sizes import Size, any_is_outside, sizes
from horae.policy.ds2_target import Target, target_for
from horae.policy.policy import Situation
from horae.policy.signals import finite
from horae.settings.policy_settings import Ds2Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ds2Policy:
    """The autoscaler of the Flink Kubernetes Operator.

    Attributes:
        settings: Its options.
    """

    settings: Ds2Settings

    @property
    def name(self) -> str:
        """Always `ds2`."""
        return "ds2"

    @property
    def foresees(self) -> bool:
        """Never: it looks at what was measured alone."""
        return False

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Give each vertex the subtasks that it needs, once one is outside of its band."""
        job = read_rows(situation, self.settings)
        if job is None:
            return _not_measured("since when the job's tasks run as they do")
        if job.missing_seconds > 0:
            return self._too_early(job)
        wanted = sizes(vertex_rates(job, self.settings), job, self.settings)
        if all(math.isnan(one.needed) or math.isnan(one.true_rate) for one in wanted):
            return _not_measured("what any vertex takes in and how busy it is")
        if not any_is_outside(wanted):
            return _stay(wanted)
        target = target_for(situation, {one.vertex.id: one.wanted for one in wanted})
        if target.path is None:
            return _nowhere(situation, wanted, target)
        return _move(situation, wanted, target, target.path)

    def _too_early(self, job: JobRows) -> Stay:
        return Stay(
            reason=Reason.STABILISING,
            sentence=f"The job's tasks have not run for long enough: rates are measured over "
            f"{self.settings.metrics_seconds:g} s, which begin "
            f"{self.settings.stabilisation_seconds:g} s after a start; "
            f"{job.missing_seconds:.0f} s are missing.",
        )


def _not_measured(missing: str) -> Stay:
    return Stay(
        reason=Reason.NOT_MEASURED,
        sentence=f"It was not measured {missing}; without it nothing is recommended.",
    )


def _stay(wanted: Sequence[Size]) -> Stay:
    waiting = [one for one in wanted if one.waiting is not None]
    if waiting:
        said = ", ".join(f"{_subtasks(one, one.waiting)}" for one in waiting)
        sentence = f"Fewer are wanted, but not for long enough yet: {said}."
    else:
        said = "; ".join(_told(one) for one in wanted)
        sentence = f"Every vertex is within its band, or what it needs is what it has: {said}."
    return Stay(
        reason=Reason.STABILISING if waiting else Reason.WITHIN_THRESHOLDS,
        sentence=sentence,
        evidence=_evidence(wanted),
    )


def _nowhere(situation: Situation, wanted: Sequence[Size], target: Target) -> Stay:
    said = "; ".join(_told(one) for one in wanted if one.changes)
    return Stay(
        reason=Reason.NO_CANDIDATE,
        sentence=f"Other sizes are wanted ({said}), and nothing nearer to them than "
        f"{situation.current} can be reached.{target.remark}",
        evidence=_evidence(wanted),
    )


def _move(
    situation: Situation, wanted: Sequence[Size], target: Target, path: RescalePath
) -> Proposal:
    up = any(one.wanted > one.vertex.parallelism for one in wanted)
    said = "; ".join(_told(one) for one in wanted if one.changes)
    return Proposal(
        target=target.configuration,
        path=path,
        reason=Reason.DS2_UP if up else Reason.DS2_DOWN,
        sentence=f"A vertex is outside of its band: {said}. Going to {target.configuration}."
        f"{target.remark}",
        urgent=False,
        predicted_outage_seconds=situation.outage.quantile(path, 0.5),
        predicted_catch_up_seconds=None,
        benefit_money=None,
        predicted_outage_interval=outage_interval(situation.outage, path),
        evidence=_evidence(wanted),
    )


def _told(one: Size) -> str:
    rates = f"{_rate(one.true_rate)} of {_rate(one.needed)} needed"
    return f"{_subtasks(one, one.wanted)} ({rates})"


def _subtasks(one: Size, count: int | None) -> str:
    return f"{one.vertex.name} {one.vertex.parallelism} to {count}"


def _rate(rate: float) -> str:
    if math.isnan(rate):
        return "unknown"
    return "any" if math.isinf(rate) else f"{rate:,.0f} records/s"


def _evidence(wanted: Sequence[Size]) -> Evidence:
    """Figures of each vertex, under its id."""
    figures: dict[str, str | float | int | bool | None] = {}
    for one in wanted:
        figures |= {
            f"{one.vertex.id}.parallelism": one.vertex.parallelism,
            f"{one.vertex.id}.parallelism_wanted": one.wanted,
            f"{one.vertex.id}.true_rate_records_per_second": finite(one.true_rate),
            f"{one.vertex.id}.demand_records_per_second": finite(one.demand),
            f"{one.vertex.id}.needed_records_per_second": finite(one.needed),
            f"{one.vertex.id}.outside_band": one.outside,
        }
    return figures
