"""What may be done to a job: by its engine, its spec and what became of earlier actions."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from horae.control.history import History
from horae.domain.action import Outcome
from horae.domain.job import Capabilities
from horae.engines.engine import Engine
from horae.optimisation.failures import Failure, recent_failures
from horae.settings.job_spec import JobSpec

REMEMBERED = 200
"""Newest actions that guards and failures are judged by."""


def what_may_be_done(spec: JobSpec, engine: Engine) -> Capabilities:
    """What the engine can do to the job and the spec allows.

    Raises:
        ExternalError: The engine does not answer.
    """
    able = engine.capabilities(spec.engine_job_name)
    if spec.engine.checkpoint_fallback:
        return able
    why = able.why_not | {"checkpoint": "engine.checkpoint_fallback is false"}
    return replace(able, checkpoint=False, why_not=why)


def failures_among(
    outcomes: Iterable[Outcome],
    *,
    spec: JobSpec,
    history: History,
    version: str | None,
    now: datetime,
) -> tuple[Failure, ...]:
    """What past actions speak against.

    Args:
        outcomes: Of the job, in any order.
        spec: Says how long a failure counts.
        history: Says since when the job version runs.
        version: Id of the job version; None: not known, then those of all versions count.
        now: Time of the question.
    """
    return recent_failures(
        outcomes,
        now=now,
        expiry=timedelta(hours=spec.guards.failed_hours),
        since=history.version_since(version) if version else None,
    )
