"""Time as an argument: nothing below the command line and the DAGs calls "now" by itself."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """The present, in UTC and aware of it."""
        ...

    def wait(self, seconds: float) -> None:
        """Return after `seconds`; zero or less returns at once."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present, in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        """Sleep: the one place that does; everybody else waits on a clock."""
        time.sleep(max(0.0, seconds))


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told to; waiting moves it."""

    time: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def now(self) -> datetime:
        """The time set."""
        return self.time

    def wait(self, seconds: float) -> None:
        """Move on by `seconds` at once."""
        self.time += timedelta(seconds=max(0.0, seconds))
