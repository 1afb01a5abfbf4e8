"""Horae's own policy: a dynamic program over the forecast.

Size and shape are searched together. PROTECT comes first; then the cheapest first move of the
program, if it pays with certainty (SAVE, IMPROVE); otherwise one stays and says how far away both
were.
"""

from dataclasses import dataclass

from horae.domain.proposal import Proposal, Reason, Stay
from horae.policy.policy import Situation
from horae.policy.protect import Danger, Refuge, assess_danger, find_refuge
from horae.policy.save import Offer, best_offer, find_offers
from horae.policy.timeline import Pace
from horae.policy.view import View, look
from horae.policy.wording import (
    catch_up_seconds,
    danger_evidence,
    move_evidence,
    offer_evidence,
    outage_between,
    outage_seconds,
    why_move,
    why_protect,
    why_stay,
    why_trapped,
)
from horae.settings.job_spec import TimeSettings
from horae.settings.policy_settings import PlannerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerPolicy:
    """The planner.

    Attributes:
        settings: Its settings.
        time: The job's clockwork.
        minimum_stay_seconds: A saving that is expected to be undone sooner is none; usually the
            guards' `cooldown_seconds`: only something urgent could undo it before.
    """

    settings: PlannerSettings
    time: TimeSettings
    minimum_stay_seconds: float = 0.0

    @property
    def name(self) -> str:
        """Always `planner`."""
        return "planner"

    @property
    def foresees(self) -> bool:
        """Always."""
        return True

    def propose(self, situation: Situation) -> Proposal | Stay:
        """Propose the move that is best now, or say how far away one is."""
        view = look(situation, self.settings, self._pace(situation))
        refuge = find_refuge(view)
        danger = assess_danger(view, refuge)
        if danger.acts:
            return _protect(view, danger, refuge) if refuge else _trapped(view, danger)
        offers = find_offers(view, minimum_stay_seconds=self.minimum_stay_seconds)
        offer = best_offer(view, offers)
        if offer is not None:
            return _move(view, danger, offer)
        return _stay(view, danger, offers[0] if offers else None)

    def _pace(self, situation: Situation) -> Pace:
        time = self.time
        return Pace(
            step=max(self.settings.step_seconds, time.grid_seconds),
            cycle=time.cycle_seconds,
            effect=max(0.0, situation.action_delay_seconds - time.cycle_seconds),
            season=time.season_seconds,
            stay=self.settings.stay_seconds or time.season_seconds,
        )


def _protect(view: View, danger: Danger, refuge: Refuge) -> Proposal:
    return _proposal(
        view, refuge.index, Reason.PROTECT, why_protect(view, danger, refuge), danger, None
    )


def _move(view: View, danger: Danger, offer: Offer) -> Proposal:
    return _proposal(view, offer.index, offer.reason, why_move(view, offer), danger, offer)


def _proposal(
    view: View, index: int, reason: Reason, sentence: str, danger: Danger, offer: Offer | None
) -> Proposal:
    gain = offer.gain if offer else float(view.gains(index)[0].mean())
    return Proposal(
        target=view.beliefs.configurations[index],
        path=view.path(index),
        reason=reason,
        sentence=sentence,
        urgent=reason is Reason.PROTECT,
        predicted_outage_seconds=outage_seconds(view, index),
        predicted_catch_up_seconds=catch_up_seconds(view, index),
        benefit_money=gain,
        predicted_outage_interval=outage_between(view, index),
        evidence={
            **danger_evidence(view, danger),
            **move_evidence(view, index),
            **(offer_evidence(offer) if offer else {}),
        },
    )


def _trapped(view: View, danger: Danger) -> Stay:
    return Stay(
        reason=Reason.NO_CANDIDATE,
        sentence=why_trapped(view, danger),
        evidence=danger_evidence(view, danger),
    )


def _stay(view: View, danger: Danger, offer: Offer | None) -> Stay:
    alone = Reason.NOT_PROVEN if view.beliefs.left_out else Reason.BEST_ALREADY
    return Stay(
        reason=offer.verdict if offer else alone,
        sentence=why_stay(view, danger, offer),
        evidence={**danger_evidence(view, danger), **offer_evidence(offer)},
    )
