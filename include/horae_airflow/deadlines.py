"""When a run of `rescale` must have ended, and who is told where it has not."""

import logging
import os
from asyncio import to_thread
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from horae.errors import SettingsError
from horae.settings.environment import told_seconds

SECONDS = 3_600.0
"""Longer than a person is usually given to approve, plus the savepoint of a large state."""

log = logging.getLogger(__name__)


def rescale_deadline(environ: Mapping[str, str] = os.environ) -> list[DeadlineAlert]:
    """The deadline of each run of `rescale`, from when it was queued; none where it is `off`.

    A faulty setting must not keep anybody from acting: then it is the usual one, and the DAG
    `notify` says what is wrong.
    """
    try:
        seconds = deadline_seconds(environ)
    except SettingsError as error:
        log.error("%s; it is %g s", error, SECONDS)
        seconds = SECONDS
    if seconds is None:
        return []
    return [
        DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(seconds=seconds),
            callback=AsyncCallback("horae_airflow.deadlines.overdue", {"seconds": seconds}),
            name="rescale overdue",
        )
    ]


def deadline_seconds(environ: Mapping[str, str]) -> float | None:
    """Seconds that a run of `rescale` may take; None: any time.

    Raises:
        SettingsError: `HORAE_RESCALE_DEADLINE_SECONDS` is faulty.
    """
    said = environ.get("HORAE_RESCALE_DEADLINE_SECONDS")
    if said is not None and said.lower() == "off":
        return None
    return told_seconds(
        "HORAE_RESCALE_DEADLINE_SECONDS",
        said,
        default=SECONDS,
        allowed=lambda seconds: 1 <= seconds <= 30 * 86_400,
        expected="seconds, from 1 to thirty days, or off",
    )


async def overdue(context: Mapping[str, Any] | None = None, *, seconds: float) -> None:
    """Tell that a run of `rescale` has not ended in time; runs in the triggerer.

    Args:
        context: What Airflow tells of the run.
        seconds: The time it had.
    """
    await to_thread(_tell_overdue, context or {}, seconds)


def _tell_overdue(context: Mapping[str, Any], seconds: float) -> None:
    from horae.settings.notify_rules import Event
    from horae_airflow.notifying import tell

    run = context.get("dag_run") or {}
    asked = run.get("conf") or {}
    name, job, decision = run.get("dag_run_id"), asked.get("job"), asked.get("decision")
    about = f" for job {job}" if job else ""
    sentence = (
        f"the run {name} of rescale{about} was queued {seconds:g} s ago and has not ended; it may "
        "wait for an approval or for a slot of the pool horae_actions, or its action hangs"
    )
    tell(Event.OVERDUE, job=job, sentence=sentence, decision=decision, context=context)
