"""Several processes in one simulated time, any of which may be paused or killed at any point."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from greenlet import getcurrent, greenlet

from horae.domain.clock import ManualClock


class Killed(BaseException):
    """The process was killed: no `except Exception` and no error of Horae's stops it."""


@dataclass(slots=True, eq=False)
class Process:
    """What runs beside others.

    Attributes:
        name: Of this process alone.
        wakes_at: When it goes on.
        fiber: Where it stands.
        is_keeper: Nothing happens in it: it belongs to another one.
        paused_until: Until then it, and all that belongs to it, stands still.
        killed: It was killed before its end.
        error: What it ended with; None: not yet, or well.
    """

    name: str
    wakes_at: datetime
    paused_until: datetime
    is_keeper: bool = False
    fiber: greenlet = field(init=False)
    killed: bool = False
    error: Exception | None = None


class Timeline:
    """Runs processes in the order of their times; only waiting takes time.

    It is made and run in one place, to which each process comes back when it waits or ends.

    Args:
        clock: The time, which this alone moves.
        at_point: Called at every point at which something may happen, in the process at it.
    """

    def __init__(self, clock: ManualClock, at_point: Callable[[str], None]) -> None:
        self.clock = clock
        self.points = 0
        self.processes: list[Process] = []
        self._at_point = at_point
        self._scheduler = getcurrent()

    def spawn(self, name: str, do: Callable[[], object], *, is_keeper: bool = False) -> Process:
        """Add a process, which begins at once."""
        made = Process(name, self.clock.now(), self.clock.now(), is_keeper)

        def run() -> None:
            try:
                do()
            except Killed:
                made.killed = True
            except Exception as error:
                made.error = error
            finally:
                self.processes.remove(made)

        made.fiber = greenlet(run, self._scheduler)
        self.processes.append(made)
        return made

    def current(self) -> Process | None:
        """The process that runs; None: none does."""
        return next((one for one in self.processes if one.fiber is getcurrent()), None)

    def point(self, label: str) -> None:
        """Let happen what is to happen here; a process that was killed does nothing more."""
        current = self.current()
        if current is None or current.is_keeper:
            return
        if current.killed:
            raise Killed
        self.points += 1
        self._at_point(label)

    def pause(self, seconds: float) -> None:
        """Let the present process stand still, with all that belongs to it."""
        current = self.current()
        if current is not None:
            current.paused_until = self.clock.now() + timedelta(seconds=seconds)
        self.sleep(seconds)

    def sleep(self, seconds: float) -> None:
        """Let the present process wait while the others go on."""
        current = self.current()
        if current is None:
            self.clock.wait(seconds)
            return
        current.wakes_at = self.clock.now() + timedelta(seconds=max(0.0, seconds))
        self._scheduler.switch()

    def run(self, until: datetime) -> None:
        """Let the processes run up to an instant; those that are not done by then wait."""
        while self.processes:
            first = min(self.processes, key=lambda one: one.wakes_at)
            if first.wakes_at > until:
                break
            self.clock.time = max(self.clock.time, first.wakes_at)
            first.fiber.switch()
        self.clock.time = max(self.clock.time, until)

    def kill_all(self) -> None:
        """Kill what still runs."""
        for one in list(self.processes):
            one.fiber.throw(Killed)


@dataclass(frozen=True, slots=True)
class SharedClock:
    """The clock of each process of a timeline; a point lies in every wait."""

    timeline: Timeline

    def now(self) -> datetime:
        """The time."""
        return self.timeline.clock.now()

    def wait(self, seconds: float) -> None:
        """Wait while the others go on."""
        self.timeline.point("wait")
        self.timeline.sleep(seconds)
