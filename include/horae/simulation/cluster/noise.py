"""Chance that lasts: what one reading deviates by, the next one partly shares."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from horae.performance.models import Floats


def persistent_noise(seed: Sequence[int], lasting_seconds: float, seconds: int) -> Floats:
    """`seconds` normal scores of unit deviation whose correlation falls by 1/e in a given time.

    An autoregressive process of first order, begun in its stationary state:
    x_t = phi x_(t-1) + sqrt(1 - phi^2) e_t, phi = exp(-1 / lasting_seconds).

    Args:
        seed: Of `np.random.default_rng`.
        lasting_seconds: Positive.
        seconds: How many.
    """
    scores = np.random.default_rng(list(seed)).standard_normal(seconds)
    phi = math.exp(-1 / lasting_seconds)
    fresh = math.sqrt(1 - phi**2)
    scores[1:] *= fresh / (1 - phi)
    # Exponential smoothing is the same recursion: x_t = phi x_(t-1) + (1 - phi) score_t.
    return pd.Series(scores).ewm(alpha=1 - phi, adjust=False).mean().to_numpy(dtype=np.float64)


def smearing_factor(mean_seconds: float, lasting_seconds: float) -> float:
    """Deviation of a mean over `mean_seconds` of such noise, in continuous time; at most 1.

    sqrt(2 (x - 1 + exp(-x))) / x with x = mean_seconds / lasting_seconds.
    """
    x = mean_seconds / lasting_seconds
    return math.sqrt(2 * (x - 1 + math.exp(-x))) / x if x > 1e-3 else 1.0
