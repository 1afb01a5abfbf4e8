"""Flink's reactive mode as published: the Horizontal Pod Autoscaler holds a mean at its target.

As in reactive mode only the number of TaskManagers changes, and the job fills all of their slots;
what one TaskManager is made of and the checkpoint interval stay. Fewest and most TaskManagers are
those of the admissible configurations.
"""

import math
from dataclasses import dataclass

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.proposal import Evidence, Proposal, Reason, Stay
from horae.performance.outage import outage_interval
from horae.policy.hpa import Looks, limited, read_looks, recommended, stabilised
from horae.policy.paths import path_between
from horae.policy.policy import Situation
from horae.policy.signals import finite
from horae.settings.policy_settings import ThresholdSettings

_NAMES = {"cpu": "CPU use over all TaskManagers", "busy": "busy share of the busiest vertex"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPolicy:
    """The reactive baseline.

    Attributes:
        settings: Metric, target and how quickly it may move.
    """

    settings: ThresholdSettings

    @property
    def name(self) -> str:
        """Always `threshold`."""
        return "threshold"

    @property
    def foresees(self) -> bool:
        """Never: it looks at what was measured alone."""
        return False

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Go to as many TaskManagers as the rule wants."""
        looks = read_looks(situation.window, self.settings)
        now = situation.current.task_managers
        wanted = stabilised(now, looks, self.settings)
        if math.isnan(wanted):
            return self._not_measured()
        if wanted == now:
            return self._stay(looks, now)
        wanted = limited(wanted, now, looks, self.settings)
        choice = _nearest(situation, wanted)
        if choice is None:
            return self._nowhere(situation, looks, wanted)
        return self._move(situation, looks, wanted, *choice)

    def _not_measured(self) -> Stay:
        return Stay(
            reason=Reason.NOT_MEASURED,
            sentence=f"The newest row does not tell the {_NAMES[self.settings.metric]}; without "
            "it nothing is recommended.",
        )

    def _stay(self, looks: Looks, now: int) -> Stay:
        said = recommended(looks.task_managers[-1], looks.metric[-1], self.settings)
        if said == now:
            return Stay(
                reason=Reason.WITHIN_THRESHOLDS,
                sentence=f"{self._state(looks)} Within {self.settings.tolerance:.0%} of that, and "
                "where no whole TaskManager more or less is wanted, one stays.",
                evidence=self._evidence(looks, said),
            )
        up = said > now
        seconds = (
            self.settings.up_stabilisation_seconds
            if up
            else self.settings.down_stabilisation_seconds
        )
        return Stay(
            reason=Reason.STABILISING,
            sentence=f"{self._state(looks)} That recommends {said:.0f} TaskManagers instead of "
            f"{now}, but not all looks of the last {seconds:g} s do so.",
            evidence=self._evidence(looks, said),
        )

    def _nowhere(self, situation: Situation, looks: Looks, wanted: float) -> Stay:
        return Stay(
            reason=Reason.NO_CANDIDATE,
            sentence=f"{self._state(looks)} {wanted:.0f} TaskManagers are wanted, and nothing "
            f"nearer to that than {situation.current} can be reached.",
            evidence=self._evidence(looks, wanted),
        )

    def _move(
        self,
        situation: Situation,
        looks: Looks,
        wanted: float,
        target: Configuration,
        path: RescalePath,
    ) -> Proposal:
        up = target.task_managers > situation.current.task_managers
        return Proposal(
            target=target,
            path=path,
            reason=Reason.THRESHOLD_UP if up else Reason.THRESHOLD_DOWN,
            sentence=f"{self._state(looks)} {wanted:.0f} TaskManagers are wanted; going to "
            f"{target}.",
            urgent=False,
            predicted_outage_seconds=situation.outage.quantile(path, 0.5),
            predicted_catch_up_seconds=None,
            benefit_money=None,
            predicted_outage_interval=outage_interval(situation.outage, path),
            evidence=self._evidence(looks, wanted),
        )

    def _state(self, looks: Looks) -> str:
        noun = "TaskManager" if looks.task_managers[-1] == 1 else "TaskManagers"
        return (
            f"The {_NAMES[self.settings.metric]} is {looks.metric[-1]:.0%} on "
            f"{looks.task_managers[-1]:.0f} {noun}, and {self.settings.target:.0%} are aimed at."
        )

    def _evidence(self, looks: Looks, wanted: float) -> Evidence:
        return {
            "metric": self.settings.metric,
            "metric_mean": finite(float(looks.metric[-1])),
            "task_managers": finite(float(looks.task_managers[-1])),
            "task_managers_wanted": finite(wanted),
        }


def _nearest(situation: Situation, wanted: float) -> tuple[Configuration, RescalePath] | None:
    """The configuration with that many TaskManagers, or else the next with more, or the largest.

    Never one on the other side of the present one. With as many TaskManagers the one with the
    most subtasks counts: reactive mode fills every slot.
    """
    now = situation.current.task_managers
    up = wanted > now
    reachable = [
        (target, path)
        for target in situation.admissible
        if (target.task_managers > now if up else target.task_managers < now)
        and situation.current.differs_only_in_parallelism(target)
        and (path := path_between(situation.current, target, situation.capabilities)) is not None
    ]
    enough = [one for one in reachable if one[0].task_managers >= wanted]
    if enough:
        return min(enough, key=lambda one: (one[0].task_managers, -one[0].parallelism))
    if up and reachable:
        return max(reachable, key=lambda one: (one[0].task_managers, one[0].parallelism))
    return None
