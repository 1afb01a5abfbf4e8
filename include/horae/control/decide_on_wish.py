"""Decide about what a person wishes: the same guards and the same ledger as Horae's own moves."""

import math
from dataclasses import replace

from horae.control.conclude import Question, conclude, hold, question_about, with_risk_told
from horae.control.decide import lag_limit, record_decision
from horae.control.entries import Observation
from horae.control.guarding import Scene, guard_situation
from horae.control.history import History
from horae.control.possible import what_may_be_done
from horae.control.safe import is_only_more
from horae.control.understand import (
    Deciding,
    Running,
    bounds,
    partitioning_of,
    running_in,
)
from horae.control.vertices import with_vertices
from horae.control.wish import Wish
from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.domain.job import Capabilities
from horae.domain.proposal import Proposal, Reason, Stay
from horae.errors import ExternalError, Refused
from horae.optimisation.search_space import search_space
from horae.performance.fitting import learned_outage
from horae.performance.outage import outage_interval
from horae.policy.guards import ask_guards
from horae.policy.paths import path_between


def decide_on_wish(parts: Deciding, seen: Observation, wish: Wish) -> Decision:
    """Decide about a wish. Repeating it gives the same decision.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was decided.
    """
    history = History(parts.ledger, parts.spec.name)
    question = question_about(parts, seen, key=wish.id, actor=wish.actor, dry_run=wish.dry_run)
    return history.decision(question.id) or grant(parts, history, question, seen, wish)


def grant(
    parts: Deciding,
    history: History,
    question: Question,
    seen: Observation,
    wish: Wish,
    approved: Decision | None = None,
) -> Decision:
    """Ask the guards about a wish, and record what they say.

    Args:
        parts: What deciding needs.
        history: Of the job.
        question: Who asks what.
        seen: A look that was made for it.
        wish: What is wanted.
        approved: The decision whose approval the wish is; None: it is a wish of its own.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was decided.
    """
    running = running_in(seen)
    if isinstance(running, Stay):
        return record_decision(parts, seen, hold(question, running))
    scene = _scene(parts, history, seen, running)
    target = _target(wish, running.configuration, scene)
    if isinstance(target, Stay):
        return record_decision(parts, seen, hold(question, target))
    wanted = _proposal(history, wish, running.configuration, target, scene.capabilities)
    proposal = with_risk_told(
        wanted if approved is None else _as_approved(wanted, wish, approved),
        scene.capabilities,
        origin=running.configuration,
        step_timeout_seconds=parts.spec.engine.step_timeout_seconds,
    )
    guards = ask_guards(guard_situation(parts, history, question, proposal, scene))
    limit = lag_limit(parts, _load(parts, seen))
    decision = conclude(question, proposal, guards, lag_limit_records=limit)
    return record_decision(parts, seen, decision)


def _scene(parts: Deciding, history: History, seen: Observation, running: Running) -> Scene:
    verdict = history.verdict_on(seen.window) if seen.window else None
    capabilities, legal, vertices = None, None, None
    try:
        capabilities = what_may_be_done(parts.spec, parts.engine)
        if seen.window is not None:
            window = parts.windows.get(seen.window)
            partitioning = partitioning_of(parts, capabilities)
            legal = search_space(
                bounds(parts, window, running.configuration, capabilities, partitioning)
            ).legal
        vertices = parts.engine.describe(parts.spec.engine_job_name).vertices
    except ExternalError:
        pass  # what could not be found out stays None, and the guards that need it refuse
    return Scene(
        seen=seen, verdict=verdict, capabilities=capabilities, legal=legal, vertices=vertices
    )


def _target(wish: Wish, current: Configuration, scene: Scene) -> Configuration | Stay:
    """What is wanted, or why that cannot be told."""
    target = wish.target(current)
    if not wish.vertices:
        return target
    if not scene.vertices:
        sentence = f"{wish.actor} asks for single vertices, and the engine does not show the job's"
        return Stay(reason=Reason.SOURCE_UNAVAILABLE, sentence=sentence)
    try:
        return with_vertices(target, wish.vertices, scene.vertices)
    except Refused as error:
        sentence = f"{wish.actor} asks for what cannot be understood: {error}"
        return Stay(reason=Reason.NO_CANDIDATE, sentence=sentence)


def _proposal(
    history: History,
    wish: Wish,
    current: Configuration,
    target: Configuration,
    capabilities: Capabilities | None,
) -> Proposal:
    path = path_between(current, target, capabilities) if capabilities else None
    path = path or RescalePath.SAVEPOINT  # a guard says why there is none
    outages = learned_outage(history.past_outcomes())
    return Proposal(
        target=target,
        path=path,
        reason=Reason.MANUAL,
        sentence=f"{wish.actor} asks for {target}: {wish.reason or 'no reason given'}.",
        urgent=False,
        predicted_outage_seconds=outages.quantile(path, 0.5),
        predicted_catch_up_seconds=None,
        benefit_money=None,
        predicted_outage_interval=outage_interval(outages, path),
    )


def _as_approved(wanted: Proposal, wish: Wish, approved: Decision) -> Proposal:
    """The wish, keeping what still holds of the proposal that it approves.

    What is urgent stays so, unless it was edited to reduce a resource. Gain and catching up were
    predicted for that very configuration and way.
    """
    was, why = approved.proposal, wish.reason or "no reason given"
    wanted = replace(
        wanted, sentence=f"{wish.actor} approved decision {approved.id}, {wanted.target}: {why}."
    )
    if was is None or approved.origin is None:
        return wanted
    same = wanted.target == was.target
    urgent = was.urgent and (same or is_only_more(wanted.target, approved.origin))
    if not same or wanted.path is not was.path:
        return replace(wanted, urgent=urgent)
    return replace(
        wanted,
        urgent=urgent,
        predicted_catch_up_seconds=was.predicted_catch_up_seconds,
        benefit_money=was.benefit_money,
    )


def _load(parts: Deciding, seen: Observation) -> float:
    """The newest load, records/s; NaN where it is not known."""
    if seen.window is None:
        return math.nan
    try:
        return parts.windows.get(seen.window).last("load_records_per_second")
    except ExternalError:
        return math.nan  # a window that was lost must not keep the wish from being recorded
