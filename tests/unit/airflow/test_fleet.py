"""What all DAGs share."""

from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from horae.errors import (
    ActionError,
    JobNotRunning,
    LeaseLost,
    LeaseTaken,
    Refused,
    Unavailable,
)


@pytest.fixture
def fleet(glue: ModuleType) -> ModuleType:
    """The module, once Airflow has its home."""
    from horae_airflow import fleet

    return fleet


def test_jobs_are_named_after_their_files(
    fleet: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Sorted; other files are none."""
    for name in ("ysb.yaml", "orders.yaml", "README.md", "orders.sql"):
        (tmp_path / name).touch()
    monkeypatch.setenv("HORAE_JOBS", str(tmp_path))
    assert fleet.job_names() == ["orders", "ysb"]


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (Unavailable("away"), True),
        (LeaseTaken("another process"), True),
        (LeaseLost("another process"), True),
        (Refused("no"), False),
        (JobNotRunning("gone"), False),
        (ActionError("rolled back"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(
    fleet: ModuleType, error: Exception, retried: bool
) -> None:
    """A broker that is away may be back; a refusal stays one."""
    decision = fleet.RETRIES.evaluate(exception=error, try_number=1, max_tries=2)
    assert (decision.action.name == "RETRY") is retried


def test_defaults_can_be_changed_task_by_task(fleet: ModuleType) -> None:
    """Every task has an owner and an end."""
    arguments = fleet.default_args(retries=0)
    assert (arguments["owner"], arguments["retries"]) == ("horae", 0)
    assert arguments["execution_timeout"] == timedelta(minutes=5)


def test_who_waits_for_another_process_waits_longer_than_its_lease(fleet: ModuleType) -> None:
    """A lease lasts 30 s after the last sign of life of whoever holds it."""
    from horae.settings.environment import LEASE_SECONDS

    decision = fleet.RETRIES.evaluate(exception=LeaseTaken("busy"), try_number=1, max_tries=3)
    assert decision.retry_delay > timedelta(seconds=LEASE_SECONDS)
