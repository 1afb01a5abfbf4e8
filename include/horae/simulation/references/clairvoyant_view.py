"""What the clairvoyant knows of a job: the program that it solves."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.domain.limits import Limits, Prices
from horae.optimisation.pareto import front_rows
from horae.performance.models import Floats
from horae.simulation.job.job_model import JobModel, LogNormal, OutageModel
from horae.simulation.load.traces import Trace
from horae.simulation.references.clairvoyant import ANEW, IN_PLACE, Program
from horae.simulation.world.worlds import World

HOUR = 3_600
STEP_SECONDS = 60
LONGEST_RECOVERY = 900.0
"""Seconds that one failure is counted to break at most."""

USELESS = 0.5
"""Of the least load: a configuration that carries less than that is of no use to a plan."""

SHARES = (0.6, 0.25, 0.15)
"""Of a shortlist: the front of all configurations, of the best family, and of the start's."""

_AGES = np.concatenate([[0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0], np.geomspace(3.0, 1_800.0, 26)])
"""Seconds of the mean load, the nodes of the backlog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Whose best plan is looked for.

    Attributes:
        model: The job.
        world: What is added to it.
        trace: The load as it is offered.
        limits: What must hold.
        prices: What things cost.
        margin: Deviations of ln C by which the capacity is understated.
    """

    model: JobModel
    world: World
    trace: Trace
    limits: Limits
    prices: Prices
    margin: float = 0.0

    def price(self, configurations: Sequence[Configuration]) -> Floats:
        """Money per second of each."""
        return np.array([self.prices.per_hour(one) / HOUR for one in configurations])

    def median(self, configurations: Sequence[Configuration]) -> Floats:
        """Records/s of each, without chance, drift and what checkpoints cost."""
        return np.array([self.world.capacity(self.model, one) for one in configurations])

    @property
    def deviation(self) -> float:
        """Of ln C, from start to start and from minute to minute."""
        between = self.world.deviation_between_runs(self.model)
        return float(np.hypot(between, self.model.capacity.flicker))

    @property
    def steps(self) -> int:
        """Number of steps in the scored part."""
        return -(-(self.trace.seconds - self.trace.history_seconds) // STEP_SECONDS)


def family_of(configuration: Configuration) -> tuple[object, ...]:
    """Equal where one gets from one to the other in place."""
    return (configuration.shape, configuration.checkpoint_interval_seconds)


def program(job: Job, configurations: Sequence[Configuration]) -> Program:
    """The program over these configurations, those of one family next to each other.

    Outages, replays and failures count by their means.
    """
    begins = job.trace.history_seconds + STEP_SECONDS * np.arange(job.steps + 1)
    begins[-1] = job.trace.seconds
    seconds = np.diff(begins).astype(np.float64)
    arriving = np.diff(job.trace.arrived[begins])
    load = arriving / seconds
    drift = job.world.drifted(job.trace)[begins[:-1]]
    capacity = drift[:, None] * _mean_capacity(job, configurations)
    steady = job.model.latency.steady
    allowed = job.limits.processing_latency_seconds - steady.at(1.0)
    families = [family_of(one) for one in configurations]
    known = list(dict.fromkeys(families))
    outage, replayed, overlap = _ways(job, configurations)
    return Program(
        seconds=seconds,
        arriving=arriving,
        capacity=np.minimum(capacity, (job.model.recovery.drain.median * load)[:, None]),
        waiting=load * max(0.0, allowed),
        price=job.price(configurations),
        failing=_failing(job, configurations, load, capacity),
        outage=outage,
        replayed=replayed,
        overlap=overlap,
        family=np.array([known.index(each) for each in families]),
        nodes=_AGES * max(1e-9, float(load.mean())),
    )


def lead_seconds(job: Job) -> int:
    """From asking for a move until the job stops for it, on the mean, TaskManagers included."""
    ways = (job.model.outages.in_place, job.model.outages.savepoint, job.model.outages.pod_restart)
    prepare = max(_mean(way.prepare) for way in ways if way is not None)
    wait = job.model.task_manager_seconds if job.model.outages.pod_restart is None else 0.0
    return round(wait + prepare + _mean(job.model.checkpoints.duration))


def shortlist(
    job: Job, configurations: Sequence[Configuration], start: Configuration, *, most: int
) -> tuple[Configuration, ...]:
    """The configurations that a plan may need, those of one family next to each other.

    The start; the front of price, capacity and interval over all of them; and that of the family
    which carries the load for the least money, and of the start's own.
    """
    least = USELESS * float(job.trace.load[job.trace.history_seconds :].min())
    useful = [
        one
        for one, has in zip(configurations, job.median(configurations), strict=True)
        if has >= least
    ]
    everything = list(dict.fromkeys([start, *useful]))
    price, capacity = job.price(everything), job.median(everything)
    interval = np.array([one.checkpoint_interval_seconds for one in everything])
    families = [family_of(one) for one in everything]
    groups = [np.arange(len(everything))]
    groups += [_members(families, each) for each in (_best(job, everything), families[0])]
    chosen = {0}
    for group, share in zip(groups, SHARES, strict=True):
        front = _in_order(group, price, capacity, interval)
        some = np.linspace(0, len(front) - 1, min(len(front), round(share * most)))
        chosen.update(front[round(one)] for one in some)
    order = sorted(chosen, key=lambda i: (str(families[i]), price[i], everything[i]))
    return tuple(everything[i] for i in order)


def front_of(job: Job, configurations: Sequence[Configuration]) -> tuple[Configuration, ...]:
    """Those that no other one beats in price, capacity and interval, the cheapest first.

    Capacity less what checkpoints cost on the mean: a longer interval may be worth it.
    """
    everything = list(dict.fromkeys(configurations))
    price, capacity = job.price(everything), _mean_capacity(job, everything)
    interval = np.array([one.checkpoint_interval_seconds for one in everything])
    order = _in_order(np.arange(len(everything)), price, capacity, interval)
    return tuple(everything[i] for i in order)


def _in_order(
    group: NDArray[np.intp], price: Floats, capacity: Floats, interval: Floats
) -> tuple[int, ...]:
    """The front of a group, the cheapest first."""
    costs = np.stack([price[group], -capacity[group], interval[group]], axis=1)
    front = group[front_rows(costs)]
    return tuple(front[np.lexsort((capacity[front], price[front]))].tolist())


def _members(families: list[tuple[object, ...]], family: tuple[object, ...]) -> NDArray[np.intp]:
    return np.array([i for i, each in enumerate(families) if each == family])


def _best(job: Job, configurations: list[Configuration]) -> tuple[object, ...]:
    """The family that carries the load for the least money, a share of it at a time."""
    loads = np.quantile(job.trace.load[job.trace.history_seconds :], np.linspace(0.05, 1, 20))
    families: dict[tuple[object, ...], list[Configuration]] = {}
    for one in configurations:
        families.setdefault(family_of(one), []).append(one)

    def money(family: tuple[object, ...]) -> float:
        price, capacity = job.price(families[family]), job.median(families[family])
        enough = capacity[None, :] >= loads[:, None]
        lacking = 10 * price.max() * loads / capacity.max()
        return float(np.where(enough.any(axis=1), _least(price, enough), lacking).sum())

    return min(families, key=lambda family: (money(family), str(family)))


def _least(price: Floats, enough: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.where(enough, price, np.inf).min(axis=1))


def _mean_capacity(job: Job, configurations: Sequence[Configuration]) -> Floats:
    checkpoints = job.model.checkpoints
    interval = np.array([one.checkpoint_interval_seconds for one in configurations])
    lost = checkpoints.cost * np.minimum(1.0, _mean(checkpoints.duration) / interval)
    return np.asarray(job.median(configurations) * (1 - lost) * exp(-job.margin * job.deviation))


def _failing(
    job: Job, configurations: Sequence[Configuration], load: Floats, capacity: Floats
) -> Floats:
    """`T x X`, share of the seconds that failures break: without output, and catching up."""
    regime, kinds = job.world.regime, list(job.model.failures.values())
    if not kinds or not np.isfinite(regime.every_seconds):
        return np.zeros_like(capacity)
    kinds = kinds if regime.mixed else kinds[:1]
    weights = np.array([one.weight for one in kinds]) / sum(one.weight for one in kinds)
    dark = weights @ [_mean(one.dark) + one.fails_again * _mean(one.again) for one in kinds]
    interval = np.array([one.checkpoint_interval_seconds for one in configurations])
    before = regime.before_checkpoint_seconds
    since = interval / 2 if before is None else np.maximum(0.0, interval - before)
    again = since + weights @ [_mean(one.visible) for one in kinds]
    rate = np.minimum(capacity, job.model.recovery.drain.median * load[:, None])
    spare = np.maximum(1e-9, rate - load[:, None])
    lost = (dark + again) * load[:, None] + _rising(job.model, None) * rate
    broken = dark + lost / spare
    return np.asarray(np.minimum(broken, LONGEST_RECOVERY) / regime.every_seconds)


def _ways(job: Job, configurations: Sequence[Configuration]) -> tuple[Floats, Floats, Floats]:
    """Outage, replay and overlap of switching to each, `W x X`."""
    model, price = job.model, job.price(configurations)
    outage = np.full((2, len(configurations)), np.inf)
    replayed, overlap = np.zeros_like(outage), np.zeros_like(outage)
    checkpoint = _mean(model.checkpoints.duration)
    in_place, anew = model.outages.in_place, model.outages.pod_restart or model.outages.savepoint
    if in_place is not None:
        outage[IN_PLACE] = _outages(model, in_place, configurations)
        replayed[IN_PLACE] = checkpoint + _mean(in_place.prepare)
        if model.reactive_mode:
            interval = [one.checkpoint_interval_seconds for one in configurations]
            replayed[IN_PLACE] += np.array(interval) / 2
    if anew is not None:
        outage[ANEW] = _outages(model, anew, configurations)
        if model.outages.pod_restart is None:
            lead = model.task_manager_seconds + checkpoint + _mean(anew.prepare)
            overlap[ANEW] = price * (lead + outage[ANEW])
    return outage, replayed, overlap


def _outages(
    model: JobModel, outage: OutageModel, configurations: Sequence[Configuration]
) -> Floats:
    """Seconds down, and those whose work is lost while the speed rises."""
    state, lift = model.checkpoints.state_gb, exp(outage.seconds.deviation**2 / 2)
    rising = _rising(model, outage.ramp_seconds)
    return np.array([outage.drawn(one, state, 0.0) * lift + rising for one in configurations])


def _rising(model: JobModel, ramp_seconds: float | None) -> float:
    """Seconds of work that are lost after a start."""
    ramp = model.recovery.ramp_seconds if ramp_seconds is None else ramp_seconds
    return ramp * (1 - model.recovery.ramp_from) / 2


def _mean(quantity: LogNormal) -> float:
    return quantity.median * exp(quantity.deviation**2 / 2)
