"""What failed a while ago is not tried again, and only that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.optimisation.failures import recent_failures

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
ONE = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)
TWO = replace(ONE, parallelism=2)
ROLLED_BACK = Outcome(
    job="j",
    action_id="j-1",
    result=OutcomeResult.ROLLED_BACK,
    path=RescalePath.SAVEPOINT,
    origin=ONE,
    target=TWO,
    reached=ONE,
    outage_seconds=None,
    started_at=NOW - timedelta(hours=2),
    ended_at=NOW - timedelta(hours=1),
    sentence="The job runs again in the old one.",
)


def test_a_failure_says_when_it_was_why_and_until_when_it_counts() -> None:
    """It ended at eleven, and counts for a day."""
    (failure,) = recent_failures([ROLLED_BACK], now=NOW, expiry=DAY)
    assert failure.configuration == TWO
    assert str(failure) == (
        "failed at 2026-03-02 11:00 UTC: The job runs again in the old one; "
        "not again before 2026-03-03 11:00 UTC"
    )


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (OutcomeResult.ROLLED_BACK, True),
        (OutcomeResult.FAILED, True),
        (OutcomeResult.DONE, False),
        (OutcomeResult.ABANDONED, False),
        (OutcomeResult.OVERTAKEN, False),
    ],
)
def test_only_an_end_that_speaks_against_the_target_counts(
    result: OutcomeResult, counts: bool
) -> None:
    """A kill switch or somebody else's change ends in abandoned or overtaken."""
    found = recent_failures([replace(ROLLED_BACK, result=result)], now=NOW, expiry=DAY)
    assert bool(found) is counts


@pytest.mark.parametrize(("minutes", "counts"), [(59, False), (60, False), (61, True)])
def test_a_failure_is_forgotten_when_it_expires(minutes: int, counts: bool) -> None:
    """It ended an hour ago."""
    expiry = timedelta(minutes=minutes)
    assert bool(recent_failures([ROLLED_BACK], now=NOW, expiry=expiry)) is counts


def test_a_new_version_starts_afresh() -> None:
    """What failed before it began does not count, what failed after it does."""
    for since, count in [(NOW - timedelta(minutes=30), 0), (NOW - timedelta(minutes=90), 1)]:
        assert len(recent_failures([ROLLED_BACK], now=NOW, expiry=DAY, since=since)) == count


def test_the_newest_failure_of_a_configuration_is_told() -> None:
    """In whatever order they are given."""
    earlier = replace(ROLLED_BACK, ended_at=NOW - timedelta(hours=3), sentence="Earlier.")
    for outcomes in ([ROLLED_BACK, earlier], [earlier, ROLLED_BACK]):
        (failure,) = recent_failures(outcomes, now=NOW, expiry=DAY)
        assert failure.failed_at == ROLLED_BACK.ended_at


def test_a_job_that_was_not_found_again_says_nothing_of_its_configuration() -> None:
    """A restart goes to where the job was; that it failed is the engine's doing."""
    restart = replace(
        ROLLED_BACK, result=OutcomeResult.FAILED, path=RescalePath.RESTART, target=ONE
    )
    assert recent_failures([restart], now=NOW, expiry=DAY) == ()
