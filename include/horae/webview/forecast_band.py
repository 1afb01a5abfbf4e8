"""A forecast as a line with a band around it, out of as many quantiles as there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from horae.story.decision.known import Foreseen

WANTED = (0.05, 0.5, 0.95)
MOST_STEPS = 240
"""More than that no screen tells apart; of longer forecasts every second, third, ... is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; records/s.

    Attributes:
        at: Its time.
        low: Lower end of the band.
        middle: The line.
        high: Upper end of the band.
    """

    at: datetime
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLines:
    """What is drawn.

    Attributes:
        low: Quantile of the lower end.
        middle: Quantile of the line.
        high: Quantile of the upper end.
        steps: In their order.
    """

    low: float
    middle: float
    high: float
    steps: tuple[Step, ...]


def forecast_lines(told: Foreseen | None) -> ForecastLines | None:
    """The lines of a forecast; None: there is none, or not all of it is told."""
    if told is None or told.start is None or told.grid_seconds is None or not told.levels:
        return None
    if not told.quantiles or any(len(row) != len(told.levels) for row in told.quantiles):
        return None
    low, middle, high = (_nearest(told.levels, level) for level in WANTED)
    apart = -(-len(told.quantiles) // MOST_STEPS)
    return ForecastLines(
        low=told.levels[low],
        middle=told.levels[middle],
        high=told.levels[high],
        steps=tuple(
            Step(
                at=told.start + timedelta(seconds=told.grid_seconds * place),
                low=row[low],
                middle=row[middle],
                high=row[high],
            )
            for place, row in list(enumerate(told.quantiles))[::apart]
        ),
    )


def _nearest(levels: tuple[float, ...], wanted: float) -> int:
    return min(range(len(levels)), key=lambda place: abs(levels[place] - wanted))
