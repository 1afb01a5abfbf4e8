"""What the planner tells the person who is on call, and the figures behind it."""

import numpy as np

from horae.domain.action import RescalePath
from horae.domain.proposal import Evidence
from horae.performance.outage import outage_interval
from horae.policy.paths import PATHS
from horae.policy.protect import Danger, Refuge
from horae.policy.save import Offer
from horae.policy.signals import finite
from horae.policy.view import View


def why_protect(view: View, danger: Danger, refuge: Refuge) -> str:
    """The sentence of a PROTECT move."""
    target = view.beliefs.configurations[refuge.index]
    return (
        f"{_trouble(view, danger)} Going {_way(view, refuge.index)} to {target}, which carries "
        f"{_capacity(view, refuge.index)} and {refuge.certainty}; {_price(view, refuge.index)}."
    )


def why_move(view: View, offer: Offer) -> str:
    """The sentence of a SAVE or IMPROVE move."""
    target = view.beliefs.configurations[offer.index]
    return (
        f"Going {_way(view, offer.index)} to {target} is expected to gain {offer.gain:.3g} "
        f"(with 90 % certainty at least {offer.sure_gain:.3g}) over a stay of about "
        f"{offer.stay_seconds:,.0f} s. It carries {_capacity(view, offer.index)}, and until one "
        f"could be back the load stays below {offer.high_load:,.0f} records/s (99 %); "
        f"{_price(view, offer.index)}."
    )


def why_stay(view: View, danger: Danger, offer: Offer | None) -> str:
    """The sentence of a stay: how far away PROTECT and SAVE were."""
    return f"{_calm(danger)} {_no_saving(view, offer)}"


def why_trapped(view: View, danger: Danger) -> str:
    """The sentence of a stay that should be a PROTECT move, and nothing larger can be had."""
    return (
        f"{_trouble(view, danger)} Nothing larger than {view.situation.current} can be reached: "
        "raise the limits of the search space or the number of TaskManagers."
    )


def danger_evidence(view: View, danger: Danger) -> Evidence:
    """Figures of PROTECT."""
    return {
        "load_records_per_second": finite(view.signals.load),
        "backlog_age_seconds": finite(view.signals.age_seconds),
        "lag_records": finite(view.signals.lag_records),
        "protect_chance": finite(danger.chance),
        "protect_acts_above": finite(danger.acts_above),
        "protect_look_ahead_seconds": finite(danger.look_ahead_seconds),
        "protect_peak_load_p95_records_per_second": finite(danger.peak_load),
        "protect_headroom_records_per_second": finite(danger.low_capacity - danger.peak_load),
        "overloaded": danger.overloaded,
        "capacity_p05_records_per_second": finite(danger.low_capacity),
        "capacity_median_records_per_second": finite(view.beliefs.median_capacity[0]),
        "season_known": view.timeline.season_known,
        "configurations_evaluated": view.beliefs.evaluated,
        "configurations_planned_with": len(view.beliefs.configurations),
        "configurations_as_good_within": view.beliefs.tolerance,
    }


def move_evidence(view: View, index: int) -> Evidence:
    """Figures of one move."""
    now, then = view.beliefs.money_per_hour[0], view.beliefs.money_per_hour[index]
    return {
        "expected_money_stay": finite(view.expected[0]),
        "expected_money_move": finite(view.expected[index]),
        "money_per_hour_now": finite(now),
        "money_per_hour_then": finite(then),
        "target_capacity_p05_records_per_second": finite(view.beliefs.low_capacity[index]),
        "target_capacity_median_records_per_second": finite(view.beliefs.median_capacity[index]),
        "outage_p05_seconds": finite(outage_between(view, index)[0]),
        "outage_p95_seconds": finite(outage_between(view, index)[1]),
        "replayed_seconds": finite(float(view.beliefs.replayed[:, view.moves.way[index]].mean())),
        **{
            f"expected_money_by_{path.name.lower()}": finite(money)
            for path, money in zip(PATHS, view.moves.expected[:, index], strict=True)
        },
    }


def offer_evidence(offer: Offer | None) -> Evidence:
    """Figures of the nearest SAVE or IMPROVE move."""
    if offer is None:
        return {"save_gain_money": None}
    return {
        "save_reason": str(offer.reason),
        "save_gain_money": finite(offer.gain),
        "save_gain_p10_money": finite(offer.sure_gain),
        "save_stay_seconds": finite(offer.stay_seconds),
        "save_headroom_records_per_second": finite(offer.low_capacity - offer.high_load),
        "save_peak_utilisation": finite(offer.utilisation),
        "save_obstacle": offer.obstacle,
    }


def outage_seconds(view: View, index: int) -> float:
    """Median outage of the way to a configuration, seconds."""
    return view.situation.models.outage.quantile(view.path(index), 0.5)


def outage_between(view: View, index: int) -> tuple[float, float]:
    """Its 5 % and 95 % quantile, seconds."""
    return outage_interval(view.situation.models.outage, view.path(index))


def catch_up_seconds(view: View, index: int) -> float | None:
    """Median seconds until the backlog of outage and replay is worked off; None: it never is."""
    standing, program = view.standing, view.standing.plan.program
    age = standing.ages + program.delay[:, view.moves.way[index]]
    load = np.maximum(program.load[:, standing.step], 1e-9)
    spare = program.capacity[:, index] / load - 1
    drained = np.where(spare > 0, age / np.where(spare > 0, spare, 1), np.inf)
    return finite(float(np.quantile(drained, 0.5, method="lower")))


def _trouble(view: View, danger: Danger) -> str:
    if danger.overloaded:
        limit = view.situation.limits.processing_latency_seconds
        return (
            f"The backlog is {view.signals.age_seconds:.1f} s old (limit {limit:g} s) and does "
            f"not shrink by itself: the load is {view.signals.load:,.0f} records/s, and "
            f"{_now(danger)}."
        )
    return (
        f"Within {danger.look_ahead_seconds:.0f} s the load may reach {danger.peak_load:,.0f} "
        f"records/s, and {_now(danger)}: the chance of overload is {danger.chance:.0%}, and above "
        f"{danger.acts_above:.0%} waiting costs more than acting."
    )


def _calm(danger: Danger) -> str:
    return (
        f"Nothing presses: within {danger.look_ahead_seconds:.0f} s the load stays below "
        f"{danger.peak_load:,.0f} records/s (95 %), and {_now(danger)}; the chance of overload is "
        f"{danger.chance:.0%}, and one acts above {danger.acts_above:.0%}."
    )


def _now(danger: Danger) -> str:
    return f"the present capacity is at least {danger.low_capacity:,.0f} records/s (95 %)"


def _no_saving(view: View, offer: Offer | None) -> str:
    if offer is None and view.beliefs.left_out is not None:
        configuration, why = view.beliefs.left_out
        return f"Nothing else is expected to be cheaper; {configuration} is left out: {why}."
    if offer is None:
        return "No other configuration is expected to be cheaper, the interruption included."
    target = view.beliefs.configurations[offer.index]
    return (
        f"The nearest saving is {target}: expected gain {offer.gain:.3g}, with 90 % certainty at "
        f"least {offer.sure_gain:.3g}; but {offer.obstacle}."
    )


def _capacity(view: View, index: int) -> str:
    low, median = view.beliefs.low_capacity[index], view.beliefs.median_capacity[index]
    return f"{median:,.0f} records/s (at least {low:,.0f} with 95 % certainty)"


def _way(view: View, index: int) -> str:
    path = view.path(index)
    return f"{path}" if path is RescalePath.IN_PLACE else f"by {path}"


def _price(view: View, index: int) -> str:
    now, then = view.beliefs.money_per_hour[0], view.beliefs.money_per_hour[index]
    low, high = outage_between(view, index)
    return (
        f"{then:.3g} an hour instead of {now:.3g}, with an outage of about "
        f"{outage_seconds(view, index):.1f} s (90 %: {low:.1f} to {high:.1f} s)"
    )
