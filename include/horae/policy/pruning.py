"""Leave out configurations that another one beats in everything the plan looks at."""

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats


def keep_front(costs: Floats, *, always: int) -> NDArray[np.intp]:
    """Indices of the rows that no other row dominates, `always` first.

    Args:
        costs: `n x m`, each column minimised; infinite is allowed, NaN is not.
        always: A row that is kept whatever it costs.

    Returns:
        Ascending after the first. Of equal rows the first is kept.
    """
    no_worse = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    equal = no_worse & no_worse.T
    earlier = np.arange(len(costs))[:, None] < np.arange(len(costs))[None, :]
    dominated = np.asarray((no_worse & (~equal | earlier)).any(axis=0))
    dominated[always] = True
    return np.concatenate([[always], np.flatnonzero(~dominated)])
