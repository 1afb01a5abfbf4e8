"""The form of capacity over configurations, with seven unknowns.

    C(x)      = min(C_slot(x), C_cpu(x)) * (1 - cost * duration / interval)
    C_slot(x) = slot_rate * effective_slots(x) ** exponent * room(x) ** crowding
    C_cpu(x)  = (cpu_cores - base_cores) / (seconds_per_record * hottest_share(x))

An I/O-bound job parks its threads: a slot at its full rate needs hardly any core, C_slot rules and
CPU changes nothing. A CPU-bound one needs about a core a slot, and C_cpu rules where a slot gets
less. Which of the two a job is comes out of the fit: nothing has to be declared.

Slots that share a core may crowd each other long before it is used up, by caches, locks, garbage
collection or a shared disk: room(x) is the share of a core that a slot has, at most 1. The CPU in
use does not show it, so until another shape was run one only knows that it is possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.performance.models import Floats
from horae.performance.partitioning import Partitioning

KEPT = 64  # answers in memory: a fit asks hundreds of times about what it has evidence of


class Unknown(IntEnum):
    """Columns of a sample of the unknowns."""

    LN_SLOT_RATE = 0  # records/s of one slot without a CPU limit
    EXPONENT = 1  # of scaling; at most 1
    LN_CORES_PER_SLOT = 2  # cores that one slot takes at its full rate
    LN_BASE_CORES = 3  # cores that an idle TaskManager takes
    BUSY_BIAS = 4  # normal score of the bias of busy time; see `busy_time_bias`
    LN_CHECKPOINT_COST = 5  # share of the capacity lost while a checkpoint runs; at most 1
    CROWDING = 6  # exponent of the share of a core that a slot has; below 0: none


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityLaw:
    """Capacity as a function of the unknowns.

    Arithmetic runs along the sample, which is long, not along the configurations, which are few.

    Attributes:
        partitioning: How the input is spread.
        checkpoint_seconds: Duration of a checkpoint.
        cpu_enforced: Whether TaskManagers are held to their CPU; otherwise only slots limit.
    """

    partitioning: Partitioning
    checkpoint_seconds: float
    cpu_enforced: bool

    def ln_slot_bound(self, sample: Floats, configurations: Sequence[Configuration]) -> Floats:
        """Logarithm of C_slot: `n x m` for a sample `n x 7` and `m` configurations."""
        size = _sizes(Configurations.of(configurations), self.partitioning)
        bound: Floats = np.multiply.outer(size.ln_spread, sample[:, Unknown.EXPONENT])
        bound += sample[:, Unknown.LN_SLOT_RATE]
        bound += np.multiply.outer(size.ln_room, np.maximum(0, sample[:, Unknown.CROWDING]))
        return bound.T

    def ln_capacity(self, sample: Floats, configurations: Sequence[Configuration]) -> Floats:
        """Logarithm of C: `n x m` for a sample `n x 7` and `m` configurations."""
        known = Configurations.of(configurations)
        factor = self.ln_checkpoint_factor(sample, known.checkpoint_interval_seconds)
        return self.ln_bound(sample, known) + factor

    def ln_bound(self, sample: Floats, configurations: Sequence[Configuration]) -> Floats:
        """Logarithm of C between two checkpoints: `n x m`, whatever the interval."""
        bound = self.ln_slot_bound(sample, configurations)
        if self.cpu_enforced:
            bound = np.minimum(bound, self._ln_cpu_bound(sample, configurations))
        return bound

    def ln_checkpoint_factor(self, sample: Floats, intervals: Floats) -> Floats:
        """Logarithm of what checkpoints leave of C: `n x k` for `k` intervals, seconds."""
        during = np.minimum(1, self.checkpoint_seconds / intervals)
        # Never all of it: checkpoints do not overlap by default, so some work is always done.
        lost = np.multiply.outer(during, np.exp(sample[:, Unknown.LN_CHECKPOINT_COST]))
        factor: Floats = np.log1p(-np.minimum(0.95, lost))
        return factor.T

    def busy_time_bias(self, sample: Floats) -> Floats:
        """Logarithm of capacity by busy time over true capacity: `n x 1` for a sample `n x 7`.

        Within 12 % for most jobs, which work synchronously, and a factor of five for one in a
        thousand that does not and looks idle while it waits: the tails are heavy.
        """
        bias: Floats = 0.08 * np.sinh(1.2 * sample[:, [Unknown.BUSY_BIAS]])
        return bias

    def cores_taken(self, sample: Floats) -> tuple[Floats, Floats]:
        """Cores that a TaskManager takes, and that a record/s does: `n` each for `n x 7`.

        Cores in use are the sum of both, times TaskManagers and times records/s.
        """
        base: Floats = np.exp(sample[:, Unknown.LN_BASE_CORES])
        return base, np.exp(_ln_seconds_per_record(sample))

    def _ln_cpu_bound(self, sample: Floats, configurations: Sequence[Configuration]) -> Floats:
        size = _sizes(Configurations.of(configurations), self.partitioning)
        base = np.exp(sample[:, Unknown.LN_BASE_CORES])
        # A TaskManager smaller than its own overhead still moves a little.
        free: Floats = np.subtract.outer(size.cores, base)
        np.maximum(free, 0.02 * size.cores[:, None], out=free)
        bound = np.log(free, out=free)
        bound -= _ln_seconds_per_record(sample)
        bound -= size.ln_hottest[:, None]
        return bound.T


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sizes:
    """What the law asks of `m` configurations; logarithms but for the cores.

    Attributes:
        ln_spread: `m`, slots that the busiest subtask allows.
        ln_room: `m`, share of a core that a slot has.
        cores: `m`, of a TaskManager.
        ln_hottest: `m`, share of all records on the busiest TaskManager.
    """

    ln_spread: Floats
    ln_room: Floats
    cores: Floats
    ln_hottest: Floats


@lru_cache(maxsize=KEPT)
def _sizes(configurations: Configurations, partitioning: Partitioning) -> _Sizes:
    parallelism, slots = configurations.parallelism, configurations.slots
    cores = configurations.cpu_cores
    return _Sizes(
        ln_spread=np.log(partitioning.each_effective_slots(parallelism)),
        ln_room=np.log(np.minimum(1, cores / np.minimum(slots, parallelism))),
        cores=cores,
        ln_hottest=np.log(partitioning.hottest_shares(parallelism, slots)),
    )


def _ln_seconds_per_record(sample: Floats) -> Floats:
    """Logarithm of core-seconds a record: `n`."""
    ln_seconds: Floats = sample[:, Unknown.LN_CORES_PER_SLOT] - sample[:, Unknown.LN_SLOT_RATE]
    return ln_seconds
