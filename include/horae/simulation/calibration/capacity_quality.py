"""How well the law of capacity tells which profiles fall behind."""

from collections.abc import Mapping

import numpy as np

from horae.performance.models import Floats
from horae.simulation.calibration.capacity import CapacityFit, refitted
from horae.simulation.calibration.capacity_rows import Bounds, Drains
from horae.simulation.calibration.law import ln_capacity
from horae.simulation.calibration.part import Comparison

FOLDS = 10


def capacity_quality(
    bounds: Bounds, drains: Drains, fit: CapacityFit, *, rng: np.random.Generator
) -> tuple[Mapping[str, float], tuple[Comparison, ...]]:
    """Figures and plots for the report.

    Args:
        bounds: Of profiles.
        drains: Of recoveries.
        fit: The law fitted to all of them.
        rng: Draws the folds of the cross-validation.

    Returns:
        Cross-validated accuracy of overloaded against stable with the accuracy of always saying
        the commoner of the two; error and R2 of the law where the capacity itself was seen.
    """
    model = fit.capacity.value
    figures: dict[str, float] = {}
    comparisons = []
    if bounds.value.any():
        predicted = np.exp(ln_capacity(model, bounds.design[bounds.value]))
        measured = np.exp(bounds.ln_rate[bounds.value])
        figures |= _errors(predicted, measured)
        comparisons.append(_comparison(predicted, measured))
    overloaded = bounds.value | bounds.upper
    if 0 < overloaded.sum() < len(bounds) and len(bounds) >= 2 * FOLDS:
        figures["accuracy of overloaded, cross-validated"] = _accuracy(bounds, drains, fit, rng)
        share = float(overloaded.mean())
        figures["accuracy of always saying the commoner"] = max(share, 1 - share)
    if len(drains):
        comparisons.append(_drain_comparison(drains, fit))
    return figures, tuple(comparisons)


def _errors(predicted: Floats, measured: Floats) -> dict[str, float]:
    left = float(((predicted - measured) ** 2).sum())
    spread = float(((measured - measured.mean()) ** 2).sum())
    return {
        "saturated rows": float(len(measured)),
        "mean relative error of saturated rows": float(np.abs(predicted / measured - 1).mean()),
        "R2 of saturated rows": 1 - left / spread if spread else float("nan"),
    }


def _accuracy(bounds: Bounds, drains: Drains, fit: CapacityFit, rng: np.random.Generator) -> float:
    """Share of rows that the law, fitted without their fold, puts on the right side of their rate.

    A row that was overloaded without its load being known counts at what it processed.
    """
    order = rng.permutation(len(bounds))
    overloaded = bounds.value | bounds.upper
    right = 0
    for fold in range(FOLDS):
        left_out = order[fold::FOLDS]
        kept = np.setdiff1d(order, left_out)
        unknowns = refitted(fit, bounds.at(kept), drains)
        capacity = fit.layout.ln_capacity(unknowns[None, :], bounds.design[left_out])[0]
        right += int(((capacity < bounds.ln_load[left_out]) == overloaded[left_out]).sum())
    return right / len(bounds)


def _comparison(predicted: Floats, measured: Floats) -> Comparison:
    return Comparison(
        title="capacity where a profile saturated",
        unit="records/s",
        predicted=predicted,
        measured=measured,
        logarithmic=True,
        note="Rows that fell clearly short of their load.",
    )


def _drain_comparison(drains: Drains, fit: CapacityFit) -> Comparison:
    """Speed of catching up: the capacity, or the median drain times the load, if that is less."""
    known = np.isfinite(drains.design).all(axis=1)
    names = [drains.groups[place] for place in drains.group[known].tolist()]
    medians = np.array([fit.drains[name].value.median for name in names])
    full = np.exp(ln_capacity(fit.capacity.value, drains.design[known]))
    return Comparison(
        title="speed of catching up",
        unit="records/s",
        predicted=np.minimum(full, medians * np.exp(drains.ln_load[known])),
        measured=np.exp(drains.ln_speed[known]),
        groups=tuple(name.replace("_", " ") for name in names),
        logarithmic=True,
        note="Predicted: the capacity, or the median drain times the load where that is less.",
    )
