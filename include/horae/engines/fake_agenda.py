"""What will happen in a fake cluster, and when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Coming:
    """What will happen.

    Attributes:
        at: When.
        do: Makes it happen.
        request: The JobManager does it, so that it does not happen if that dies before.
    """

    at: datetime
    do: Callable[[], object]
    request: bool


@dataclass(slots=True)
class Agenda:
    """All that will happen."""

    _coming: list[Coming] = field(default_factory=list)

    def add(self, at: datetime, do: Callable[[], object], *, request: bool) -> None:
        """Let something happen; see `Coming`."""
        self._coming.append(Coming(at, do, request))

    def drop_requests(self) -> None:
        """Forget what the JobManager was asked for."""
        self._coming = [one for one in self._coming if not one.request]

    def take(self, until: datetime) -> Coming | None:
        """The first that is due by then; None: there is none."""
        due = [one for one in self._coming if one.at <= until]
        if not due:
            return None
        first = min(due, key=lambda one: one.at)
        self._coming.remove(first)
        return first
