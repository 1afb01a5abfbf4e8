"""The future that the planner plans over: the forecast's horizon, then one season.

Beyond the horizon each draw replays seasons that were seen, at the same phase. Before a whole
season has been seen each step of the tail takes a load at random from all that was seen and
foreseen: what has been may come back, in no known order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.domain.forecast import LoadForecast
from horae.performance.models import Floats

TAIL_STEPS = 48  # a day in half hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Times that the plan keeps, seconds.

    Attributes:
        step: Step within the horizon.
        cycle: From one decision to the next.
        effect: From now until an action that is ordered now takes effect.
        season: Length of the season.
        stay: How far the plan looks beyond the horizon while no season is known.
    """

    step: float
    cycle: float
    effect: float
    season: float
    stay: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """Steps of the plan.

    Attributes:
        seconds: `T`, length of each step.
        decides: `T`, whether one may switch at the beginning of the step.
        load: `D x T`, records/s; the mean over the step.
        horizon_steps: Steps that the forecast covers.
        season_known: Whether the rest are seasons that were seen.
    """

    seconds: Floats
    decides: NDArray[np.bool_]
    load: Floats
    horizon_steps: int
    season_known: bool


def is_season_known(history: Floats, *, grid_seconds: float, season_seconds: float) -> bool:
    """Whether a whole season was seen, and at least half of the newest one measured."""
    rows = max(1, round(season_seconds / grid_seconds))
    measured = np.flatnonzero(np.isfinite(history))
    if not len(measured) or len(history) - measured[0] < rows:
        return False
    return bool(np.isfinite(history[-rows:]).mean() >= 0.5)


def lay_out(
    forecast: LoadForecast,
    history: Floats,
    pace: Pace,
    *,
    draws: int,
    rng: np.random.Generator,
) -> Timeline:
    """Draw `draws` futures.

    Args:
        forecast: The horizon.
        history: Measured load on the forecast's grid up to now, records/s; NaN where missing.
        pace: Times to keep.
        draws: Number of futures.
        rng: Source of chance.
    """
    grid = forecast.grid_seconds
    rows = min(max(1, round(pace.step / grid)), forecast.steps)
    count = forecast.steps // rows
    near = _horizon(forecast, rows, count, draws, rng)
    known = is_season_known(history, grid_seconds=grid, season_seconds=pace.season)
    if known:
        tail, length = _seasons(history, pace, grid, count * rows, draws, rng)
    else:
        tail, length = _anything_seen(history, near, pace, count * rows * grid, rng)
    seconds = np.concatenate([np.full(count, rows * grid), np.full(tail.shape[1], length)])
    return Timeline(
        seconds=seconds,
        decides=_decisions(seconds, pace),
        load=np.concatenate([near, tail], axis=1),
        horizon_steps=count,
        season_known=known,
    )


def _horizon(
    forecast: LoadForecast, rows: int, count: int, draws: int, rng: np.random.Generator
) -> Floats:
    """Paths, drawn without repetition as long as there are enough: `draws x count`."""
    paths = len(forecast.paths)
    drawn = rng.choice(paths, size=draws, replace=paths < draws)
    chosen = forecast.paths[drawn, : count * rows]
    means: Floats = chosen.reshape(draws, count, rows).mean(axis=2)
    return means


def _decisions(seconds: Floats, pace: Pace) -> NDArray[np.bool_]:
    """One decides when an action of now takes effect, and a cycle after each decision."""
    begins = np.concatenate([[0.0], np.cumsum(seconds)[:-1]])
    decides = np.zeros(len(seconds), dtype=bool)
    due = pace.effect
    for step, (begin, length) in enumerate(zip(begins, seconds, strict=True)):
        if begin + length / 2 > due:
            decides[step] = True
            due = max(begin, due) + pace.cycle
    return decides


def _seasons(
    history: Floats, pace: Pace, grid: float, ahead: int, draws: int, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Loads of earlier seasons at the same phase, `draws x steps`, and the length of a step."""
    season = round(pace.season / grid)
    rows = max(1, round(max(pace.step, pace.season / TAIL_STEPS) / grid))
    offsets = ahead + 1 + np.arange(max(1, season // rows) * rows).reshape(-1, rows)
    back = -(-offsets[:, -1:] // season)
    newest = len(history) - 1 + offsets - back * season
    whole = max(1, int(newest.min()) // season + 1)
    earlier = rng.integers(whole, size=(draws, 1, 1))
    seen = history[np.maximum(newest[None] - earlier * season, 0)]
    return _mean_of_measured(seen, fallback=float(np.nanmean(history))), rows * grid


def _mean_of_measured(seen: Floats, *, fallback: float) -> Floats:
    measured = np.isfinite(seen)
    count = measured.sum(axis=-1)
    total = np.where(measured, seen, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), fallback)


def _anything_seen(
    history: Floats, near: Floats, pace: Pace, horizon: float, rng: np.random.Generator
) -> tuple[Floats, float]:
    length = max(horizon, pace.stay / TAIL_STEPS)
    seen = np.concatenate([history[np.isfinite(history)], near.ravel()])
    steps = max(1, round(pace.stay / length))
    return rng.choice(seen, size=(len(near), steps)), length
