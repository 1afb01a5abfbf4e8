"""What the planner believes of the configurations worth planning with."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.domain.candidate import Candidates
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.performance.checkpoints import UNMEASURED_CHECKPOINT_SECONDS, long_checkpoint_seconds
from horae.performance.models import Floats, RecoveryModel
from horae.performance.outage import replayed_seconds
from horae.policy.admission import Admission, admit
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
        latency_risk: `X`, as predicted; NaN where the present one is not admissible.
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

    configurations: Configurations
    latency_risk: Floats
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
    candidates, present = _with_present(situation)
    admission = admit(situation, candidates, present=present, proven_factor=proven_factor)
    admitted = np.flatnonzero(~admission.left_out)
    known = candidates.configurations
    few, tolerance = keep_few(
        _costs(situation, candidates, failures_per_hour)[admitted],
        kind_of=lambda row: _in_place_family(known[admitted[row]]),
        always=int(np.searchsorted(admitted, present)),
    )
    kept = admitted[few]
    chosen = Configurations(known[place] for place in kept.tolist())
    outage, replayed = _interruptions(situation, draws)
    return Beliefs(
        configurations=chosen,
        latency_risk=candidates.latency_risk[kept],
        money_per_hour=candidates.money_per_hour[kept],
        capacity=np.ascontiguousarray(  # the program goes through it draw by draw
            situation.models.capacity.draws(chosen, CAPACITY_DRAWS, situation.rng)
        ),
        possible=possible_ways(chosen, situation.capabilities),
        outage=outage,
        replayed=replayed,
        outage_p95=np.array([situation.models.outage.quantile(path, 0.95) for path in PATHS]),
        evaluated=len(candidates),
        tolerance=tolerance,
        left_out=_cheapest_left_out(candidates, present, admission),
    )


def _with_present(situation: Situation) -> tuple[Candidates, int]:
    """The candidates and the place of the present one, which is added where it is none.

    Of what is not admissible, risk and recovery are not known.
    """
    candidates, current = situation.candidates, situation.current
    with suppress(ValueError):
        return candidates, candidates.configurations.index(current)
    drawn = situation.models.capacity.draws([current], CAPACITY_DRAWS, situation.rng)
    added = Candidates(
        configurations=Configurations((current, *candidates.configurations)),
        money_per_hour=np.append(situation.prices.per_hour(current), candidates.money_per_hour),
        latency_risk=np.append(np.nan, candidates.latency_risk),
        recovery_seconds=np.append(np.nan, candidates.recovery_seconds),
        capacity=np.append(np.median(drawn), candidates.capacity),
    )
    return added, 0


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
    long = long_checkpoint_seconds(situation.window.column("checkpoint_duration_seconds"))
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
    candidates: Candidates, present: int, admission: Admission
) -> tuple[Configuration, str] | None:
    """The cheapest of what costs less than the present one and is not admitted."""
    money = candidates.money_per_hour
    found = np.flatnonzero(admission.left_out & (money < money[present]))
    if not len(found):
        return None
    place = int(found[money[found].argmin()])
    return candidates.configurations[place], admission.why_not(place)


def _costs(situation: Situation, candidates: Candidates, failures_per_hour: float) -> Floats:
    """Capacity, gentleness of the way, and money an hour over the range of the load: `n x 5`.

    The money is what the plan reckons with: the price and what failures are expected to cost.
    """
    forecast, configurations = situation.forecast, candidates.configurations
    a_second = situation.prices.violation_second * failures_per_hour
    longest = max(
        forecast.steps * forecast.grid_seconds, situation.limits.processing_latency_seconds
    )
    lost = situation.models.recovery.seconds(
        configurations,
        load=np.quantile(forecast.paths, LOADS)[:, None],
        capacity=candidates.capacity,
    )
    money = candidates.money_per_hour + a_second * np.minimum(lost, longest)
    ways = gentlest_ways(situation.current, configurations, situation.capabilities)
    return np.column_stack([-candidates.capacity, ways, *money])


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
    seconds = recovery.seconds(configurations, load=levels[:, None, None], capacity=capacity)
    table = np.minimum(seconds, longest).mean(axis=1)
    return np.stack([np.interp(load, levels, column) for column in table.T], axis=1)
