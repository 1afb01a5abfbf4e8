"""What the guards are told: from the ledger, the window and the engine, nothing invented."""

from dataclasses import dataclass
from datetime import timedelta

from horae.control.approvals import approvals
from horae.control.conclude import Question
from horae.control.entries import Observation
from horae.control.history import History, PastAction
from horae.control.possible import REMEMBERED, failures_among
from horae.control.understand import Deciding
from horae.domain.configuration import Configuration
from horae.domain.decision import Mode
from horae.domain.job import Capabilities, Vertex
from horae.domain.proposal import Proposal
from horae.domain.verdict import Verdict
from horae.errors import ExternalError
from horae.performance.fitting import learned_outage
from horae.policy.guard_situation import Approvals, GuardSituation, PastMove
from horae.policy.paths import rare_outage


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is known when a proposal is judged; None always means: it could not be found out.

    Attributes:
        seen: The newest look at the job.
        verdict: On its window.
        capabilities: What the engine can do.
        legal: What may be chosen, but for failures.
        vertices: The job's; only needed where the proposal tells them apart.
    """

    seen: Observation
    verdict: Verdict | None
    capabilities: Capabilities | None
    legal: tuple[Configuration, ...] | None
    vertices: tuple[Vertex, ...] | None = None


def guard_situation(
    parts: Deciding, history: History, question: Question, proposal: Proposal, scene: Scene
) -> GuardSituation:
    """All that guards may know of a proposal."""
    spec, now = parts.spec, parts.clock.now()
    past = history.past_actions(limit=REMEMBERED)
    outcomes = [action.outcome for action in past]
    in_flight = history.action_in_flight()
    timeout = spec.engine.transaction_timeout_seconds
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
        approvals=_approvals(parts),
        in_flight=(in_flight,) if in_flight else (),
        history=tuple(_move(action) for action in past),
        season_seconds=spec.time.season_seconds,
        legal=scene.legal,
        capabilities=scene.capabilities,
        prices=spec.prices.prices(),
        checkpoints_failing=_checkpoints_failing(parts, scene.seen.configuration),
        failures=failures_among(
            outcomes, spec=spec, history=history, version=scene.seen.version, now=now
        ),
        outage_p99_seconds=rare_outage(
            learned_outage(outcomes), proposal.path, scene.capabilities
        ),
        sink_transactional=timeout is not None,
        transaction_timeout_seconds=timeout,
        vertices=scene.vertices,
    )


def _approvals(parts: Deciding) -> Approvals:
    """What people were asked; in other modes nobody is."""
    spec = parts.spec
    if spec.mode is not Mode.APPROVE:
        return Approvals()
    return approvals(
        parts.ledger,
        spec.name,
        spec.approval,
        now=parts.clock.now(),
        stale_seconds=spec.time.stale_seconds,
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
    if not progress.failed_checkpoints:
        return None if progress.failed_checkpoints is None else False
    if progress.last_checkpoint_at is None or current is None:
        return True
    allowed = timedelta(seconds=2 * current.checkpoint_interval_seconds)
    return parts.clock.now() - progress.last_checkpoint_at > allowed
