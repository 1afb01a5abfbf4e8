"""What all DAGs share: the jobs, schedules, tags, owner, retries. Light enough to parse often."""

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from horae.settings.environment import Environment
from horae_airflow.callbacks import action_ended
from horae_airflow.pool import ACTIONS

OWNER = "horae"
TAG = "horae"

OBSERVE_SCHEDULE = os.environ.get("HORAE_OBSERVE_SCHEDULE") or "* * * * *"
RETRAIN_SCHEDULE = os.environ.get("HORAE_RETRAIN_SCHEDULE") or "@hourly"
AUDIT_SCHEDULE = os.environ.get("HORAE_AUDIT_SCHEDULE") or "@daily"

RETRIES = ExceptionRetryPolicy(
    rules=[
        *(
            RetryRule(
                exception=f"horae.errors.{lease}",
                action=RetryAction.RETRY,
                retry_delay=timedelta(minutes=1),
                reason="another process carries it out; its outcome can soon be had",
            )
            for lease in ("LeaseTaken", "LeaseLost")
        ),
        RetryRule(
            exception="horae.errors.Unavailable",
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=10),
            reason="an outside system did not answer; it may soon",
        ),
        RetryRule(
            exception="horae.errors.HoraeError",
            action=RetryAction.FAIL,
            reason="trying the same again will not help",
        ),
    ]
)


def default_args(**changes: Any) -> dict[str, Any]:
    """Arguments of every task; `changes` win."""
    return {
        "owner": OWNER,
        "retries": 2,
        "retry_delay": timedelta(seconds=15),
        "retry_policy": RETRIES,
        "execution_timeout": timedelta(minutes=5),
    } | changes


def action_args() -> dict[str, Any]:
    """Arguments of the task that acts.

    A try that died, was killed for its time or was cleared is followed by one that goes on where
    it was; an action that ended badly is an answer, and is not tried again.
    """
    return {
        "pool": ACTIONS,
        "retries": 3,
        "execution_timeout": timedelta(hours=2),
        "on_success_callback": action_ended,
        "on_failure_callback": action_ended,
    }


def job_names() -> Sequence[str]:
    """Names of the jobs under care: a spec's file is named after its job."""
    folder = Environment.from_environ(os.environ).jobs_folder
    return sorted(path.stem for path in folder.glob("*.yaml"))
