"""An action that is under way, as text and as JSON."""

from collections.abc import Iterator
from typing import Any

from horae.control.entries import to_body
from horae.control.under_way import UnderWay
from horae.domain.action import Outcome
from horae.engines.journal import StepState, Taken
from horae.engines.transitions import End
from horae.ledger.canonical import time_text


def action_lines(seen: UnderWay) -> Iterator[str]:
    """What is known of it, for people."""
    began = f"began {_time(seen.began_at)}" if seen.began_at else "has not begun"
    yield f"{seen.job}: action {seen.decision.id} {began}"
    yield f"  why     {seen.decision.sentence}"
    if seen.decision.proposal is not None:
        yield f"  from    {seen.decision.origin}"
        yield f"  to      {seen.decision.proposal.target}, {seen.decision.proposal.path}"
    for taken in seen.taken:
        yield f"  {_time(taken.at)}  {step_text(taken)}"
    if seen.outcome is not None:
        yield f"  ended   {outcome_text(seen.outcome)}"
        return
    yield f"  lease   {_lease(seen)}"
    yield f"  engine  {seen.shown.job.detail if seen.shown else seen.silence}"
    yield f"  next    {_next(seen)}"
    yield f"  left    {seen.seconds_left:.0f} s at most, if somebody goes on with it now"


def action_json(seen: UnderWay) -> dict[str, Any]:
    """What is known of it, for programs; what is not known is null."""
    return {
        "job": seen.job,
        "action": seen.decision.id,
        "began_at": time_text(seen.began_at) if seen.began_at else None,
        "sentence": seen.decision.sentence,
        "steps": [_step_json(taken) for taken in seen.taken],
        "outcome": to_body(seen.outcome) if seen.outcome else None,
        "lease": to_body(seen.lease) if seen.lease else None,
        "engine": to_body(seen.shown.job) if seen.shown else None,
        "engine_says_instead": seen.silence or None,
        "touched": seen.touched,
        "next": None if seen.planned is None else _next(seen),
        "seconds_left": seen.seconds_left,
    }


def step_text(taken: Taken) -> str:
    """A step in a line."""
    way = f" (way back {taken.round})" if taken.round else ""
    said = {StepState.OPEN: "begun", StepState.DONE: "done", StepState.FAILED: "FAILED"}
    return f"{taken.step}{way} {said[taken.state]}: {taken.detail}"


def outcome_text(outcome: Outcome) -> str:
    """How it ended, in a line."""
    return f"{outcome.result}: {outcome.sentence}"


def _time(moment: Any) -> str:
    return time_text(moment)[:19] + "Z"


def _lease(seen: UnderWay) -> str:
    if seen.lease is None:
        return "nobody has it: the process is gone, and the next cycle goes on"
    return (
        f"{seen.lease.holder} has it for action {seen.lease.action_id} until "
        f"{_time(seen.lease.expires_at)}"
    )


def _next(seen: UnderWay) -> str:
    if seen.planned is None:
        return "not known while the engine does not answer"
    if isinstance(seen.planned, End):
        return f"the end, {seen.planned.result}: {seen.planned.sentence}"
    way = f" (way back {seen.planned.round})" if seen.planned.round else ""
    return f"{seen.planned.step}{way}"


def _step_json(taken: Taken) -> dict[str, Any]:
    return {
        "number": taken.number,
        "step": taken.step.value,
        "round": taken.round,
        "state": taken.state.value,
        "at": time_text(taken.at),
        "detail": taken.detail,
        "facts": dict(taken.facts),
    }
