"""How well a guess of the unknowns explains bounds and drains.

The unknowns in one vector: ln_rate, one exponent for each axis that varies, ln misfit, ln ceiling
where there is one, and for each group of drains ln drain and ln deviation.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from horae.performance.models import Floats
from horae.simulation.calibration.capacity_rows import Bounds, Drains

SPREAD_GUESS, SPREAD_DOUBT = float(np.log(0.3)), 0.5
"""Weak prior on the deviation of ln drain: a handful of recoveries that happen to be alike must
not claim that all are."""
LN_SPREADS = (-4.0, 1.0)
"""Range of the logarithm of a deviation: 2 % to a factor of e."""
CORES, USED = 1, 4
"""Columns of a design: ln cores; ln share of the slots in use, in proportion to which all is."""
_HALF_LN_2PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which place of the vector of unknowns holds what.

    Attributes:
        axes: Columns of the design that vary, and hence have an exponent.
        ceiling: Whether there is one.
        groups: Of drains.
    """

    axes: tuple[int, ...]
    ceiling: bool
    groups: int

    @property
    def spread(self) -> int:
        """Place of ln misfit."""
        return 1 + len(self.axes)

    @property
    def drains(self) -> int:
        """Place of the first group's ln drain; its ln deviation follows it."""
        return self.spread + 1 + self.ceiling

    def ln_capacity(self, unknowns: Floats, design: Floats) -> Floats:
        """`m x n`, ln records/s, for unknowns `m x k`; NaN where the design has NaN."""
        slopes = unknowns[:, 1 : self.spread]
        linear: Floats = unknowns[:, :1] + slopes @ design[:, list(self.axes)].T + design[:, USED]
        if CORES not in self.axes:
            linear = linear + design[:, CORES]  # never varied: scales linearly until seen
        return np.minimum(linear, unknowns[:, [self.spread + 1]]) if self.ceiling else linear


def log_likelihood(unknowns: Floats, bounds: Bounds, drains: Drains, layout: Layout) -> Floats:
    """`m`, up to a constant, for unknowns `m x k`."""
    spread = np.exp(np.clip(unknowns[:, [layout.spread]], *LN_SPREADS))
    scaled = (bounds.ln_rate - layout.ln_capacity(unknowns, bounds.design)) / spread
    signs = np.where(bounds.upper, 1.0, -1.0)
    seen = np.where(bounds.value, _ln_density(scaled, spread), log_ndtr(signs * scaled))
    total: Floats = seen.sum(axis=1)
    if not len(drains):
        return total
    middles = unknowns[:, layout.drains :: 2][:, drains.group]
    ln_deviations = unknowns[:, layout.drains + 1 :: 2]
    deviations = np.exp(np.clip(ln_deviations, *LN_SPREADS))[:, drains.group]
    scaled_drain = (drains.ln_speed - drains.ln_load - middles) / deviations
    density = _ln_density(scaled_drain, deviations)
    full = (drains.ln_speed - layout.ln_capacity(unknowns, drains.design)) / spread
    known = np.isfinite(full)
    scaled_full = np.where(known, full, 0.0)
    smaller = np.logaddexp(
        density + log_ndtr(-scaled_full),
        _ln_density(scaled_full, spread) + log_ndtr(-scaled_drain),
    )
    total += np.where(known, smaller, density).sum(axis=1)
    doubts = (ln_deviations - SPREAD_GUESS) / SPREAD_DOUBT
    total -= 0.5 * (doubts**2).sum(axis=1)
    return total


def _ln_density(scaled: Floats, deviation: Floats) -> Floats:
    found: Floats = -0.5 * scaled**2 - np.log(deviation) - _HALF_LN_2PI
    return found
