"""SAVE and IMPROVE: move where the gain pays for the interruption, and the way back is safe."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from horae.domain.proposal import Reason
from horae.performance.models import Floats
from horae.policy.admission import SAME_SIZE
from horae.policy.protect import chance_of_overload
from horae.policy.view import View

MOST_OFFERS = 16
"""Offers looked at closely: what the sixteen cheapest may not do, a dearer one hardly may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A move that is cheaper than staying on the mean.

    Attributes:
        index: Among the configurations of the view.
        reason: SAVE for a smaller capacity, IMPROVE for a better shape.
        gain: Expected money gained over the stay, against keeping the present configuration.
        sure_gain: Its 10 % quantile.
        stay_seconds: How long the plan would stay there, on the mean.
        low_capacity: 5 % quantile of its capacity, records/s.
        high_load: 99 % quantile of the largest load from there on until one could be back,
            records/s.
        risk: Probability that the load exceeds its capacity within the horizon.
        utilisation: Peak load of the horizon over its median capacity.
        obstacle: What speaks against it; None: nothing.
        verdict: Reason of staying when this is the best there is.
    """

    index: int
    reason: Reason
    gain: float
    sure_gain: float
    stay_seconds: float
    low_capacity: float
    high_load: float
    risk: float
    utilisation: float
    obstacle: str | None
    verdict: Reason


def find_offers(view: View, *, minimum_stay_seconds: float) -> tuple[Offer, ...]:
    """The moves that are cheaper than staying on the mean, cheapest first."""
    expected = view.expected
    cheaper = np.flatnonzero(expected < expected[0] - 1e-12)
    ordered = cheaper[np.argsort(expected[cheaper], kind="stable")]
    return tuple(_offer(view, int(index), minimum_stay_seconds) for index in ordered[:MOST_OFFERS])


def best_offer(view: View, offers: Sequence[Offer]) -> Offer | None:
    """The cheapest offer that nothing speaks against; of those as good, the roomiest.

    As good is within half the price of an action, less than anybody would act for.
    """
    free = [offer for offer in offers if offer.obstacle is None]
    if not free:
        return None
    bound = view.expected[free[0].index] + view.situation.prices.action / 2
    as_good = [offer for offer in free if view.expected[offer.index] <= bound]
    return max(as_good, key=lambda offer: (offer.low_capacity, -view.expected[offer.index]))


def _offer(view: View, index: int, minimum_stay_seconds: float) -> Offer:
    gains, stay = view.gains(index)
    median = view.beliefs.median_capacity
    shrinks = median[index] < SAME_SIZE * median[0]
    later = view.largest_loads(0, math.inf)
    peak = float(np.quantile(later, view.situation.limits.latency_confidence))
    draft = Offer(
        index=index,
        reason=Reason.SAVE if shrinks else Reason.IMPROVE,
        gain=float(gains.mean()),
        sure_gain=float(np.quantile(gains, 0.1)),
        stay_seconds=stay,
        low_capacity=float(view.beliefs.low_capacity[index]),
        high_load=float(np.quantile(_loads_until_back(view, index), 0.99)),
        risk=chance_of_overload(later, view.beliefs.capacity[:, index]),
        utilisation=peak / float(median[index]),
        obstacle=None,
        verdict=Reason.BEST_ALREADY,
    )
    return _judge(view, draft, minimum_stay_seconds)


def _judge(view: View, offer: Offer, minimum_stay_seconds: float) -> Offer:
    doubt = _doubt(view, offer)
    if doubt is not None:
        return _with(offer, doubt, Reason.NOT_PROVEN)
    if offer.sure_gain <= 0:
        return _with(offer, "the gain is not certain", Reason.GAIN_TOO_SMALL)
    if offer.stay_seconds < minimum_stay_seconds:
        least = minimum_stay_seconds
        why = f"it would last {offer.stay_seconds:.0f} s only, less than {least:.0f} s"
        return _with(offer, why, Reason.GAIN_TOO_SMALL)
    return offer


def _doubt(view: View, offer: Offer) -> str | None:
    if offer.reason is Reason.IMPROVE:
        known = view.timeline.season_known
        return None if known else "a shape is judged over a whole season, and none was seen yet"
    return _doubt_of_shrinking(view, offer)


def _doubt_of_shrinking(view: View, offer: Offer) -> str | None:
    if np.isnan(view.signals.age_seconds):
        return "the age of the backlog is not known"
    if offer.low_capacity <= offer.high_load:
        return (
            f"it is only 95 % sure to carry {offer.low_capacity:,.0f} records/s, and before one "
            f"could be back the load may reach {offer.high_load:,.0f} records/s"
        )
    if offer.risk > 1 - view.situation.limits.latency_confidence:
        return f"the chance that the load exceeds its capacity is {offer.risk:.0%}"
    return None


def _with(offer: Offer, obstacle: str, verdict: Reason) -> Offer:
    return replace(offer, obstacle=obstacle, verdict=verdict)


def _loads_until_back(view: View, index: int) -> Floats:
    """Largest load of each path between arriving there and the earliest return."""
    there = view.beliefs.outage_p95[view.moves.way[index]]
    back = view.pace.effect + there + view.look_ahead_seconds
    return view.largest_loads(0, float(back))
