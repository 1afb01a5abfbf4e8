"""What the guards are told: from the ledger, the window and the engine, nothing invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from horae.control.conclude import Question
from horae.control.entries import Observation
from horae.control.history import History, PastAction
from horae.control.understand import Deciding
from horae.domain.action import OutcomeResult
from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities
from horae.domain.proposal import Proposal
from horae.domain.verdict import Verdict
from horae.errors import ExternalError
from horae.performance.fitting import learned_outage
from horae.policy.guard_situation import GuardSituation, PastMove

RARELY = 0.99
"""Quantile of the outage that transactions must survive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is known when a proposal is judged; None always means: it could not be found out.

    Attributes:
        seen: The newest look at the job.
        verdict: On its window.
        capabilities: What the engine can do.
        legal: What may be chosen.
    """

    seen: Observation
    verdict: Verdict | None
    capabilities: Capabilities | None
    legal: tuple[Configuration, ...] | None


def guard_situation(
    parts: Deciding, history: History, question: Question, proposal: Proposal, scene: Scene
) -> GuardSituation:
    """All that guards may know of a proposal."""
    spec, now = parts.spec, parts.clock.now()
    past = history.past_actions(limit=200)
    in_flight = history.action_in_flight(now)
    timeout = spec.engine.transaction_timeout_seconds
    outages = learned_outage([action.outcome for action in past])
    return GuardSituation(
        now=now,
        proposal=proposal,
        manual=question.by_person,
        mode=spec.mode,
        settings=spec.guards,
        current=scene.seen.configuration,
        presence=scene.seen.presence,
        verdict=scene.verdict,
        window_age_seconds=(now - scene.seen.collected_at).total_seconds(),
        stale_seconds=spec.time.stale_seconds,
        kill_switch=parts.kill_switch() or "",
        in_flight=(in_flight,) if in_flight else (),
        history=tuple(_move(action) for action in past),
        season_seconds=spec.time.season_seconds,
        legal=scene.legal,
        capabilities=scene.capabilities,
        prices=spec.prices.prices(),
        checkpoints_failing=_checkpoints_failing(parts, scene.seen.configuration),
        rolled_back_from=_rolled_back_from(past, _version_since(history, scene.seen)),
        outage_p99_seconds=outages.quantile(proposal.path, RARELY),
        sink_transactional=timeout is not None,
        transaction_timeout_seconds=timeout,
    )


def _move(action: PastAction) -> PastMove:
    proposal, outcome = action.decision.proposal, action.outcome
    return PastMove(
        ended_at=outcome.ended_at,
        origin=outcome.origin,
        target=outcome.target,
        urgent=proposal is not None and proposal.urgent,
        result=outcome.result,
    )


def _checkpoints_failing(parts: Deciding, current: Configuration | None) -> bool | None:
    """Whether some failed and none was completed since; one failure long ago is no reason.

    A healthy job completes one within two intervals: a checkpoint takes at most half of one.
    """
    try:
        progress = parts.engine.progress(parts.spec.engine_job_name)
    except ExternalError:
        return None
    if progress.failed_checkpoints == 0:
        return False
    if progress.last_checkpoint_at is None or current is None:
        return True
    allowed = timedelta(seconds=2 * current.checkpoint_interval_seconds)
    return parts.clock.now() - progress.last_checkpoint_at > allowed


def _version_since(history: History, seen: Observation) -> datetime | None:
    return history.version_since(seen.version) if seen.version else None


def _rolled_back_from(
    past: Sequence[PastAction], since: datetime | None
) -> tuple[Configuration, ...]:
    """Where this version of the job was rolled back from; None for `since`: as far as is known."""
    return tuple(
        action.outcome.target
        for action in past
        if action.outcome.result is OutcomeResult.ROLLED_BACK
        and (since is None or action.outcome.ended_at >= since)
    )
