"""What all DAGs share: the jobs, schedules, tags, owner, retries. Light enough to parse often."""

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from horae.settings.environment import Environment

OWNER = "horae"
TAG = "horae"

FLEET_ACTIONS = 4
"""Actions that may run at one time in the fleet: many rescales at once churn a cluster."""

OBSERVE_SCHEDULE = os.environ.get("HORAE_OBSERVE_SCHEDULE") or "* * * * *"
RETRAIN_SCHEDULE = os.environ.get("HORAE_RETRAIN_SCHEDULE") or "@hourly"
AUDIT_SCHEDULE = os.environ.get("HORAE_AUDIT_SCHEDULE") or "@daily"

RETRIES = ExceptionRetryPolicy(
    rules=[
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


def job_names() -> Sequence[str]:
    """Names of the jobs under care: a spec's file is named after its job."""
    folder = Environment.from_environ(os.environ).jobs_folder
    return sorted(path.stem for path in folder.glob("*.yaml"))
