"""What a metric is: the line of a catalogue."""

import math
from dataclasses import dataclass
from enum import StrEnum


class MetricKind(StrEnum):
    """How a value behaves in time."""

    COUNTER = "counter"  # only grows; a smaller value means that it was started anew
    GAUGE = "gauge"  # what holds at, or was the mean over, one row
    SETTING = "setting"  # what the job ran in


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Attributes:
        name: Column of the frame; ends in its unit where it has one.
        kind: How it behaves in time.
        unit: In words; `1` for a ratio or a count of things that are not records.
        meaning: What is measured, over what, and when it is missing.
        minimum: Smallest possible value.
        maximum: Largest plausible value; infinite: none is known.
        direction: Which way is better.
        required: A window without it is not usable.
        rate_of: The counter whose growth per second this is; None: no such rate.
        largest_rise_per_second: A steeper rise between two rows is not plausible.
    """

    name: str
    kind: MetricKind
    unit: str
    meaning: str
    minimum: float = 0.0
    maximum: float = math.inf
    direction: Direction = Direction.NEITHER
    required: bool = False
    rate_of: str | None = None
    largest_rise_per_second: float = math.inf
