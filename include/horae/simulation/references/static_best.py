"""The cheapest constant configuration that would have met the limits, known only in hindsight.

A reference of the scoreboard, not a policy: nobody can know it beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from horae.domain.configuration import Configuration
from horae.domain.limits import Limits, Prices
from horae.performance.models import Floats
from horae.simulation.job.job_model import JobModel
from horae.simulation.load.traces import Trace
from horae.simulation.references.clairvoyant_view import Job, front_of
from horae.simulation.references.schedule import replay
from horae.simulation.score.recoveries import Definition, recoveries, summary
from horae.simulation.score.scores import Score, score
from horae.simulation.world.chances import steady_latency
from horae.simulation.world.queue_age import ages
from horae.simulation.world.record import RunRecord
from horae.simulation.world.worlds import World

AT_ONCE = 8
"""Configurations that are replayed together, the cheapest first."""

LUCK = 3.0
"""Deviations of ln C: a configuration that is too small by more is not replayed."""

ROUNDING = 1e-9
"""Share of a capacity: a load as large as that is carried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticBest:
    """What was found.

    Attributes:
        configuration: To stay in.
        meets: It meets the limits; otherwise none does, and this one is nearest to it.
        scores: Seed to its score.
    """

    configuration: Configuration
    meets: bool
    scores: Mapping[int, Score]

    @property
    def money(self) -> float:
        """Of its TaskManagers, the mean over the seeds."""
        return float(np.mean([one.money for one in self.scores.values()]))


def static_best(
    model: JobModel,
    world: World,
    traces: Mapping[int, Trace],
    configurations: Sequence[Configuration],
    *,
    limits: Limits,
    prices: Prices,
) -> StaticBest:
    """Replay what could do, the cheapest first, until one meets the limits.

    Left out is what another one beats in price, capacity and interval of its checkpoints, and
    what would break the latency limit for longer than may be if nothing failed. The limits are
    met where, on the mean over the seeds, the share of time within the latency limit and that of
    recoveries (definition A) within theirs are at least `limits.latency_confidence`. A failure
    that another one follows within the limit is not counted: no configuration recovers from it in
    time.

    Args:
        model: The job.
        world: What is added to it.
        traces: Seed to the load that was offered; at least one.
        configurations: That it may run in; at least one.
        limits: What had to hold.
        prices: What things cost.

    Raises:
        ValueError: No configuration was given.
    """
    if not configurations:
        raise ValueError("no configuration was given; give at least one")
    candidates = _candidates(model, world, traces, configurations, limits, prices)
    tried: list[StaticBest] = []
    for first in range(0, len(candidates), AT_ONCE):
        some = candidates[first : first + AT_ONCE]
        found = _replayed(model, world, traces, some, limits, prices)
        good = [one for one in found if one.meets]
        if good:
            return good[0]
        tried += found
    return min(tried, key=_violation)


def _candidates(
    model: JobModel,
    world: World,
    traces: Mapping[int, Trace],
    configurations: Sequence[Configuration],
    limits: Limits,
    prices: Prices,
) -> list[Configuration]:
    """Those that could meet the limits, the cheapest first; the largest in any case."""
    job = Job(
        model=model,
        world=world,
        trace=next(iter(traces.values())),
        limits=limits,
        prices=prices,
    )
    some = front_of(job, configurations)
    lucky = job.median(some) * np.exp(LUCK * job.deviation)
    needed = _needed(np.unique(lucky), model, world, traces, limits)
    return [one for one, has in zip(some, lucky, strict=True) if has >= needed]


def _needed(
    capacities: Floats, model: JobModel, world: World, traces: Mapping[int, Trace], limits: Limits
) -> float:
    """The least of ascending capacities that does for some seed, or else the largest of them."""
    needed = len(capacities) - 1
    for seed, trace in traces.items():
        below, enough = -1, needed
        while enough - below > 1:
            middle = (below + enough) // 2
            if _does(float(capacities[middle]), model, world, trace, seed, limits):
                enough = middle
            else:
                below = middle
        needed = enough
    return float(capacities[needed])


def _does(
    capacity: float, model: JobModel, world: World, trace: Trace, seed: int, limits: Limits
) -> bool:
    """Whether a capacity keeps within the latency limit where nothing ever fails."""
    free = np.cumsum(trace.load - capacity * world.drifted(trace) * (1 + ROUNDING))
    backlog = free - np.minimum.accumulate(np.minimum(free, 0.0))
    latency = ages(trace, backlog) + steady_latency(model, trace, seed)
    within = latency[trace.history_seconds :] <= limits.processing_latency_seconds
    return bool(within.mean() >= limits.latency_confidence)


def _replayed(
    model: JobModel,
    world: World,
    traces: Mapping[int, Trace],
    configurations: Sequence[Configuration],
    limits: Limits,
    prices: Prices,
) -> list[StaticBest]:
    scores: list[dict[int, Score]] = [{} for _ in configurations]
    recovered: list[list[float]] = [[] for _ in configurations]
    for seed, trace in traces.items():
        nothing, seeds = [()] * len(configurations), [seed] * len(configurations)
        records = replay(model, world, trace, nothing, starts=configurations, seeds=seeds)
        for own, shares, record in zip(scores, recovered, records, strict=True):
            own[seed] = score(record, limits=limits, prices=prices)
            shares += _recovered(record, limits)
    return [
        StaticBest(configuration=one, meets=_meets(own, shares, limits), scores=own)
        for one, own, shares in zip(configurations, scores, recovered, strict=True)
    ]


def _recovered(record: RunRecord, limits: Limits) -> list[float]:
    """Share of the failures that recovered in time; empty: there is none to tell."""
    limit = limits.recovery_seconds
    if limit is None:
        return []
    found = recoveries(record, limits.processing_latency_seconds, Definition.LATENCY)
    followed = {one.at for one, then in pairwise(found) if then.at - one.at <= limit}
    alone = [one for one in found if one.at not in followed]
    share = summary(tuple(alone), limit).share
    return [] if share is None else [share]


def _meets(scores: Mapping[int, Score], recovered: list[float], limits: Limits) -> bool:
    within = [one.share_within for one in scores.values()]
    means = [float(np.mean(each)) for each in (within, recovered) if each]
    return min(means) >= limits.latency_confidence


def _violation(found: StaticBest) -> float:
    return float(np.mean([one.violation_seconds for one in found.scores.values()]))
