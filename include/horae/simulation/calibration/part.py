"""What fitting one part of a job model gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.simulation.job.job_model import LogNormal

Part = TypeVar("Part")
Places = NDArray[np.intp]
"""Places of rows in a table."""

MAD_TO_DEVIATION = 1.4826
"""Standard deviation over median absolute deviation, of a normal quantity."""
FEW = 8
"""Rows below which the median absolute deviation says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What could not be identified.

    Attributes:
        name: Parameter, as in the model's file.
        reason: Why, and what stands there instead.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What the fitted part says against what was measured, row by row.

    Attributes:
        title: Of the plot; also names its file.
        unit: Of both.
        predicted: `n`.
        measured: `n`.
        groups: `n`, what kind of row it was; empty where there is one kind.
        logarithmic: Whether both are drawn on logarithmic axes.
        note: What to see in it.
    """

    title: str
    unit: str
    predicted: Floats
    measured: Floats
    groups: tuple[str, ...] = ()
    logarithmic: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted(Generic[Part]):
    """One part of a model.

    Attributes:
        value: The part.
        deviations: Parameter, by its name within the part, to its standard error.
        missing: What could not be identified, by its name within the part.
        quality: Name to figure, for the report: rows, accuracies.
        comparisons: Predicted against measured.
    """

    value: Part
    deviations: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[Missing, ...] = ()
    quality: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    comparisons: tuple[Comparison, ...] = ()


def log_normal(seconds: Floats, *, floor: float) -> LogNormal:
    """Median and spread of a positive quantity, whatever a few strange rows say.

    Args:
        seconds: `n`, at least one; what was measured in whole seconds may be 0.
        floor: Smallest value: what the measurement resolves.

    Returns:
        From median and median absolute deviation of the logarithm, so that rows disturbed by
        something else, up to nearly half of them, do not widen it. Of few rows, which can be alike
        by chance, mean and standard deviation instead.
    """
    logs = np.log(np.maximum(seconds, floor))
    if len(logs) < FEW:
        spread = float(logs.std(ddof=1)) if len(logs) > 1 else 0.0
        return LogNormal(median=float(np.exp(logs.mean())), deviation=spread)
    centre = float(np.median(logs))
    spread = MAD_TO_DEVIATION * float(np.median(np.abs(logs - centre)))
    return LogNormal(median=float(np.exp(centre)), deviation=spread)


def log_normal_errors(
    seconds: Floats, *, floor: float, draws: int, rng: np.random.Generator
) -> dict[str, float]:
    """Standard errors of the median and of the deviation, by bootstrap over rows.

    Args:
        seconds: `n`, at least one.
        floor: As in `log_normal`.
        draws: Of the bootstrap.
        rng: Source of chance.
    """
    if len(seconds) < 2 or draws < 2:
        return {}
    picks = rng.integers(len(seconds), size=(draws, len(seconds)))
    drawn = [log_normal(seconds[pick], floor=floor) for pick in picks]
    return {
        "median": float(np.std([one.median for one in drawn], ddof=1)),
        "deviation": float(np.std([one.deviation for one in drawn], ddof=1)),
    }
