"""Configurations that an action failed in, and until when they are not tried again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from horae.domain.action import Outcome, OutcomeResult
from horae.domain.configuration import Configuration

FAILURES = (OutcomeResult.ROLLED_BACK, OutcomeResult.FAILED)
"""Ends that speak against the target. A kill switch, somebody else's change and an action that was
abandoned do not: they say nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a configuration is not tried again for some time.

    Attributes:
        configuration: Which.
        failed_at: When the action ended.
        until: When it may be tried again.
        sentence: How it ended.
    """

    configuration: Configuration
    failed_at: datetime
    until: datetime
    sentence: str

    def __str__(self) -> str:
        """For people, without a full stop."""
        said = self.sentence.rstrip(".")
        return (
            f"failed at {_minute(self.failed_at)}: {said}; not again before {_minute(self.until)}"
        )


def recent_failures(
    outcomes: Iterable[Outcome],
    *,
    now: datetime,
    expiry: timedelta,
    since: datetime | None = None,
) -> tuple[Failure, ...]:
    """What must not be tried now, the newest failure of each configuration.

    Args:
        outcomes: Past actions, in any order.
        now: Time of the question.
        expiry: How long a failure counts.
        since: When the present version of the job began, which starts afresh; None: not known,
            then all count.
    """
    newest: dict[Configuration, Failure] = {}
    for outcome in sorted(outcomes, key=lambda one: one.ended_at):
        until = outcome.ended_at + expiry
        before = since is not None and outcome.ended_at < since
        if outcome.result not in FAILURES or now >= until or before:
            continue
        if outcome.target == outcome.origin:
            continue  # a job that was lost and not found again: its configuration is not at fault
        newest[outcome.target] = Failure(
            configuration=outcome.target,
            failed_at=outcome.ended_at,
            until=until,
            sentence=outcome.sentence,
        )
    return tuple(newest.values())


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
