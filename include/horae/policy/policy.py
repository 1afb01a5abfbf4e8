"""Who decides where a job should go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from horae.domain.candidate import Candidates
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.domain.forecast import LoadForecast
from horae.domain.job import Capabilities, Vertex
from horae.domain.limits import Limits, Prices
from horae.domain.proposal import Proposal, Stay
from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.performance.models import OutageModel, PerformanceModels


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What only a policy that looks ahead is told.

    Attributes:
        forecast: Future load.
        models: What is believed of the job's performance.
        candidates: Every admissible configuration with predicted objectives, the present one
            included.
    """

    forecast: LoadForecast
    models: PerformanceModels
    candidates: Candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a policy may know.

    Attributes:
        now: Time of the decision.
        window: What was measured.
        verdict: Whether it may be trusted; a policy is only asked when it is usable.
        current: What the job runs in.
        admissible: Every configuration that may be chosen, `current` included, sorted.
        capabilities: What the engine can do to the job.
        limits: What must hold.
        prices: What things cost.
        outage: What is believed of the outages of our own actions.
        action_delay_seconds: From measuring to a finished action besides its outage: age of the
            metrics, the schedule, starting of tasks. What PROTECT must look ahead at least.
        rng: Source of chance.
        foresight: None: the policy that is asked looks at what was measured alone, so nothing was
            foreseen for it.
        vertices: The job's, in topological order; empty where the window tells nothing of single
            ones.
    """

    now: datetime
    window: MetricsWindow
    verdict: Verdict
    current: Configuration
    admissible: Configurations
    capabilities: Capabilities
    limits: Limits
    prices: Prices
    outage: OutageModel
    action_delay_seconds: float
    rng: np.random.Generator
    foresight: Foresight | None
    vertices: tuple[Vertex, ...] = ()

    @property
    def forecast(self) -> LoadForecast:
        """Future load.

        Raises:
            RuntimeError: The policy that asks does not say that it foresees.
        """
        return self._foreseen.forecast

    @property
    def models(self) -> PerformanceModels:
        """What is believed of the job's performance.

        Raises:
            RuntimeError: The policy that asks does not say that it foresees.
        """
        return self._foreseen.models

    @property
    def candidates(self) -> Candidates:
        """The admissible configurations with predicted objectives.

        Raises:
            RuntimeError: The policy that asks does not say that it foresees.
        """
        return self._foreseen.candidates

    @property
    def _foreseen(self) -> Foresight:
        if self.foresight is None:
            raise RuntimeError(
                "nothing was foreseen for this policy; one that reads forecast, models or "
                "candidates must have `foresees` True"
            )
        return self.foresight


class Policy(Protocol):
    """Decides where a job should go; never acts, never remembers."""

    @property
    def name(self) -> str:
        """Name of the policy as in a job spec."""
        ...

    @property
    def foresees(self) -> bool:
        """Whether it needs `Situation.foresight`; else nothing is foreseen, and none recorded."""
        ...

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Propose a move, or say why not.

        The same situation and seed give the same answer. A proposal's target is one of
        `situation.admissible` and differs from `situation.current`.
        """
        ...
