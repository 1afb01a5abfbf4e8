"""What is done from outside while an acting process stands still, and how it is undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx

from chaos import database, savepoint_folder
from chaos.place import LEASE_SECONDS
from chaos.processes import Actor
from chaos.scene import CLOCK, Scene

PARTS = ("jobmanager", "taskmanager", "kafka")
SAVEPOINTS = tuple(savepoint_folder.HARMS)
CANCEL, CHANGE = "cancelled by somebody", "resized by somebody"
DATABASE, STILL = "database stopped", "database stands still"
KILL_ALL = "all of Horae killed"
CHANGED_PARALLELISM = 3
"""Neither side of any order of the suite."""
_RESTART_SECONDS = 1.5
"""What a supervisor such as systemd takes to start a program again."""

_HARMED_SECONDS = 10.0
"""How long a savepoint folder stays harmed: longer than a savepoint takes to fail."""

_STILL_SECONDS = 2 * LEASE_SECONDS
"""How long the database stands still: the lease ends meanwhile, and cannot be renewed."""


class Rival(StrEnum):
    """A second process that acts at the same time."""

    SAME = "same decision"
    OTHER = "other decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """Something bad.

    Attributes:
        do: Does it.
        undo: Mends it; what does not need mending has nothing to do.
        after_seconds: How long it lasts, from the moment that the process goes on.
    """

    do: Callable[[Scene, Sequence[Actor]], None]
    undo: Callable[[Scene], None]
    after_seconds: float = 0.0


def harm_named(name: str) -> Harm:
    """The harm of a case."""
    if name.startswith("kill "):
        part = name.removeprefix("kill ")
        return Harm(
            do=lambda scene, _: _kill_part(scene, part),
            undo=bring_back_all,
            after_seconds=_RESTART_SECONDS,
        )
    if name in savepoint_folder.HARMS:
        return Harm(
            do=lambda scene, _: savepoint_folder.HARMS[name](_savepoints(scene)),
            undo=lambda scene: savepoint_folder.mended(scene.stack.paths.savepoints),
            after_seconds=_HARMED_SECONDS,
        )
    return _HARMS[name]


def bring_back_all(scene: Scene) -> None:
    """Start again every part that has ended without being stopped, JobManager and broker first."""
    for part in scene.stack.status().lost:
        scene.stack.bring_back(part)


def cancel(scene: Scene) -> None:
    """Cancel the job by plain REST, and wait until it has ended."""
    for job_id, _ in scene.alive() or []:
        _call(scene, "PATCH", f"/jobs/{job_id}?mode=cancel")
    while scene.alive():
        CLOCK.wait(0.2)


def resize(scene: Scene, parallelism: int) -> None:
    """Ask for another parallelism of every vertex by plain REST."""
    for job_id, _ in scene.alive() or []:
        path = f"/jobs/{job_id}/resource-requirements"
        vertices = httpx.get(f"{scene.stack.flink.url}{path}").json()
        asked = {"parallelism": {"lowerBound": 1, "upperBound": parallelism}}
        _call(scene, "PUT", path, dict.fromkeys(vertices, asked))


def _call(scene: Scene, method: str, path: str, body: object = None) -> None:
    httpx.request(
        method, f"{scene.stack.flink.url}{path}", json=body or {}, timeout=20.0
    ).raise_for_status()


def _kill_part(scene: Scene, part: str) -> None:
    if part == "taskmanager":
        part = sorted(scene.stack.task_managers.running())[0]
    scene.stack.kill(part)


def _savepoints(scene: Scene) -> Path:
    folder = scene.stack.paths.savepoints
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kill_all(_: Scene, actors: Sequence[Actor]) -> None:
    for actor in actors:
        actor.kill()


def _nothing(_: Scene) -> None:
    """What needs no mending."""


_HARMS = {
    CANCEL: Harm(do=lambda scene, _: cancel(scene), undo=_nothing),
    CHANGE: Harm(do=lambda scene, _: resize(scene, CHANGED_PARALLELISM), undo=_nothing),
    DATABASE: Harm(
        do=lambda scene, _: scene.database.stop(),
        undo=lambda scene: scene.database.start(),
        after_seconds=5.0,
    ),
    STILL: Harm(
        do=lambda scene, _: database.stand_still(scene.database),
        undo=lambda scene: database.go_on(scene.database),
        after_seconds=_STILL_SECONDS,
    ),
    KILL_ALL: Harm(do=_kill_all, undo=_nothing),
}
