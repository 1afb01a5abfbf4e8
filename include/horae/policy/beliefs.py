"""What the planner believes of the configurations worth planning with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.domain.candidate import Candidate
from horae.domain.configuration import Configuration
from horae.performance.checkpoints import UNMEASURED_CHECKPOINT_SECONDS, long_checkpoint_seconds
from horae.performance.models import Floats, RecoveryModel
from horae.performance.outage import replayed_seconds
from horae.policy.admission import why_not_admitted
from horae.policy.paths import PATHS
from horae.policy.policy import Situation
from horae.policy.pruning import keep_few
from horae.policy.reach import gentlest_ways, possible_ways

CAPACITY_DRAWS = 256  # the 5 % quantile then rests on a dozen of them
LOADS = (0.05, 0.5, 0.95)  # quantiles of the load at which configurations are compared
LOAD_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)  # where recovery is asked for, between least and most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beliefs:
    """The present configuration (index 0) and the ones worth moving to, `X` in all.

    Attributes:
        configurations: `X`.
        candidates: `X`, predicted objectives; None where the present one is not admissible.
        money_per_hour: `X`.
        capacity: `256 x X` joint draws, records/s.
        possible: `W x X x X`, as in `Program`; the ways are `PATHS`.
        outage: `D x W`, seconds.
        replayed: `D x W`, seconds of input that are read again; after a checkpoint's way those of
            the present interval, whatever was switched before.
        outage_p95: `W`, seconds.
        evaluated: Number of configurations that these were taken from.
        tolerance: Share by which costs differ at most between one that is planned with and one
            that it stands for; 0: each is planned with that no other one beats.
        left_out: The cheapest configuration that the plan leaves out though it would be reached,
            and why; None: there is none.
    """

    configurations: tuple[Configuration, ...]
    candidates: tuple[Candidate | None, ...]
    money_per_hour: Floats
    capacity: Floats
    possible: NDArray[np.bool_]
    outage: Floats
    replayed: Floats
    outage_p95: Floats
    evaluated: int
    tolerance: float
    left_out: tuple[Configuration, str] | None

    @property
    def median_capacity(self) -> Floats:
        """`X`, records/s."""
        median: Floats = np.median(self.capacity, axis=0)
        return median

    @property
    def low_capacity(self) -> Floats:
        """`X`, the 5 % quantile, records/s."""
        low: Floats = np.quantile(self.capacity, 0.05, axis=0)
        return low

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """`X`, whether a way leads there from the present one."""
        found: NDArray[np.bool_] = np.asarray(self.possible[:, 0].any(axis=0))
        return found

    @property
    def longest_outage(self) -> float:
        """95 % quantile of the slowest way that leads anywhere, seconds; 0 where none does."""
        return float(np.where(self.possible[:, 0].any(axis=1), self.outage_p95, 0.0).max())


def believe(
    situation: Situation, *, draws: int, proven_factor: float, failures_per_hour: float = 0.0
) -> Beliefs:
    """Ask the models, and keep what is worth planning with.

    Args:
        situation: What is decided about.
        draws: Number of draws of outage and replay.
        proven_factor: A shrink may raise the peak utilisation to this multiple of the proven one.
        failures_per_hour: Failures that the plan reckons with.
    """
    candidates, configurations = _present_first(situation)
    median, money = _medians(situation, candidates), _money(situation, candidates)
    objections = why_not_admitted(situation, candidates, median, proven_factor=proven_factor)
    admitted = [index for index, why in enumerate(objections) if why is None]
    few, tolerance = keep_few(
        _costs(
            situation,
            [configurations[index] for index in admitted],
            median[admitted],
            money[admitted],
            failures_per_hour,
        ),
        kinds=[_in_place_family(configurations[index]) for index in admitted],
        always=0,
    )
    kept = [admitted[index] for index in few]
    chosen = tuple(configurations[index] for index in kept)
    outage, replayed = _interruptions(situation, draws)
    return Beliefs(
        configurations=chosen,
        candidates=tuple(candidates[index] for index in kept),
        money_per_hour=money[kept],
        capacity=situation.models.capacity.draws(chosen, CAPACITY_DRAWS, situation.rng),
        possible=possible_ways(chosen, situation.capabilities),
        outage=outage,
        replayed=replayed,
        outage_p95=np.array([situation.models.outage.quantile(path, 0.95) for path in PATHS]),
        evaluated=len(configurations),
        tolerance=tolerance,
        left_out=_cheapest_left_out(configurations, objections, money),
    )


def _present_first(
    situation: Situation,
) -> tuple[list[Candidate | None], list[Configuration]]:
    """Candidates and their configurations; the present one is first, admissible or not."""
    present: Candidate | None = None
    others: list[Candidate | None] = []
    for candidate in situation.candidates:
        if candidate.configuration == situation.current:
            present = candidate
        else:
            others.append(candidate)
    candidates = [present, *others]
    configurations = [c.configuration for c in candidates if c is not None]
    if present is None:
        configurations.insert(0, situation.current)
    return candidates, configurations


def _medians(situation: Situation, candidates: Sequence[Candidate | None]) -> Floats:
    """Median capacity of each, records/s."""

    def drawn() -> float:
        capacity = situation.models.capacity
        return float(np.median(capacity.draws([situation.current], CAPACITY_DRAWS, situation.rng)))

    return np.array([drawn() if each is None else each.capacity for each in candidates])


def _money(situation: Situation, candidates: Sequence[Candidate | None]) -> Floats:
    """Price of each for an hour."""
    present = situation.prices.per_hour(situation.current)
    return np.array([present if each is None else each.money_per_hour for each in candidates])


def _in_place_family(configuration: Configuration) -> tuple[float, ...]:
    """The same for configurations between which parallelism is all that changes."""
    return (
        configuration.slots,
        configuration.cpu_cores,
        configuration.memory_mb,
        configuration.checkpoint_interval_seconds,
    )


def _interruptions(situation: Situation, draws: int) -> tuple[Floats, Floats]:
    """Draws of outage and replay of each way, both `D x W`.

    The same chance for every way: what tells them apart is what is believed of them.
    """
    seed = int(situation.rng.integers(2**63))
    long = long_checkpoint_seconds(situation.window.frame)
    outage = [
        situation.models.outage.draws(path, draws, np.random.default_rng(seed)) for path in PATHS
    ]
    replayed = [
        replayed_seconds(
            path,
            draws,
            np.random.default_rng((seed, 1)),
            interval=situation.current.checkpoint_interval_seconds,
            duration=UNMEASURED_CHECKPOINT_SECONDS if long is None else long,
        )
        for path in PATHS
    ]
    return np.stack(outage, axis=1), np.stack(replayed, axis=1)


def _cheapest_left_out(
    configurations: Sequence[Configuration], objections: Sequence[str | None], money: Floats
) -> tuple[Configuration, str] | None:
    """The cheapest of what costs less than the present one and is not admitted."""
    found = [
        (float(money[index]), configurations[index], why)
        for index, why in enumerate(objections)
        if why is not None and money[index] < money[0]
    ]
    if not found:
        return None
    _, configuration, why = min(found, key=lambda one: one[0])
    return configuration, why


def _costs(
    situation: Situation,
    configurations: Sequence[Configuration],
    median: Floats,
    money: Floats,
    failures_per_hour: float,
) -> Floats:
    """Capacity, gentleness of the way, and money an hour over the range of the load.

    The money is what the plan reckons with: the price and what failures are expected to cost.
    """
    forecast = situation.forecast
    a_second = situation.prices.violation_second * failures_per_hour
    longest = max(
        forecast.steps * forecast.grid_seconds, situation.limits.processing_latency_seconds
    )
    lost = [
        np.minimum(
            situation.models.recovery.seconds(configurations, load=load, capacity=median), longest
        )
        for load in np.quantile(forecast.paths, LOADS).tolist()
    ]
    ways = gentlest_ways(situation.current, configurations, situation.capabilities)
    return np.column_stack([-median, ways, *(money + a_second * each for each in lost)])


def failure_seconds(
    recovery: RecoveryModel,
    configurations: Sequence[Configuration],
    *,
    load: Floats,
    capacity: Floats,
    longest: float,
) -> Floats:
    """Seconds that a failure breaks the limit, mean over the draws: `T x X`.

    Args:
        recovery: The model.
        configurations: `X`.
        load: `T`, mean load of each step, records/s.
        capacity: `D x X`, records/s.
        longest: Cut, seconds; where the capacity does not exceed the load there is no recovery,
            and the backlog counts by itself.
    """
    levels = load.min() + (load.max() - load.min()) * np.array(LOAD_LEVELS)
    means = [
        np.minimum(recovery.seconds(configurations, load=float(x), capacity=capacity), longest)
        for x in levels
    ]
    table = np.stack([mean.mean(axis=0) for mean in means])
    return np.stack([np.interp(load, levels, column) for column in table.T], axis=1)
