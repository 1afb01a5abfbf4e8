"""How far one case is: its processes, and what has gone wrong in it."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from chaos.case import Case
from chaos.checks import Problem, fault_problems
from chaos.faults import Does, Fault
from chaos.processes import Actor, start_actor
from chaos.scene import Scene


@dataclass(slots=True)
class Stand:
    """How far one case is.

    Attributes:
        case: It.
        scene: Where.
        folder: Of its processes.
        deadline: When the job must run again, by `time.monotonic`.
        actors: The processes so far.
        harmed: Faults that were done from outside.
    """

    case: Case
    scene: Scene
    folder: Path
    deadline: float
    actors: list[Actor] = field(default_factory=list)
    harmed: list[str] = field(default_factory=list)

    def send(self, decision: str | None, faults: tuple[Fault, ...] = ()) -> Actor:
        """Start a process."""
        folder = self.folder / f"process-{len(self.actors) + 1}"
        actor = start_actor(self.scene.place, folder, decision, faults)
        self.actors.append(actor)
        return actor

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def injected(self) -> tuple[str, ...]:
        """The faults that really happened; standing still is none by itself."""
        inside = [fault for fault in self._told if not fault.startswith(Does.PAUSE)]
        return (*inside, *self.harmed)

    def spared(self) -> list[Problem]:
        """What was to go wrong, and did not."""
        case = self.case
        outside = case.at if case.harm is not None or case.rival is not None else None
        return list(fault_problems(case.faults, self._told, outside=outside, harmed=self.harmed))

    @property
    def _told(self) -> list[str]:
        """The faults within its processes, as they told."""
        return [fault for actor in self.actors for fault in actor.injected]
