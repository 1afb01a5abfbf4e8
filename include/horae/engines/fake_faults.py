"""Failures of the calls to a fake engine."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from horae.domain.clock import Clock
from horae.errors import HoraeError, Unavailable


@dataclass(slots=True)
class Fault:
    """A failure to come.

    Attributes:
        error: What is raised; None: the call only takes its time.
        times: How often, from the next call on.
        done_first: The call takes effect before it fails, as when a reply gets lost.
        after: It fails only once this other call was made; None: at once.
        late_seconds: What the call asks for is done only so long after it failed, as when the
            request is lost in the network for a while; None: as `done_first` says.
        delay_seconds: The call takes so long before anything else.
    """

    error: HoraeError | None
    times: int = 1
    done_first: bool = False
    after: str | None = None
    late_seconds: float | None = None
    delay_seconds: float = 0.0

    def waits(self, calls: Sequence[str]) -> bool:
        """Whether the time of this failure has not come, or is over."""
        return self.times <= 0 or (self.after is not None and self.after not in calls)


@dataclass(slots=True)
class Wire:
    """What lies between a fake engine and its cluster.

    Attributes:
        clock: For calls that take long.
        calls: Name of every call, in order; a call that failed too.
        faults: What shall happen to the calls of each name.
    """

    clock: Clock
    calls: list[str] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """Make a call, or fail as was told."""
        self.calls.append(name)
        fault = self._next(name)
        if fault is None or fault.late_seconds is not None:
            yield
            return
        fault.times -= 1
        self.clock.wait(fault.delay_seconds)
        if fault.error is None:
            yield
            return
        if fault.done_first:
            yield
        raise fault.error

    def send(
        self,
        name: str,
        do: Callable[[], object],
        later: Callable[[float, Callable[[], object]], None],
    ) -> None:
        """Make the request of a call, or have it done late and hear nothing of it.

        Raises:
            Unavailable: It is late.
        """
        fault = self._next(name)
        if fault is None or fault.late_seconds is None:
            do()
            return
        fault.times -= 1
        later(fault.late_seconds, do)
        raise fault.error or Unavailable(f"no reply to {name}")

    def _next(self, name: str) -> Fault | None:
        fault = self.faults.get(name)
        return None if fault is None or fault.waits(self.calls) else fault
