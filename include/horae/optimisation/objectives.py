"""What configurations are compared by: money, latency risk, recovery time; all minimised."""

import numpy as np

from horae.domain.candidate import Candidates
from horae.domain.configurations import Configurations
from horae.domain.forecast import LoadForecast
from horae.domain.limits import Limits, Prices
from horae.performance.models import Floats, PerformanceModels

DRAWS = 256  # a risk is resolved to 0.4 %, finer than any sensible limit on it


def evaluate(
    configurations: Configurations,
    *,
    forecast: LoadForecast,
    models: PerformanceModels,
    limits: Limits,
    prices: Prices,
    rng: np.random.Generator,
    backlog_records: float = 0.0,
) -> Candidates:
    """Predict the objectives of each configuration, in their order.

    Args:
        configurations: What to evaluate, at least one.
        forecast: Future load; its sample paths are used.
        models: What is believed of the job.
        limits: Its latency limit.
        prices: What resources cost.
        rng: Source of chance; the same state gives the same candidates.
        backlog_records: Records that wait already.
    """
    capacity = models.capacity.draws(configurations, DRAWS, rng)
    paths = forecast.paths[rng.permutation(DRAWS) % len(forecast.paths)]
    risk = latency_risk(
        paths,
        capacity,
        grid_seconds=forecast.grid_seconds,
        limit_seconds=limits.processing_latency_seconds,
        backlog_records=backlog_records,
    )
    median = median_of_draws(capacity)
    # The more capacity the sooner it recovers, so its median is what the median capacity needs.
    recovery = models.recovery.seconds(configurations, load=peak_load(forecast), capacity=median)
    return Candidates(
        configurations=configurations,
        money_per_hour=prices.each_per_hour(configurations),
        latency_risk=risk,
        recovery_seconds=recovery,
        capacity=median,
    )


def peak_load(forecast: LoadForecast) -> float:
    """Median of the largest load within the horizon, records/s: what recovery is computed at."""
    return forecast.peak(0.5)


def latency_risk(
    paths: Floats,
    capacity: Floats,
    *,
    grid_seconds: float,
    limit_seconds: float,
    backlog_records: float = 0.0,
) -> Floats:
    """Share of joint draws in which the latency limit breaks.

    Latency is a step at capacity: a draw breaks the limit where the path's peak exceeds the
    capacity, or where the backlog to start with still takes longer than the limit at the end of
    the horizon. A queue that has not run dry since the start holds what was there and what came,
    less what was worked off; one that has run dry holds less than its peak allows. So a path
    asks for one capacity at least, whatever the configuration.

    Args:
        paths: `draws x steps`, records/s.
        capacity: `draws x m`, records/s, drawn jointly with the paths.
        grid_seconds: Distance of two steps.
        limit_seconds: Latency limit.
        backlog_records: Records that wait at the start.

    Returns:
        `m`, in [0, 1].
    """
    seconds = grid_seconds * paths.shape[1]
    arrived = backlog_records + grid_seconds * paths.sum(axis=1)
    wanted = np.maximum(paths.max(axis=1), arrived / (seconds + limit_seconds))
    share: Floats = (wanted[:, None] > capacity).mean(axis=0)
    return share


def median_of_draws(draws: Floats) -> Floats:
    """Medians of the columns, `m` of `draws x m`, to seven digits: short figures sort fast."""
    ordered = np.sort(draws.T.astype(np.float32), axis=1)
    half = len(draws) // 2
    middle = ordered[:, [len(draws) - 1 - half, half]].astype(np.float64)
    median: Floats = middle.mean(axis=1)
    return median
