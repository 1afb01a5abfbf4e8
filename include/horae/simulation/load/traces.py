"""Offered load, second by second: what a rehearsal replays."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from horae.performance.models import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """The load that a job is offered.

    Attributes:
        name: For people and files.
        load: `T`, records/s during each second; never negative.
        season_seconds: Length of its season; None: it has none that is known.
        history_seconds: Its leading part, which every policy has seen before it may decide and
            which is not scored.
    """

    name: str
    load: Floats
    season_seconds: float | None = None
    history_seconds: int = 0

    @cached_property
    def arrived(self) -> Floats:
        """`T + 1`, records that arrived before each second began, and in all."""
        return np.concatenate([[0.0], np.cumsum(self.load)])

    @property
    def seconds(self) -> int:
        """Length, history included."""
        return len(self.load)

    def scaled(self, factor: float) -> "Trace":
        """The same shape at another height."""
        return replace(self, load=self.load * factor)
