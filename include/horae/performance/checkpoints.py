"""How long checkpoints take."""

import numpy as np

from horae.domain.quantile import quantile
from horae.performance.models import Floats

UNMEASURED_CHECKPOINT_SECONDS = 1.0  # a small state on a healthy store


def long_checkpoint_seconds(durations: Floats) -> float | None:
    """95 % quantile of the durations in a column of a window, NaN aside; None: none measured."""
    measured = durations[~np.isnan(durations)]
    return quantile(measured, 0.95) if len(measured) else None
