"""A guard situation in which every guard allows, to be changed in one place."""

from datetime import timedelta

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Mode
from horae.domain.job import JobPresence
from horae.domain.proposal import Proposal, Reason
from horae.domain.verdict import Verdict
from horae.optimisation.failures import Failure
from horae.policy.guard_situation import Approvals, GuardSituation, PastMove
from horae.settings.job_spec import GuardSettings
from policy_builders import CAPABLE, NOW, PRICES, SMALL, at

INPUTS = (
    "mode",
    "current",
    "presence",
    "verdict",
    "window_age_seconds",
    "kill_switch",
    "approvals",
    "in_flight",
    "history",
    "legal",
    "capabilities",
    "prices",
    "checkpoints_failing",
    "failures",
    "outage_p99_seconds",
    "sink_transactional",
    "transaction_timeout_seconds",
)
"""Fields whose None means that they could not be found out."""


def a_proposal(
    target: Configuration = at(2),  # noqa: B008
    *,
    urgent: bool = False,
    path: RescalePath = RescalePath.IN_PLACE,
) -> Proposal:
    """A move to `target`."""
    return Proposal(
        target=target,
        path=path,
        reason=Reason.PROTECT if urgent else Reason.SAVE,
        sentence="Because.",
        urgent=urgent,
        predicted_outage_seconds=4.0,
        predicted_catch_up_seconds=None,
        benefit_money=None,
    )


def a_move(seconds_ago: float, **changes: object) -> PastMove:
    """A move from one slot to two that ended so long ago."""
    known: dict[str, object] = {
        "ended_at": NOW - timedelta(seconds=seconds_ago),
        "origin": SMALL,
        "target": at(2),
        "urgent": False,
        "result": OutcomeResult.DONE,
    }
    return PastMove(**(known | changes))  # type: ignore[arg-type]


def a_failure(configuration: Configuration) -> Failure:
    """An action that was rolled back from it an hour ago; 23 hours to go."""
    return Failure(
        configuration=configuration,
        failed_at=NOW - timedelta(hours=1),
        until=NOW + timedelta(hours=23),
        sentence="It did not come up.",
    )


def a_guard_situation(**changes: object) -> GuardSituation:
    """From one slot to two; budget 1 an hour, no quiet hours, 20 s of a minute of time-out."""
    known: dict[str, object] = {
        "now": NOW,
        "proposal": a_proposal(),
        "manual": False,
        "mode": Mode.AUTO,
        "settings": GuardSettings(money_per_hour=1.0),
        "current": SMALL,
        "presence": JobPresence.RUNNING,
        "verdict": Verdict(job="j", window="w", usable=True, broken=(), rules=9),
        "window_age_seconds": 10.0,
        "stale_seconds": 60.0,
        "kill_switch": "",
        "approvals": Approvals(),
        "in_flight": (),
        "history": (),
        "season_seconds": 86_400.0,
        "legal": tuple(at(p) for p in (1, 2, 4)),
        "capabilities": CAPABLE,
        "prices": PRICES,
        "checkpoints_failing": False,
        "failures": (),
        "outage_p99_seconds": 20.0,
        "sink_transactional": True,
        "transaction_timeout_seconds": 60.0,
    }
    return GuardSituation(**(known | changes))  # type: ignore[arg-type]
