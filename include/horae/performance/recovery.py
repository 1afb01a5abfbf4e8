"""Seconds from the loss of a TaskManager until the backlog is normal again.

A fluid model: nothing is processed for the dark time d (detection, restart), and everything
since the last checkpoint is read again, so the backlog at d is load * (age + d), where the failure
comes when it hurts most: age = interval + duration. From d until the lost TaskManager is replaced
the job runs on the rest of its slots, then on all of them:

    recovery = d + load * (age + d) / (C_f - load)

Khaos (arXiv 2109.02340) fits a line to load and interval instead; on its own published failures
this form predicts better, and it extrapolates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.performance.checkpoints import UNMEASURED_CHECKPOINT_SECONDS
from horae.performance.log_normal import LogNormalBelief
from horae.performance.models import Floats
from horae.performance.partitioning import Partitioning

# Detection by heartbeat and a restart: 15 s on one machine, 65 s on a cluster with defaults.
DARK_PRIOR = LogNormalBelief.guess(25.0, 0.5)
REPLACEMENT_SECONDS = (
    60.0  # a new pod or process, registered; what a cluster takes without a spare
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FluidRecovery:
    """A `RecoveryModel` by the formula above.

    Attributes:
        dark: Belief about the dark time.
        checkpoint_seconds: Duration of a checkpoint, rather a long one.
        replacement_seconds: From the failure until the lost TaskManager is replaced.
        partitioning: How the input is spread: what the slots that are left are worth.
    """

    dark: LogNormalBelief
    checkpoint_seconds: float
    replacement_seconds: float
    partitioning: Partitioning

    def seconds(
        self, configurations: Sequence[Configuration], *, load: Floats | float, capacity: Floats
    ) -> Floats:
        """Recovery times at the median dark time.

        Args:
            configurations: `m` configurations.
            load: Records/s during the recovery; broadcast.
            capacity: `... x m`, records/s.

        Returns:
            The shape that both have together, seconds; infinite where the capacity does not
            exceed the load. Capacity of the slots that are left may be enough before the
            replacement; where it is not, the backlog goes on growing until then.
        """
        dark = self.dark.median
        known = Configurations.of(configurations)
        left = capacity * self._shares_left(known)
        backlog = load * (known.checkpoint_interval_seconds + self.checkpoint_seconds + dark)
        waiting = max(0.0, self.replacement_seconds - dark)
        backlog_then = backlog + (load - left) * waiting
        after = dark + waiting + _or_endless(backlog_then, capacity - load)
        before = dark + _or_endless(backlog, left - load)
        recovered: Floats = np.where(backlog_then <= 0, before, after)
        return recovered

    def summary(self) -> dict[str, float | str | None]:
        """Figures for the ledger."""
        return {
            "dark_seconds": self.dark.median,
            "dark_seconds_p95": self.dark.quantile(0.95),
            "dark_observed": self.dark.seen,
            "checkpoint_seconds": self.checkpoint_seconds,
            "replacement_seconds": self.replacement_seconds,
        }

    def _shares_left(self, configurations: Configurations) -> Floats:
        """Capacity without one full TaskManager over capacity with all of them: `m`."""
        spread = self.partitioning.each_effective_slots
        all_of_them = configurations.parallelism
        left = all_of_them - np.minimum(configurations.slots, all_of_them)
        return np.where(left > 0, spread(np.maximum(left, 1)) / spread(all_of_them), 0.0)


def _or_endless(work: Floats, pace: Floats) -> Floats:
    """Seconds that work takes at a pace; infinite where there is none. Broadcast to the pace."""
    endless = np.full(pace.shape, np.inf)
    seconds: Floats = np.divide(work, pace, out=endless, where=pace > 0)
    return seconds


def fit_recovery(
    dark_seconds: Sequence[float],
    *,
    checkpoint_seconds: float | None,
    partitioning: Partitioning,
    replacement_seconds: float = REPLACEMENT_SECONDS,
) -> FluidRecovery:
    """Learn the dark time from restarts that were seen.

    Args:
        dark_seconds: Of each failure that was seen, positive.
        checkpoint_seconds: A long checkpoint, such as the 95 % quantile; None: not measured.
        partitioning: How the input is spread.
        replacement_seconds: From a failure until a lost TaskManager is replaced.
    """
    return FluidRecovery(
        dark=DARK_PRIOR.updated(dark_seconds),
        checkpoint_seconds=UNMEASURED_CHECKPOINT_SECONDS
        if checkpoint_seconds is None
        else checkpoint_seconds,
        replacement_seconds=replacement_seconds,
        partitioning=partitioning,
    )
