"""Draws from a posterior by tempering a sample of the prior (sequential Monte Carlo).

Copes with one-sided bounds, kinks and truncation, where a Gaussian approximation would not, and
needs no derivative. Del Moral, Doucet, Jasra (2006), "Sequential Monte Carlo samplers", section
3.3.2, with random-walk Metropolis moves. Deterministic for a given generator.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats

LogDensity = Callable[[Floats], Floats]
"""`n x d` points to `n` logarithms of a density, -inf where there is none."""

MOVES = 4  # per temperature: with seven unknowns, enough for every particle to have moved
EFFECTIVE = 0.5  # share of the particles that must survive a step of the temperature
STEPS = 20  # halvings of a step: to a millionth of what is left, and the first ones are that small


def temper(
    prior_sample: Floats,
    log_prior: LogDensity,
    log_likelihood: LogDensity,
    rng: np.random.Generator,
) -> Floats:
    """Turn draws of the prior into as many equally weighted draws of the posterior.

    Args:
        prior_sample: `n x d`, with `n` well above `d`.
        log_prior: Up to a constant.
        log_likelihood: Finite wherever the prior has mass.
        rng: Source of chance.

    Returns:
        `n x d`.
    """
    sample = prior_sample
    fit = log_likelihood(sample)
    temperature = 0.0
    while temperature < 1:
        step = _largest_step(fit, temperature)
        temperature = 1.0 if step >= 1 - temperature else temperature + step
        chosen = _resample(step * fit, rng)
        sample, fit = sample[chosen], fit[chosen]
        sample, fit = _move(sample, fit, temperature, log_prior, log_likelihood, rng)
    return sample


def _largest_step(fit: Floats, temperature: float) -> float:
    """Largest step of the temperature that leaves enough effective particles, by bisection.

    Evidence that contradicts itself sharply would ask for ever smaller ones: a tenth more than
    now is taken in any case, so at most some 150 steps are.
    """
    most = 1 - temperature
    if _effective_share(most * fit) >= EFFECTIVE:
        return most
    low, high = 0.0, most
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _effective_share(middle * fit) >= EFFECTIVE:
            low = middle
        else:
            high = middle
    return min(most, max(low, 1e-6, 0.1 * temperature))


def _weights(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    shares: Floats = weights / weights.sum()
    return shares


def _effective_share(log_weights: Floats) -> float:
    weights = _weights(log_weights)
    return float(1 / (weights**2).sum() / len(weights))


def _resample(log_weights: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Systematic resampling: indices, `n`."""
    total = len(log_weights)
    points = (np.arange(total) + rng.random()) / total
    cumulated = np.cumsum(_weights(log_weights))
    return np.minimum(np.searchsorted(cumulated, points), total - 1)


def _move(
    sample: Floats,
    fit: Floats,
    temperature: float,
    log_prior: LogDensity,
    log_likelihood: LogDensity,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Metropolis moves that leave the tempered posterior as it is."""
    count, dimensions = sample.shape
    spread = np.cov(sample, rowvar=False) + 1e-12 * np.eye(dimensions)
    root = np.linalg.cholesky(spread)
    prior = log_prior(sample)
    for move in range(MOVES):
        scale = 2.38 / np.sqrt(dimensions) * (1.0, 0.4)[move % 2]  # long and short steps
        proposed = sample + scale * rng.standard_normal((count, dimensions)) @ root.T
        proposed_prior = log_prior(proposed)
        inside = np.isfinite(proposed_prior)
        proposed_fit = np.full(count, -np.inf)
        proposed_fit[inside] = log_likelihood(proposed[inside])
        gain = np.where(inside, proposed_prior - prior, -np.inf)
        gain[inside] += temperature * (proposed_fit[inside] - fit[inside])
        accepted = np.log(rng.random(count)) < gain
        sample = np.where(accepted[:, None], proposed, sample)
        fit = np.where(accepted, proposed_fit, fit)
        prior = np.where(accepted, proposed_prior, prior)
    return sample, fit
