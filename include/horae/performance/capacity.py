"""The posterior of capacity over configurations, from all that was observed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.performance.capacity_deviation import draw_deviations
from horae.performance.capacity_law import CapacityLaw, Unknown
from horae.performance.capacity_likelihood import CapacityLikelihood
from horae.performance.capacity_prior import CapacityPrior, cold_prior
from horae.performance.checkpoints import UNMEASURED_CHECKPOINT_SECONDS
from horae.performance.evidence import Evidence, Kind, Observation
from horae.performance.models import Floats
from horae.performance.partitioning import Partitioning
from horae.performance.rounding import rounded
from horae.performance.tempering import temper

PARTICLES = 512  # quantiles of 5 % stand on 25 of them
SEED = 20_231_107  # fixed: the same evidence gives the same posterior
KEPT = 64  # posteriors in memory, of 25 kB each: a few for every job of a process
OVERDRAWN = 1.15  # CPU in use over CPU asked for: more than rounding, so nobody enforces it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedCapacity:
    """A `CapacityModel` as equally likely particles.

    Attributes:
        law: The form.
        particles: `n x 7`, columns as in `Unknown`.
        values: Saturations: where the deviation from the law was seen.
        observed: Number of observations of each kind.
    """

    law: CapacityLaw
    particles: Floats
    values: tuple[Observation, ...]
    observed: dict[Kind, int]

    def draws(
        self, configurations: Sequence[Configuration], count: int, rng: np.random.Generator
    ) -> Floats:
        """Joint posterior draws: `count x configurations`, records/s, positive."""
        sample = self.particles[rng.integers(len(self.particles), size=count)]
        alike = Configurations.of(configurations).alike
        deviations = draw_deviations(self.law, sample, self.values, alike.running, rng)
        running = np.exp((self.law.ln_bound(sample, alike.running) + deviations).T)
        factor = np.exp(self.law.ln_checkpoint_factor(sample, alike.intervals).T)
        drawn: Floats = running.take(alike.ran, axis=0)  # whole rows are copied, draws lie in them
        drawn *= factor.take(alike.spaced, axis=0)
        return drawn.T

    def proven_utilisation(self, evidence: Evidence) -> float | None:
        """Largest share of its median capacity that a configuration sustained; None: none did."""
        sustained = evidence.of(Kind.SUSTAINED)
        if not sustained:
            return None
        ln_capacity = self.law.ln_capacity(self.particles, [x.configuration for x in sustained])
        carried = np.array([x.records_per_second for x in sustained])
        return min(1.0, float((carried / np.exp(np.median(ln_capacity, axis=0))).max()))

    def as_prior(self, inflation: float = 4.0) -> CapacityPrior:
        """What a new version inherits: the same mean with `inflation` times the variance."""
        spread = np.cov(self.particles, rowvar=False) + 1e-9 * np.eye(len(Unknown))
        return CapacityPrior(mean=self.particles.mean(axis=0), covariance=inflation * spread)

    def summary(self) -> dict[str, float | str | None]:
        """Figures for the ledger: medians and bounds of the unknowns, counts of observations."""
        low, middle, high = np.quantile(self.particles, (0.05, 0.5, 0.95), axis=0)
        bias = self.law.busy_time_bias(self.particles)
        rate, cores = Unknown.LN_SLOT_RATE, Unknown.LN_CORES_PER_SLOT
        figures: dict[str, float | str | None] = {
            "slot_records_per_second": float(np.exp(middle[rate])),
            "slot_records_per_second_p05": float(np.exp(low[rate])),
            "slot_records_per_second_p95": float(np.exp(high[rate])),
            "scaling_exponent": float(middle[Unknown.EXPONENT]),
            "scaling_exponent_p05": float(low[Unknown.EXPONENT]),
            "cores_per_slot": float(np.exp(middle[cores])),
            "cores_per_slot_p95": float(np.exp(high[cores])),
            "crowding": max(0.0, float(middle[Unknown.CROWDING])),
            "crowding_p95": max(0.0, float(high[Unknown.CROWDING])),
            "busy_time_bias": float(np.expm1(np.median(bias))),
            "checkpoint_cost": float(np.exp(middle[Unknown.LN_CHECKPOINT_COST])),
            "checkpoint_seconds": self.law.checkpoint_seconds,
            "cpu": "enforced" if self.law.cpu_enforced else "not enforced",
        }
        counts = {f"observed_{kind.name.lower()}": self.observed.get(kind, 0) for kind in Kind}
        return figures | counts


def fit_capacity(
    evidence: Evidence, *, partitioning: Partitioning, prior: CapacityPrior | None = None
) -> FittedCapacity:
    """Fuse all evidence into one posterior; pure: the same evidence gives the same model.

    Evidence is rounded first (see `rounding`), and posteriors that were drawn lately are kept in
    memory: a cycle whose window tells what the one before told draws none.

    Args:
        evidence: What was observed.
        partitioning: How the input is spread.
        prior: From an earlier version of the job; None: a general one on the scale of the data.

    Raises:
        NotReady: Neither an observation nor a prior.
    """
    return _fitted(rounded(evidence), partitioning, prior)


@lru_cache(maxsize=KEPT)
def _fitted(
    evidence: Evidence, partitioning: Partitioning, prior: CapacityPrior | None
) -> FittedCapacity:
    prior = prior or cold_prior(evidence, partitioning)
    measured = evidence.checkpoint_seconds
    law = CapacityLaw(
        partitioning=partitioning,
        checkpoint_seconds=UNMEASURED_CHECKPOINT_SECONDS if measured is None else measured,
        cpu_enforced=_is_cpu_enforced(evidence),
    )
    likelihood = CapacityLikelihood.of(law, evidence)
    rng = np.random.default_rng(SEED)
    start = prior.sample(PARTICLES, rng)
    particles = temper(start, prior.log_density, likelihood.log_density, rng)
    particles.flags.writeable = False  # whoever asks next is given the same ones
    return FittedCapacity(
        law=law,
        particles=particles,
        values=evidence.of(Kind.SATURATED),
        observed=dict(Counter(seen.kind for seen in evidence.observations)),
    )


def forget_posteriors() -> None:
    """Keep none of the posteriors drawn so far: the next fit costs what a first one does."""
    _fitted.cache_clear()


def _is_cpu_enforced(evidence: Evidence) -> bool:
    return all(use.cores <= OVERDRAWN * use.configuration.total_cores for use in evidence.cpu)
