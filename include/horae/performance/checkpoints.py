"""How long checkpoints take."""

import numpy as np
import pandas as pd

from horae.domain.quantile import quantile

UNMEASURED_CHECKPOINT_SECONDS = 1.0  # a small state on a healthy store


def long_checkpoint_seconds(frame: pd.DataFrame) -> float | None:
    """95 % quantile of the durations in the columns of a `MetricsWindow`; None: none measured."""
    durations = frame["checkpoint_duration_seconds"].to_numpy(dtype=np.float64)
    durations = durations[~np.isnan(durations)]
    return quantile(durations, 0.95) if len(durations) else None
