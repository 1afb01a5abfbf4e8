"""Recovery times by load and checkpoint interval: dark time, share read again, capacity.

    recovery = d + load (w I + d) / (C - load)

d: seconds without processing; w: share of the interval I that is read again; C: capacity. Khaos
(arXiv 2109.02340) fits a line to load and interval; on its own published failures this form
predicts better, and it extrapolates. Fitted by robust least squares of ln recovery, with a weak
prior of w = 1: failures injected just before a checkpoint lose the whole interval, and two near
intervals alone cannot tell w from d.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from horae.errors import NotReady
from horae.performance.models import Floats
from horae.simulation.calibration.part import Comparison, Fitted

SHARE_DOUBT = 0.25
"""Prior deviation of ln w: 60 % to 160 % of the interval in 19 of 20 cases."""
SCATTER = 0.1
"""Deviation of ln recovery that is taken for granted; beyond, rows count for less."""
STARTS = (1.2, 1.5, 2.0, 3.0)
"""Capacities to begin the search at, over the largest load."""
FEWEST = 6
NEEDED = ("load", "checkpoint_interval_seconds", "recovery_seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryForm:
    """The three parameters.

    Attributes:
        dark_seconds: d.
        replayed_share: w.
        capacity: C, records/s.
    """

    dark_seconds: float
    replayed_share: float
    capacity: float

    def seconds(self, load: Floats, interval: Floats) -> Floats:
        """Recovery times; infinite where the load reaches the capacity.

        Args:
            load: Records/s.
            interval: Seconds between checkpoints; the shape of `load`.
        """
        spare = self.capacity - load
        backlog = load * (self.replayed_share * interval + self.dark_seconds)
        endless = np.full(np.shape(load), np.inf)
        found: Floats = self.dark_seconds + np.divide(backlog, spare, out=endless, where=spare > 0)
        return found

    def dark_of(self, load: Floats, interval: Floats, recovery: Floats) -> Floats:
        """The d of each row, given w and C: what a recovery leaves for it."""
        spare = self.capacity - load
        replaying = load * self.replayed_share * interval / spare
        found: Floats = (recovery - replaying) * spare / self.capacity
        return found


def recovery_rows(failures: pd.DataFrame | None) -> pd.DataFrame | None:
    """Undisturbed failures with load, interval and recovery; None where they cannot be fitted.

    At least six, with at least two intervals.
    """
    if failures is None:
        return None
    rows = failures[failures[list(NEEDED)].notna().all(axis=1) & ~failures["disturbed"]]
    several = rows["checkpoint_interval_seconds"].nunique() > 1
    return rows if several and len(rows) >= FEWEST else None


def fit_recovery_form(
    rows: pd.DataFrame, *, draws: int, rng: np.random.Generator
) -> Fitted[RecoveryForm]:
    """Fit the form.

    Args:
        rows: Failures with `load`, `checkpoint_interval_seconds` and `recovery_seconds`.
        draws: Of the bootstrap over failures; below 2: no errors.
        rng: Source of chance.

    Raises:
        NotReady: Too few failures, or all with one interval.
    """
    usable = recovery_rows(rows)
    if usable is None:
        raise NotReady(
            f"a recovery by interval needs {FEWEST} failures with load, interval and recovery, "
            "and two intervals"
        )
    load, interval, recovery = (usable[name].to_numpy(dtype=np.float64) for name in NEEDED)
    form = _fit(load, interval, recovery)
    predicted = form.seconds(load, interval)
    off = np.abs(predicted / recovery - 1)
    return Fitted(
        value=form,
        deviations=_errors(load, interval, recovery, draws, rng),
        quality={
            "failures": float(len(usable)),
            "median relative error": float(np.median(off)),
            "mean relative error": float(off.mean()),
        },
        comparisons=(
            Comparison(
                title="recovery by load and interval",
                unit="s",
                predicted=predicted,
                measured=recovery,
                groups=tuple(f"{one:g} s" for one in interval.tolist()),
                note="By checkpoint interval.",
            ),
        ),
    )


def _errors(
    load: Floats, interval: Floats, recovery: Floats, draws: int, rng: np.random.Generator
) -> dict[str, float]:
    if draws < 2:
        return {}
    picks = rng.integers(len(load), size=(draws, len(load)))
    drawn = [_fit(load[pick], interval[pick], recovery[pick]) for pick in picks]
    names = ("dark_seconds", "replayed_share", "capacity")
    return {name: float(np.std([getattr(one, name) for one in drawn], ddof=1)) for name in names}


def _fit(load: Floats, interval: Floats, recovery: Floats) -> RecoveryForm:
    most = float(load.max())

    def off(unknowns: Floats) -> Floats:
        spare = np.maximum(np.exp(unknowns[2]) - load, 1e-3 * most)
        dark = np.exp(unknowns[0])
        predicted = dark + load * (np.exp(unknowns[1]) * interval + dark) / spare
        prior = SCATTER * unknowns[1] / SHARE_DOUBT
        return np.append(np.log(predicted / recovery), prior)

    begin = float(np.log(0.4 * np.median(recovery)))
    found = [
        least_squares(off, [begin, 0.0, np.log(most * start)], loss="soft_l1", f_scale=SCATTER)
        for start in STARTS
    ]
    best = min(found, key=lambda one: float(one.cost))
    dark, share, capacity = np.exp(best.x).tolist()
    return RecoveryForm(dark_seconds=dark, replayed_share=share, capacity=capacity)
