"""PROTECT: act now where waiting for the next cycle is likely to break the limit.

Cool-down and the price of an action do not count, and uncertainty never blocks the move. The way
there counts with its outage: in place where that is worth a dearer shape, else by savepoint.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.policy.admission import SAME_SIZE
from horae.policy.view import View

LEAST_CHANCE = 0.02  # below it the draws tell nothing
MOST_CHANCE = 0.5  # above it a violation is more likely than not, whatever it costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """How far away PROTECT is.

    Attributes:
        chance: Probability that the load exceeds the capacity within the look-ahead.
        acts_above: Chance beyond which one acts.
        look_ahead_seconds: Before an action of the next cycle has ended.
        peak_load: 95 % quantile of the largest load within the look-ahead, records/s.
        low_capacity: 5 % quantile of the present capacity, records/s.
        overloaded: The limit is broken, or the backlog grows at saturation, and waiting does not
            clear it sooner than acting.
    """

    chance: float
    acts_above: float
    look_ahead_seconds: float
    peak_load: float
    low_capacity: float
    overloaded: bool

    @property
    def acts(self) -> bool:
        """Whether to act now."""
        return self.overloaded or self.chance > self.acts_above


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """Where PROTECT would go.

    Attributes:
        index: Among the configurations of the view.
        certainty: What is believed of it, for people.
    """

    index: int
    certainty: str


def assess_danger(view: View, refuge: Refuge | None) -> Danger:
    """How likely waiting breaks the limit, and what chance is worth waiting with."""
    ahead = view.look_ahead_seconds
    return Danger(
        chance=chance_of_overload(view.largest_loads(0, ahead), view.beliefs.capacity[:, 0]),
        acts_above=_acts_above(view, refuge),
        look_ahead_seconds=ahead,
        peak_load=view.situation.forecast.peak(0.95, ahead),
        low_capacity=float(view.beliefs.low_capacity[0]),
        overloaded=_is_overloaded(view),
    )


def chance_of_overload(largest_loads: Floats, capacity: Floats) -> float:
    """Probability that a load exceeds a capacity, over all pairs of independent draws."""
    below = np.searchsorted(np.sort(largest_loads), capacity, side="right")
    return float(1 - below.mean() / len(largest_loads))


def find_refuge(view: View) -> Refuge | None:
    """The cheapest that holds for certain, else in the median, else the largest; None: none.

    Cheapest is least expected money, the action and the later ones included. At a cold start one
    does not ask for certainty that nobody can have yet.
    """
    median = view.beliefs.median_capacity
    larger = view.beliefs.reachable & (median * SAME_SIZE > median[0])
    if not larger.any():
        return None
    peak = view.situation.forecast.peak(0.5)
    levels = {
        "holds the horizon's peak with the confidence asked for": _holds_for_certain(view),
        "holds the horizon's median peak": median > peak,
    }
    if is_cold_start(view) and _is_overloaded(view):
        del levels["holds the horizon's peak with the confidence asked for"]
    for certainty, holds in levels.items():
        if (larger & holds).any():
            return Refuge(index=_cheapest(view, larger & holds), certainty=certainty)
    largest = larger & (median >= SAME_SIZE * np.where(larger, median, 0).max())
    return Refuge(index=_cheapest(view, largest), certainty="is the largest there is")


def is_cold_start(view: View) -> bool:
    """Whether only one configuration, and no whole season, has been seen."""
    return view.signals.configurations_seen <= 1 and not view.timeline.season_known


def _cheapest(view: View, among: NDArray[np.bool_]) -> int:
    return int(np.where(among, view.expected, np.inf).argmin())


def _holds_for_certain(view: View) -> NDArray[np.bool_]:
    most = 1 - view.situation.limits.latency_confidence
    holds: NDArray[np.bool_] = view.beliefs.latency_risk <= most
    return holds


def _acts_above(view: View, refuge: Refuge | None) -> float:
    """Price saved by waiting a cycle over the price of the violation that waiting may bring."""
    prices = view.situation.prices
    if refuge is None or prices.violation_second == 0:
        return MOST_CHANCE
    dearer = view.beliefs.money_per_hour[refuge.index] - view.beliefs.money_per_hour[0]
    broken = view.broken_seconds[view.broken_seconds > 0]
    seconds = max(view.pace.cycle, float(broken.mean()) if len(broken) else 0.0)
    worth = dearer * view.pace.cycle / 3600 / (prices.violation_second * seconds)
    return float(np.clip(worth, LEAST_CHANCE, MOST_CHANCE))


def _is_overloaded(view: View) -> bool:
    signals, limit = view.signals, view.situation.limits.processing_latency_seconds
    if signals.saturated_and_rising and signals.age_seconds > limit / 2:
        return True
    if not signals.age_seconds > limit:
        return False
    load = view.situation.forecast.peak(0.5, view.look_ahead_seconds)
    spare = view.beliefs.median_capacity[0] / max(load, 1e-9) - 1
    clears_after = (signals.age_seconds - limit) / spare if spare > 0 else np.inf
    return bool(clears_after > view.look_ahead_seconds)
