"""From a window and past outcomes to the models of a job version."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.window import MetricsWindow
from horae.errors import NotReady
from horae.performance.capacity import fit_capacity
from horae.performance.capacity_prior import CapacityPrior
from horae.performance.evidence import Evidence, read_evidence
from horae.performance.interruptions import unasked_interruptions
from horae.performance.models import PerformanceModels
from horae.performance.outage import LogNormalOutage, fit_outage
from horae.performance.partitioning import Partitioning
from horae.performance.recovery import REPLACEMENT_SECONDS, fit_recovery


def fit_models(
    window: MetricsWindow,
    *,
    version: str,
    outcomes: Sequence[Outcome],
    partitioning: Partitioning,
    version_since: datetime | None = None,
    replacement_seconds: float = REPLACEMENT_SECONDS,
) -> PerformanceModels:
    """Fit all models of one job version; pure: the same input gives the same models.

    Args:
        window: What was measured; gaps are left out.
        version: Id of the job version that runs now.
        outcomes: Past actions of the job, in any order: their outages, and restarts that were
            ours.
        partitioning: How the input is spread.
        version_since: When the version began; rows before it belong to another one, whose
            posterior is inherited with four times its variance. None: before the window.
        replacement_seconds: From a failure until a lost TaskManager is replaced.

    Raises:
        NotReady: The window has no undisturbed running to learn from.
    """
    frame, earlier = _split(window.frame, version_since)
    evidence = read_evidence(frame, grid_seconds=window.grid_seconds, partitioning=partitioning)
    prior = _inherited(earlier, window.grid_seconds, partitioning)
    dark = unasked_interruptions(
        window.frame,
        grid_seconds=window.grid_seconds,
        own=[(outcome.started_at, outcome.ended_at) for outcome in outcomes],
    )
    capacity = fit_capacity(evidence, partitioning=partitioning, prior=prior)
    return PerformanceModels(
        job=window.job,
        version=version,
        capacity=capacity,
        recovery=fit_recovery(
            dark,
            checkpoint_seconds=evidence.checkpoint_seconds_p95,
            partitioning=partitioning,
            replacement_seconds=replacement_seconds,
        ),
        outage=learned_outage(outcomes),
        proven_load=evidence.proven_load,
        proven_utilisation=capacity.proven_utilisation(evidence),
    )


def _split(
    frame: pd.DataFrame, version_since: datetime | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of this version, and the ones before it."""
    if version_since is None:
        return frame, frame.iloc[:0]
    own = frame.index >= version_since
    return frame[own], frame[~own]


def _inherited(
    earlier: pd.DataFrame, grid_seconds: float, partitioning: Partitioning
) -> CapacityPrior | None:
    """What the version before leaves; None where nothing is known of it."""
    if earlier.empty:
        return None
    evidence: Evidence = read_evidence(
        earlier, grid_seconds=grid_seconds, partitioning=partitioning
    )
    try:
        return fit_capacity(evidence, partitioning=partitioning).as_prior()
    except NotReady:
        return None


def learned_outage(outcomes: Sequence[Outcome]) -> LogNormalOutage:
    """What is believed of the outages of our own actions after these outcomes, in any order."""
    return fit_outage(_measured_outages(outcomes))


def _measured_outages(outcomes: Sequence[Outcome]) -> list[tuple[RescalePath, float]]:
    """Outages of actions that went through; a rolled-back one had two in one."""
    return [
        (outcome.path, outcome.outage_seconds)
        for outcome in outcomes
        if outcome.result is OutcomeResult.DONE and outcome.outage_seconds
    ]
