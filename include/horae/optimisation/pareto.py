"""Which candidates no other one beats."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from horae.domain.candidate import Candidate, Front
from horae.performance.models import Floats


def is_non_dominated(objectives: Floats) -> NDArray[np.bool_]:
    """Rows that no other row dominates: nowhere worse and somewhere better.

    Args:
        objectives: `n x k`, minimised; infinity is allowed. Equal rows do not dominate one
            another. A row with NaN is dominated, and dominates nothing.

    Returns:
        `n`.
    """
    known: NDArray[np.bool_] = ~np.asarray(np.isnan(objectives).any(axis=1))
    others = objectives[known]
    return np.array(
        [here and not _beaten(row, others) for here, row in zip(known, objectives, strict=True)],
        dtype=np.bool_,
    )


def _beaten(row: Floats, others: Floats) -> bool:
    no_worse = (others <= row).all(axis=1)
    better = (others < row).any(axis=1)
    return bool((no_worse & better).any())


def pareto_front(candidates: Sequence[Candidate], *, peak_load: float) -> Front:
    """The non-dominated of `candidates`, cheapest first; the same for any order of them.

    Args:
        candidates: Evaluated ones; may be empty.
        peak_load: Load that they were evaluated at, records/s.
    """
    objectives = np.array(
        [(one.money_per_hour, one.latency_risk, one.recovery_seconds) for one in candidates],
        dtype=np.float64,
    ).reshape(len(candidates), 3)
    keep = is_non_dominated(objectives)
    kept = [one for one, stays in zip(candidates, keep, strict=True) if stays]
    kept.sort(key=lambda one: (one.money_per_hour, one.latency_risk, one.configuration))
    return Front(members=tuple(kept), evaluated=len(candidates), peak_load=peak_load)
