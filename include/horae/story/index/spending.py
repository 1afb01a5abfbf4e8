"""What a job has cost, and what of its error budget it has used, look for look."""

from dataclasses import replace
from datetime import UTC, datetime

from horae.domain.configuration import Configuration
from horae.domain.figures import Figures
from horae.domain.limits import Prices
from horae.story.index.standing import SPANS, Spent, Standing

PATIENCE_SECONDS = 1_800.0
"""Half an hour without a look, the usual allowance for blindness: what ran longer unseen is not
known, and so is not paid for here."""
_CYCLES = 3


def settle(standing: Standing, at: datetime) -> None:
    """Count the money from where it was counted to a moment, at the price known until then."""
    begin, figures = standing.paid_from, standing.figures
    if begin is not None and at <= begin:
        return
    standing.paid_from = at if standing.configuration is not None else None
    if begin is None or figures is None or standing.configuration is None:
        return
    seconds = (at - begin).total_seconds()
    if seconds > max(PATIENCE_SECONDS, _CYCLES * figures.cycle_seconds):
        return
    price = price_of(standing.configuration, figures)
    at_start = price if standing.start is None else price_of(standing.start, figures)
    standing.counted_seconds += seconds
    standing.spent += price * seconds / 3_600
    standing.saved += (at_start - price) * seconds / 3_600


def price_of(configuration: Configuration, figures: Figures) -> float:
    """Price of a configuration for an hour, by the prices of a look."""
    return Prices(
        core_hour=figures.core_hour,
        gb_hour=figures.gb_hour,
        violation_second=0.0,
        action=0.0,
    ).per_hour(configuration)


def use_budget(standing: Standing, figures: Figures, at: datetime) -> None:
    """Count what a look says of the limit; parts that left the span are forgotten."""
    if standing.budget is not None and standing.budget.days != figures.budget.days:
        standing.parts = _cut_anew(standing.parts, standing.budget.days, figures.budget.days, at)
    standing.budget = figures.budget
    if figures.observed_seconds is None or figures.broken_seconds is None:
        return
    part = part_at(figures.budget.days, at)
    kept = [one for one in standing.parts if part - SPANS < one.part <= part]
    observed, broken = figures.observed_seconds, figures.broken_seconds
    if kept and kept[-1].part == part:
        observed, broken = observed + kept[-1].observed, broken + kept[-1].broken
        kept.pop()
    standing.parts = [*kept, Spent(part=part, observed=observed, broken=broken)]


def part_at(days: float, at: datetime) -> int:
    """The part of the budget's span that a moment lies in."""
    return int(at.timestamp() // _seconds_of_part(days))


def _seconds_of_part(days: float) -> float:
    return days * 86_400 / SPANS


def _cut_anew(parts: list[Spent], before: float, days: float, at: datetime) -> list[Spent]:
    """Parts of a span of so many days as parts of another span.

    What was broken counts as broken at the end of its part, so that none is forgiven too soon.
    """
    cut: dict[int, Spent] = {}
    for one in parts:
        end = min((one.part + 1) * _seconds_of_part(before), at.timestamp())
        part = part_at(days, datetime.fromtimestamp(end, UTC))
        known = cut.get(part, Spent(part=part, observed=0.0, broken=0.0))
        cut[part] = replace(
            known, observed=known.observed + one.observed, broken=known.broken + one.broken
        )
    return list(cut.values())
