"""One calibration under way: what each part found, under its place in the model."""

import zlib
from collections.abc import Callable, Mapping

import numpy as np

from horae.errors import NotReady
from horae.simulation.calibration.part import Comparison, Fitted, Missing, Part
from horae.simulation.calibration.wanted import Wanted


class Fitting:
    """Gathers errors, gaps and figures of the parts.

    Args:
        wanted: What the model is to be.

    Attributes:
        deviations: Place in the model to standard error.
        missing: What could not be identified.
        quality: Part to figures.
        comparisons: Predicted against measured.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.deviations: dict[str, float] = {}
        self.missing: list[Missing] = []
        self.quality: dict[str, Mapping[str, float]] = {}
        self.comparisons: list[Comparison] = []

    def rng(self, part: str) -> np.random.Generator:
        """Chance of one part, whatever the others draw."""
        return np.random.default_rng([self.wanted.seed, zlib.crc32(part.encode())])

    def take(self, place: str, fitted: Fitted[Part]) -> Part:
        """Note what fitting a part gave; returns the part."""
        self.deviations |= {f"{place}.{name}": x for name, x in fitted.deviations.items()}
        for one in fitted.missing:
            self.lack(f"{place}.{one.name}", one.reason)
        self.quality[place] = {**self.quality.get(place, {}), **fitted.quality}
        self.comparisons += fitted.comparisons
        return fitted.value

    def attempt(
        self, place: str, fit: Callable[[], Fitted[Part]], default: Part, said: str
    ) -> Part:
        """The part, or its default where the tables do not tell; `said` is what then stands."""
        try:
            return self.take(place, fit())
        except NotReady as error:
            self.lack(place, f"{error}; {said}")
            return default

    def lack(self, name: str, reason: str) -> None:
        """Note what could not be identified, and why."""
        self.missing.append(Missing(name=name, reason=reason))
