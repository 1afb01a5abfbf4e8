"""What a plan is to be found for: steps, configurations, ways, and draws of what may come."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A plan to be found over `T` steps, `X` configurations, `W` ways, `D` draws and `B` ages.

    Attributes:
        seconds: `T`, length of each step.
        decides: `T`, whether one may switch at the beginning of the step.
        load: `D x T`, records/s.
        capacity: `D x X`, records/s.
        outage: `D x W`, seconds of a switch.
        replayed: `D x W`, seconds of input that are read again after it.
        in_place: `W`, whether no second set of TaskManagers is paid for meanwhile.
        possible: `W x X x X`, whether the way leads from row to column.
        price: `X`, money per second.
        failures: `T x X`, money per second that failures are expected to cost.
        violation: Money per second beyond the limit.
        action: Money per switch.
        limit: Age beyond which the limit is broken, seconds.
        ages: `B`, ascending from 0, seconds.
    """

    seconds: Floats
    decides: NDArray[np.bool_]
    load: Floats
    capacity: Floats
    outage: Floats
    replayed: Floats
    in_place: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    price: Floats
    failures: Floats
    violation: float
    action: float
    limit: float
    ages: Floats

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.seconds)

    @property
    def configurations(self) -> int:
        """Number of configurations."""
        return len(self.price)

    def drifts(self, steps: slice = slice(None)) -> Floats:
        """Seconds that the backlog ages in each of some steps, or of all: `T x D x X`."""
        load = np.maximum(self.load[:, steps], 1e-9).T[..., None]
        drifts: Floats = self.seconds[steps, None, None] * (1 - self.capacity / load)
        return drifts

    def drifts_in(self, index: int) -> Floats:
        """Seconds that the backlog ages in each step in one configuration: `T x D`."""
        load = np.maximum(self.load, 1e-9)
        drifts: Floats = self.seconds[:, None] * (1 - self.capacity[:, index] / load.T)
        return drifts

    def steady_money(self) -> Floats:
        """What each step costs within the limit: `T x X`."""
        money: Floats = self.seconds[:, None] * (self.price + self.failures)
        return money

    def violation_money(self) -> Floats:
        """What each step costs besides when all of it is beyond the limit: `T`."""
        money: Floats = self.seconds * self.violation
        return money

    def place(self, age: Floats) -> tuple[Integers, Floats]:
        """The node below each age, and the probability of the node above it."""
        at = np.interp(age, self.ages, np.arange(len(self.ages)))
        low = np.floor(at)
        low.clip(0, len(self.ages) - 2, out=low)
        at -= low
        return low.astype(np.intp), at

    def switch_money(self) -> Floats:
        """What a switch costs at once, `D x W x X` (way, target)."""
        overlap = np.where(self.in_place[:, None], 0.0, self.price)
        again = self.violation * self.replayed[:, :, None]
        return self.action + again + self.outage[:, :, None] * (self.violation + overlap)

    @property
    def delay(self) -> Floats:
        """Seconds that a switch adds to the age of the backlog: `D x W`."""
        return self.outage + self.replayed


def broken_share(left: Floats, drift: Floats) -> Floats:
    """Share of a step beyond the limit.

    Args:
        left: Seconds that the age is below the limit at the beginning; negative: beyond it.
        drift: Seconds that the backlog ages in the step; broadcast.
    """
    pace = 1 / np.maximum(np.abs(drift), 1e-12)  # steps a second; a steady age crosses nothing
    share: Floats = left * -pace
    share += (drift > 0).astype(np.float64)
    share.clip(0, 1, out=share)
    return share


def read(values: Floats, at: tuple[Integers, Floats]) -> Floats:
    """`values` (`... x B`) between the nodes, at places with the same leading axes."""
    below, weight = at
    low = np.take_along_axis(values, below, axis=-1)
    high = np.take_along_axis(values, below + 1, axis=-1)
    return low + weight * (high - low)
