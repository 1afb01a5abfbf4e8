"""Capacity by configuration, and how fast a backlog is worked off, by maximum likelihood.

    ln C = ln_rate + a ln(cores) + b ln(slots a core) + c ln(GiB a slot), at most ln(ceiling)

A profile that kept up is a lower bound of C, an overloaded one an upper bound or, where it fell
clearly short of its load, a value; each as blurred as the law is (`misfit`). Catching up after an
outage shows min(C, drain x load), which of the two is not known: with both log-normal the
likelihood is that of the smaller one (competing risks). Profiles are often small for lack of load:
what they say of large configurations is extrapolated, and the recoveries of large ones correct it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from horae.errors import NotReady
from horae.performance.models import Floats
from horae.simulation.calibration.capacity_likelihood import (
    CORES,
    SPREAD_GUESS,
    Layout,
    log_likelihood,
)
from horae.simulation.calibration.capacity_rows import AXES, Bounds, Drains
from horae.simulation.calibration.part import Fitted, Missing, Places
from horae.simulation.job.job_model import CapacityModel, LogNormal

Told = Callable[[int], None]
"""Is told how many more draws of a bootstrap are done."""

LEAST_GAIN = 2.0
"""Of log-likelihood, for a ceiling to be believed: one parameter by Akaike's criterion is worth 1,
and a bound of every configuration at once should be clearer than that."""
STEP = 1e-5
"""Of the differences that the slope is taken from; all unknowns are of order 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CapacityFit:
    """What was fitted together.

    Attributes:
        capacity: The law.
        drains: Group to how fast it catches up, over its load.
        layout: Of the unknowns.
        unknowns: `k`.
    """

    capacity: Fitted[CapacityModel]
    drains: Mapping[str, Fitted[LogNormal]]
    layout: Layout
    unknowns: Floats


def fit_capacity(
    bounds: Bounds, drains: Drains, *, draws: int, rng: np.random.Generator, told: Told
) -> CapacityFit:
    """Fit the law to all that was seen.

    Args:
        bounds: Of profiles.
        drains: Of recoveries.
        draws: Of the bootstrap over rows that gives the standard errors.
        rng: Source of chance.
        told: Is told of each draw.

    Raises:
        NotReady: Nothing shows the capacity itself.
    """
    if not bounds.value.any() and not len(drains):
        raise NotReady(
            "no row shows a capacity: profiles need overloaded ones, or give failures or changes "
            "with their drain rate"
        )
    axes = _varied(bounds, drains)
    layout, unknowns, gain = _with_or_without_ceiling(bounds, drains, axes)
    drawn = np.array([_redrawn(bounds, drains, layout, unknowns, rng, told) for _ in range(draws)])
    errors = drawn.std(axis=0, ddof=1) if draws > 1 else np.zeros(len(unknowns))
    model = _model(layout, unknowns)
    fitted = Fitted(
        value=model,
        deviations=_errors(layout, errors, model),
        missing=_missing(layout, gain),
        quality={
            "profiles": len(bounds),
            "recoveries": len(drains),
            "gain of a ceiling in log-likelihood": gain,
        },
    )
    return CapacityFit(
        capacity=fitted,
        drains=_drains(drains, layout, unknowns, errors),
        layout=layout,
        unknowns=unknowns,
    )


def _varied(bounds: Bounds, drains: Drains) -> tuple[int, ...]:
    design = np.concatenate([bounds.design, drains.design])
    known = design[np.isfinite(design).all(axis=1)]
    if not len(known):
        return ()
    return tuple(place for place in range(1, 1 + len(AXES)) if np.ptp(known[:, place]) > 0)


def refitted(fit: CapacityFit, bounds: Bounds, drains: Drains) -> Floats:
    """The unknowns of the same form fitted to other rows: for cross-validation."""
    return _best(bounds, drains, fit.layout, [fit.unknowns])[0]


def _with_or_without_ceiling(
    bounds: Bounds, drains: Drains, axes: tuple[int, ...]
) -> tuple[Layout, Floats, float]:
    plain = Layout(axes=axes, ceiling=False, groups=len(drains.groups))
    capped = replace(plain, ceiling=True)
    without = _best(bounds, drains, plain, _starts(bounds, drains, plain))
    if not len(drains) or not axes:
        return plain, without[0], 0.0
    within = _best(bounds, drains, capped, _starts(bounds, drains, capped))
    gain = without[1] - within[1]
    return (capped, within[0], gain) if gain >= LEAST_GAIN else (plain, without[0], gain)


def _starts(bounds: Bounds, drains: Drains, layout: Layout) -> list[Floats]:
    """Where to begin: linear in the cores, and the ceiling at some of the speeds seen."""
    rates = np.concatenate([bounds.ln_rate[bounds.value], drains.ln_speed])
    design = np.concatenate([bounds.design[bounds.value], drains.design])
    cores = design[:, 1][np.isfinite(design[:, 1])]
    exponents = [1.0 if axis == CORES else 0.0 for axis in layout.axes]
    centre = float(np.median(rates) - (np.median(cores) if len(cores) else 0))
    drain = float(np.median(drains.ln_speed - drains.ln_load)) if len(drains) else 0.0
    tail = [drain, SPREAD_GUESS] * layout.groups
    head = [centre, *exponents, float(np.log(0.2))]
    if not layout.ceiling:
        return [np.array([*head, *tail])]
    tops = np.quantile(drains.ln_speed, (0.6, 0.8, 0.95))
    return [np.array([*head, float(top), *tail]) for top in tops]


def _best(
    bounds: Bounds, drains: Drains, layout: Layout, starts: list[Floats]
) -> tuple[Floats, float]:
    count = len(starts[0])
    steps = np.vstack([np.zeros(count), STEP * np.eye(count), -STEP * np.eye(count)])

    def cost(unknowns: Floats) -> tuple[float, Floats]:
        """With its slope: all its differences are computed at once."""
        around = -log_likelihood(unknowns + steps, bounds, drains, layout)
        ahead, behind = around[1 : count + 1], around[count + 1 :]
        return float(around[0]), (ahead - behind) / (2 * STEP)

    found = [minimize(cost, start, jac=True, method="BFGS") for start in starts]
    best = min(found, key=lambda one: float(one.fun))
    return np.asarray(best.x, dtype=np.float64), float(best.fun)


def _redrawn(
    bounds: Bounds,
    drains: Drains,
    layout: Layout,
    unknowns: Floats,
    rng: np.random.Generator,
    told: Told,
) -> Floats:
    """The unknowns of one sample of the rows with replacement, within what they are."""
    kinds: Places = (bounds.value + 2 * bounds.upper).astype(np.intp)
    some = bounds.at(_resample(kinds, rng))
    others = drains.at(_resample(drains.group, rng))
    found, _ = _best(some, others, layout, [unknowns])
    told(1)
    return found


def _resample(strata: Places, rng: np.random.Generator) -> Places:
    places = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    drawn = [rng.choice(place, size=len(place)) for place in places]
    return np.concatenate(drawn) if drawn else np.empty(0, dtype=np.intp)


def _model(layout: Layout, unknowns: Floats) -> CapacityModel:
    exponents = dict(zip(layout.axes, unknowns[1 : layout.spread].tolist(), strict=True))
    named = {AXES[axis - 1]: value for axis, value in exponents.items()}
    top = float(np.exp(unknowns[layout.spread + 1])) if layout.ceiling else None
    return CapacityModel(
        ln_rate=float(unknowns[0]),
        misfit=float(np.exp(unknowns[layout.spread])),
        ceiling=top,
        **named,
    )


def _errors(layout: Layout, errors: Floats, model: CapacityModel) -> dict[str, float]:
    names = ["ln_rate", *(AXES[axis - 1] for axis in layout.axes)]
    found = dict(zip(names, errors[: layout.spread].tolist(), strict=True))
    found["misfit"] = float(errors[layout.spread]) * model.misfit
    if model.ceiling is not None:
        found["ceiling"] = float(errors[layout.spread + 1]) * model.ceiling
    return found


def _missing(layout: Layout, gain: float) -> tuple[Missing, ...]:
    found = [
        Missing(name=name, reason="no two rows differ in it; the default stands")
        for place, name in enumerate(AXES, start=1)
        if place not in layout.axes
    ]
    if not layout.ceiling:
        reason = f"a bound for all configurations gains only {gain:.1f} in log-likelihood"
        found.append(Missing(name="ceiling", reason=f"{reason}; there is none"))
    blurred = "how starts of one configuration differ is not told from how configurations do"
    found.append(Missing(name="run_deviation", reason=f"{blurred}: both are in the misfit"))
    found.append(Missing(name="flicker", reason="no table shows the capacity within a run; 0"))
    return tuple(found)


def _drains(
    drains: Drains, layout: Layout, unknowns: Floats, errors: Floats
) -> dict[str, Fitted[LogNormal]]:
    found = {}
    for place, name in enumerate(drains.groups):
        at = layout.drains + 2 * place
        median, deviation = np.exp(unknowns[at : at + 2]).tolist()
        found[name] = Fitted(
            value=LogNormal(median=median, deviation=deviation),
            deviations={
                "median": median * float(errors[at]),
                "deviation": deviation * float(errors[at + 1]),
            },
            quality={"recoveries": float((drains.group == place).sum())},
        )
    return found
