"""How many records a second are offered, over time."""

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from horae.errors import Fault, SettingsError

_COLUMNS = ["seconds", "records_per_second"]


class LoadTrace(Protocol):
    """A load over time, from second 0 on."""

    @property
    def duration_seconds(self) -> float:
        """How long it lasts."""
        ...

    def rate_at(self, seconds: float) -> float:
        """Records a second at `seconds`; at its ends, the nearest that it knows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantLoad:
    """The same load all the time.

    Attributes:
        rate: Records a second.
        seconds: How long.
    """

    rate: float
    seconds: float

    @property
    def duration_seconds(self) -> float:
        """How long it lasts."""
        return self.seconds

    def rate_at(self, seconds: float) -> float:
        """The rate."""
        return self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedDays:
    """Days that rise smoothly from a long night to noon and fall again.

    Attributes:
        base: Records a second at midnight, where each day starts and ends.
        peak: Records a second at noon.
        day: Length of a day in seconds.
        days: How many.
        steepness: 1 is a cosine; a larger one makes the night longer and the rise steeper.
    """

    base: float
    peak: float
    day: float
    days: float
    steepness: float = 1.0

    @property
    def duration_seconds(self) -> float:
        """How long all days last."""
        return self.day * self.days

    def rate_at(self, seconds: float) -> float:
        """The load at that time of day: a power of a cosine a day."""
        noon = (1.0 - math.cos(2.0 * math.pi * seconds / self.day)) / 2.0
        return self.base + (self.peak - self.base) * math.pow(noon, self.steepness)


@dataclass(frozen=True, slots=True)
class RecordedLoad:
    """A load that was recorded, with straight lines between its points.

    Attributes:
        points: Pairs of second and records a second; at least one, the seconds increasing.
    """

    points: tuple[tuple[float, float], ...]

    @property
    def duration_seconds(self) -> float:
        """The last second recorded."""
        return self.points[-1][0]

    def rate_at(self, seconds: float) -> float:
        """The load between the two nearest points."""
        if seconds <= self.points[0][0]:
            return self.points[0][1]
        for (start, before), (end, after) in pairwise(self.points):
            if seconds <= end:
                return before + (after - before) * (seconds - start) / (end - start)
        return self.points[-1][1]


@dataclass(frozen=True, slots=True)
class SpedUp:
    """A load whose time passes faster; its records a second stay as they are.

    Attributes:
        trace: The load.
        factor: How many of its seconds pass in one.
    """

    trace: LoadTrace
    factor: float

    @property
    def duration_seconds(self) -> float:
        """How long it lasts at that speed."""
        return self.trace.duration_seconds / self.factor

    def rate_at(self, seconds: float) -> float:
        """The load at the time that `seconds` stands for."""
        return self.trace.rate_at(seconds * self.factor)


def read_trace(path: Path) -> RecordedLoad:
    """The load recorded in a CSV file with the columns `seconds` and `records_per_second`.

    Raises:
        SettingsError: Names every faulty line.
    """
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0] != _COLUMNS:
        came = ",".join(rows[0]) if rows else "an empty file"
        raise _faulty(
            path, [Fault(where="header", line=1, value=came, expected=",".join(_COLUMNS))]
        )
    points, faults = _points_of(rows[1:])
    if faults or not points:
        none = Fault(where="rows", line=None, value="none", expected="at least one row")
        raise _faulty(path, faults or [none])
    return RecordedLoad(tuple(points))


def _points_of(rows: Iterable[list[str]]) -> tuple[list[tuple[float, float]], list[Fault]]:
    points: list[tuple[float, float]] = []
    faults = []
    for line, row in enumerate(rows, start=2):
        point = _point_of(row)
        if point is None:
            expected = "two numbers, neither below 0"
        elif points and point[0] <= points[-1][0]:
            expected = f"a time after {points[-1][0]:g}"
        else:
            points.append(point)
            continue
        faults.append(Fault(where="row", line=line, value=",".join(row), expected=expected))
    return points, faults


def _point_of(row: list[str]) -> tuple[float, float] | None:
    try:
        seconds, rate = (float(cell) for cell in row)
    except ValueError:
        return None
    return (seconds, rate) if 0 <= seconds < math.inf and 0 <= rate < math.inf else None


_FORMULAS: Mapping[str, Callable[..., LoadTrace]] = {
    "constant": ConstantLoad,
    "days": CompressedDays,
}


def parse_trace(text: str) -> LoadTrace:
    """The load that `text` describes.

    Args:
        text: `constant:rate=500,seconds=60`, `days:base=100,peak=800,day=300,days=2` or
            `file:PATH`.

    Raises:
        SettingsError: It is none of these.
    """
    kind, _, rest = text.partition(":")
    if kind == "file":
        return read_trace(Path(rest))
    try:
        numbers = {name: float(value) for name, value in _assignments(rest)}
        return _FORMULAS[kind](**numbers)
    except (KeyError, TypeError, ValueError) as error:
        expected = "constant:rate=…,seconds=…, days:base=…,peak=…,day=…,days=… or file:PATH"
        fault = Fault(where="trace", line=None, value=text, expected=expected)
        raise SettingsError("load trace", [fault]) from error


def _assignments(text: str) -> Iterable[tuple[str, str]]:
    for part in text.split(","):
        name, _, value = part.partition("=")
        yield name.strip(), value


def _faulty(path: Path, faults: list[Fault]) -> SettingsError:
    return SettingsError(str(path), faults)
