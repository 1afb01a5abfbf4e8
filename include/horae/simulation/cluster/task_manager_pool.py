"""The TaskManagers of a simulated cluster, and what is paid for them."""

from collections import Counter

from horae.domain.configuration import Configuration
from horae.domain.task_manager import TaskManagerShape
from horae.errors import Refused
from horae.simulation.cluster.clock import SimulatedClock
from horae.simulation.world.record import Held

Shapes = Counter[TaskManagerShape]


def task_managers_of(configuration: Configuration) -> Shapes:
    """How many of which shape a configuration needs."""
    return Counter({configuration.shape: configuration.task_managers})


class TaskManagerPool:
    """TaskManagers that are there or coming; each is paid for from its request to its end.

    Args:
        clock: Dates everything.
        configuration: Whose TaskManagers are there from the beginning.
        maximum: The most there may be.
        seconds: From a request until the slots are there, however many are asked for.

    Attributes:
        there: How many of each shape offer their slots.
    """

    def __init__(
        self, clock: SimulatedClock, configuration: Configuration, *, maximum: int, seconds: float
    ) -> None:
        self.there = task_managers_of(configuration)
        self.maximum = maximum
        self._clock, self._seconds = clock, round(seconds)
        self._coming: list[tuple[int, Shapes]] = []
        self._held: list[Held] = []
        self._note()

    @property
    def held(self) -> tuple[Held, ...]:
        """What was paid for, from when on."""
        return tuple(self._held)

    @property
    def slots(self) -> int:
        """Slots that are there."""
        return sum(shape.slots * count for shape, count in self.there.items())

    def request(self, needed: Shapes, *, used: Shapes, keep: bool) -> int:
        """Have TaskManagers; others go at once unless they are kept or used.

        Args:
            needed: Shall be there.
            used: Run the job.
            keep: Let those stay that are not needed.

        Returns:
            Seconds until all that are needed are there.

        Raises:
            Refused: There would be too many; those that could go have gone.
        """
        self._settle()
        if not keep:
            self._remove_all_but(needed | used)
        coming = self._requested()
        missing = needed - (self.there + coming)
        total = (self.there + coming + missing).total()
        if total > self.maximum:
            raise Refused(
                f"{total} TaskManagers would run, and at most {self.maximum} may; "
                "choose fewer, or free some first"
            )
        if missing:
            self._coming.append((self._clock.second + self._seconds, missing))
        self._settle()
        self._note()
        return max((at for at, _ in self._coming), default=self._clock.second) - self._clock.second

    def exchange(self, needed: Shapes) -> None:
        """Have exactly these, while the job is down: what that takes is part of its outage.

        Raises:
            Refused: There would be too many.
        """
        self.require_room(needed)
        self.there, self._coming = needed.copy(), []
        self._note()

    def require_room(self, needed: Shapes) -> None:
        """Raise `Refused` where so many can never be there."""
        if needed.total() > self.maximum:
            raise Refused(
                f"{needed.total()} TaskManagers were asked for, and at most {self.maximum} may run"
            )

    def arrive(self) -> None:
        """Let those offer their slots whose time has come."""
        self._settle()

    def _settle(self) -> None:
        now = self._clock.second
        for at, shapes in self._coming:
            if at <= now:
                self.there += shapes
        self._coming = [each for each in self._coming if each[0] > now]

    def _remove_all_but(self, wanted: Shapes) -> None:
        self.there &= wanted
        left = wanted - self.there
        kept = []
        for at, shapes in self._coming:
            useful = shapes & left
            left -= useful
            if useful:
                kept.append((at, useful))
        self._coming = kept
        self._note()

    def _requested(self) -> Shapes:
        return sum((shapes for _, shapes in self._coming), Counter())

    def _note(self) -> None:
        """Write down what is paid for from now on."""
        paid = self.there + self._requested()
        now = Held(
            second=self._clock.second,
            cores=sum(shape.cpu_cores * count for shape, count in paid.items()),
            memory_gb=sum(shape.memory_mb / 1024 * count for shape, count in paid.items()),
        )
        if self._held and self._held[-1].second == now.second:
            self._held.pop()
        if not self._held or (self._held[-1].cores, self._held[-1].memory_gb) != (
            now.cores,
            now.memory_gb,
        ):
            self._held.append(now)
