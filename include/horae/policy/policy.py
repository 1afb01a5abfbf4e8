"""Who decides where a job should go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from horae.domain.candidate import Candidate
from horae.domain.configuration import Configuration
from horae.domain.forecast import LoadForecast
from horae.domain.job import Capabilities
from horae.domain.limits import Limits, Prices
from horae.domain.proposal import Proposal, Stay
from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.performance.models import PerformanceModels


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a policy may know.

    Attributes:
        now: Time of the decision.
        window: What was measured.
        verdict: Whether it may be trusted; a policy is only asked when it is usable.
        forecast: Future load.
        models: What is believed of the job's performance.
        current: What the job runs in.
        candidates: Every admissible configuration with predicted objectives, `current` included.
        capabilities: What the engine can do to the job.
        limits: What must hold.
        prices: What things cost.
        action_delay_seconds: From measuring to a finished action besides its outage: age of the
            metrics, the schedule, starting of tasks. What PROTECT must look ahead at least.
        rng: Source of chance.
    """

    now: datetime
    window: MetricsWindow
    verdict: Verdict
    forecast: LoadForecast
    models: PerformanceModels
    current: Configuration
    candidates: tuple[Candidate, ...]
    capabilities: Capabilities
    limits: Limits
    prices: Prices
    action_delay_seconds: float
    rng: np.random.Generator


class Policy(Protocol):
    """Decides where a job should go; never acts, never remembers."""

    @property
    def name(self) -> str:
        """Name of the policy as in a job spec."""
        ...

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Propose a move, or say why not.

        The same situation and seed give the same answer. A proposal's target is one of
        `situation.candidates` and differs from `situation.current`.
        """
        ...
