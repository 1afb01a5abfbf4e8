"""Starting and killing acting processes.

They are forked from a server that has imported the library and touched nothing else: a start takes
a tenth of a second instead of two, so that more faults fit into an hour.
"""

import json
import multiprocessing
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from chaos import actor
from chaos.actor import Errand
from chaos.faults import Fault
from chaos.place import Place


@dataclass(slots=True)
class Actor:
    """One process.

    Attributes:
        errand: What it was sent for.
        process: It.
    """

    errand: Errand
    process: ForkServerProcess

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self.process.is_alive()

    @property
    def is_paused(self) -> bool:
        """Whether it waits for the harness."""
        return (self.errand.folder / "paused").exists() and not self._told_to_go_on.exists()

    def go_on(self) -> None:
        """Let it go on."""
        self._told_to_go_on.touch()

    def kill(self) -> None:
        """End it as a crash would, with all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.join(10)

    def join(self, seconds: float) -> bool:
        """Wait for its end; whether it came in time."""
        self.process.join(seconds)
        return not self.is_alive

    @property
    def told(self) -> dict[str, Any] | None:
        """What it says came of it; None where it was killed before."""
        path = self.errand.folder / "told.json"
        return dict(json.loads(path.read_text())) if path.exists() else None

    @property
    def injected(self) -> list[str]:
        """The faults that really happened."""
        path = self.errand.folder / "injected.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [str(json.loads(line)["fault"]) for line in lines]

    @property
    def _told_to_go_on(self) -> Path:
        return self.errand.folder / "go-on"


def start_actor(
    place: Place, folder: Path, decision: str | None, faults: tuple[Fault, ...] = ()
) -> Actor:
    """Start one.

    Args:
        place: Where Horae works.
        folder: Its own, made here.
        decision: What it carries out; None: what the next cycle finds.
        faults: What goes wrong on the way.
    """
    folder.mkdir(parents=True)
    errand = Errand(place=place, decision=decision, folder=folder, faults=faults)
    process = _context().Process(target=actor.run, args=(errand,), daemon=True)
    process.start()
    return Actor(errand=errand, process=process)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chaos.actor"])
    return context
