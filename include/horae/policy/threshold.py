"""The reactive baseline: busy time and lag, no forecast.

Above the upper band, or with a backlog beyond the latency limit, it scales out; below the lower
band it scales in; both so that the busiest subtask is then busy for the target share of time.
"""

import math
from dataclasses import dataclass

import numpy as np

from horae.domain.action import RescalePath
from horae.domain.candidate import Candidate
from horae.domain.proposal import Evidence, Proposal, Reason, Stay
from horae.performance.outage import outage_interval
from horae.policy.paths import PATHS, path_between
from horae.policy.policy import Situation
from horae.policy.signals import Signals, finite, read_signals
from horae.settings.job_spec import ThresholdSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPolicy:
    """The reactive baseline.

    Attributes:
        settings: Its bands.
    """

    settings: ThresholdSettings

    @property
    def name(self) -> str:
        """Always `threshold`."""
        return "threshold"

    @property
    def foresees(self) -> bool:
        """Always: it compares capacities by the models."""
        return True

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Scale to the target utilisation when a band is left."""
        signals = read_signals(situation.window)
        reason = self._direction(situation, signals)
        if reason is None:
            return self._within(signals)
        choice = _cheapest(situation, self._wanted_ratio(signals, reason), reason)
        if choice is None:
            return _nowhere(situation, signals, reason)
        return self._move(situation, signals, reason, *choice)

    def _wanted_ratio(self, signals: Signals, reason: Reason) -> float:
        """Wanted capacity over the present one; whoever is late has no idle time to speak of."""
        if reason is Reason.THRESHOLD_DOWN:
            return signals.busy / self.settings.target_utilisation
        busy = 1.0 if math.isnan(signals.busy) else signals.busy
        return max(busy / self.settings.target_utilisation, 1.0)

    def _direction(self, situation: Situation, signals: Signals) -> Reason | None:
        late = signals.age_seconds > situation.limits.processing_latency_seconds
        if late or signals.busy > self.settings.upper_utilisation:
            return Reason.THRESHOLD_UP
        if signals.busy < self.settings.lower_utilisation:
            return Reason.THRESHOLD_DOWN
        return None

    def _within(self, signals: Signals) -> Stay:
        low, high = self.settings.lower_utilisation, self.settings.upper_utilisation
        return Stay(
            reason=Reason.WITHIN_THRESHOLDS,
            sentence=f"{_state(signals)} One moves below {low:.0%} or above {high:.0%}.",
            evidence=_evidence(signals),
        )

    def _move(
        self,
        situation: Situation,
        signals: Signals,
        reason: Reason,
        candidate: Candidate,
        path: RescalePath,
    ) -> Proposal:
        return Proposal(
            target=candidate.configuration,
            path=path,
            reason=reason,
            sentence=f"{_state(signals)} Going to {candidate.configuration}: the cheapest that "
            f"would be busy about {self.settings.target_utilisation:.0%} of the time, or the "
            "largest there is.",
            urgent=False,
            predicted_outage_seconds=situation.models.outage.quantile(path, 0.5),
            predicted_catch_up_seconds=None,
            benefit_money=None,
            predicted_outage_interval=outage_interval(situation.models.outage, path),
            evidence=_evidence(signals),
        )


def _cheapest(
    situation: Situation, ratio: float, reason: Reason
) -> tuple[Candidate, RescalePath] | None:
    """The cheapest with enough capacity in the wanted direction; upwards else the largest."""
    present = float(
        np.median(situation.models.capacity.draws([situation.current], 64, situation.rng))
    )
    money = situation.prices.per_hour(situation.current)
    reachable = [
        (candidate, path)
        for candidate in situation.candidates
        if (path := _path_to(situation, candidate)) is not None
    ]
    if reason is Reason.THRESHOLD_DOWN:
        pool = [x for x in reachable if x[0].money_per_hour < money]
    else:
        pool = [x for x in reachable if x[0].capacity > present]
    enough = [x for x in pool if x[0].capacity >= ratio * present]
    if enough:
        return min(enough, key=_price_then_way)
    if reason is Reason.THRESHOLD_UP and pool:
        return max(pool, key=lambda x: (x[0].capacity, -x[0].money_per_hour))
    return None


def _price_then_way(reachable: tuple[Candidate, RescalePath]) -> tuple[float, int, float]:
    candidate, path = reachable
    return candidate.money_per_hour, PATHS.index(path), -candidate.capacity


def _path_to(situation: Situation, candidate: Candidate) -> RescalePath | None:
    return path_between(situation.current, candidate.configuration, situation.capabilities)


def _nowhere(situation: Situation, signals: Signals, reason: Reason) -> Stay:
    kind = "larger" if reason is Reason.THRESHOLD_UP else "cheaper with capacity enough"
    return Stay(
        reason=Reason.NO_CANDIDATE,
        sentence=f"{_state(signals)} Nothing {kind} than {situation.current} can be reached.",
        evidence=_evidence(signals),
    )


def _state(signals: Signals) -> str:
    busy = "an unknown share" if math.isnan(signals.busy) else f"{signals.busy:.0%}"
    age = "unknown" if math.isnan(signals.age_seconds) else f"{signals.age_seconds:.1f} s"
    return f"The busiest subtask is busy {busy} of the time; the age of the backlog is {age}."


def _evidence(signals: Signals) -> Evidence:
    return {
        "busy_ratio_max": finite(signals.busy),
        "backlog_age_seconds": finite(signals.age_seconds),
        "load_records_per_second": finite(signals.load),
    }
