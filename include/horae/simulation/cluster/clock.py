"""A clock whose waiting lets records flow."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from horae.simulation.world.flow import Flow

_SECOND = timedelta(seconds=1)


class EndOfTrace(Exception):
    """The clock was to move beyond the last second of the load.

    None of the house's errors, so that no step of an action takes it for its own failure.
    """


class SimulatedClock:
    """A `Clock` over one replication of a job: to wait is to compute what happens meanwhile.

    Args:
        flow: Whose second 0 is `start_at`.
        start_at: A midnight in UTC.

    Raises:
        ValueError: `start_at` is not such a time.
    """

    def __init__(self, flow: Flow, start_at: datetime) -> None:
        if start_at.tzinfo is None or start_at.astimezone(UTC).time() != time():
            raise ValueError(f"a run starts at a midnight in UTC, not at {start_at.isoformat()}")
        self._flow = flow
        self._start_at = start_at.astimezone(UTC)
        self._elapsed = timedelta()
        self._due: list[tuple[int, int, Callable[[], object]]] = []
        self._asked = 0

    @property
    def second(self) -> int:
        """Whole seconds since the start: the present second of the flow."""
        return self._elapsed // _SECOND

    def now(self) -> datetime:
        """The present, in UTC."""
        return self._start_at + self._elapsed

    def at(self, second: int) -> datetime:
        """The beginning of a second of the flow."""
        return self._start_at + second * _SECOND

    def second_of(self, moment: datetime) -> int:
        """The second of the flow that a moment lies in; negative before the start."""
        return (moment - self._start_at) // _SECOND

    def wait(self, seconds: float) -> None:
        """Move on by `seconds`; zero or less does nothing.

        Raises:
            EndOfTrace: That is beyond the last second, at which the clock stands now.
        """
        wanted = self._elapsed + timedelta(seconds=max(0.0, seconds))
        end = timedelta(seconds=self._flow.ends_at)
        until = min(wanted, end)
        while self._due and self._due[0][0] * _SECOND <= until:
            second, _, do = heapq.heappop(self._due)
            self._move(max(self._elapsed, second * _SECOND))
            do()
        self._move(until)
        if wanted > end:
            raise EndOfTrace(f"the load ends at {self.at(self._flow.ends_at).isoformat()}")

    def later(self, seconds: int, do: Callable[[], object]) -> None:
        """Let something happen so many seconds after the present second; what has no wait, now."""
        if seconds <= 0:
            do()
            return
        self._asked += 1
        heapq.heappush(self._due, (self.second + seconds, self._asked, do))

    def _move(self, until: timedelta) -> None:
        self._elapsed = until
        self._flow.advance(self.second)
