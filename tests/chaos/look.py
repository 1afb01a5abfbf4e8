"""What is read back of the job and of the ledger, to be checked."""

from contextlib import suppress

import httpx

from chaos.checks import Seen
from chaos.scene import CLOCK, JOB, Scene
from horae.control import adapters
from horae.control.history import History
from horae.ledger.audit import audit
from horae.ledger.records import Entry


def seen(scene: Scene) -> Seen:
    """The job as the cluster shows it."""
    alive = scene.alive()
    shown = scene.shown() if alive else None
    restored = _checkpoint(scene, alive[0][0], "restored") if alive else None
    return Seen(
        alive=alive, configuration=shown.configuration if shown else None, restored=restored
    )


def newest_checkpoint(scene: Scene) -> tuple[str, int] | None:
    """The live incarnation and the newest checkpoint that it has completed; None: unknown."""
    alive = scene.alive()
    if not alive:
        return None
    newest = _checkpoint(scene, alive[0][0], "completed")
    return (alive[0][0], newest) if newest is not None else None


def entries_after(scene: Scene, number: int) -> list[Entry]:
    """The entries of the job's chain after a number, oldest first."""
    with adapters.opened_ledger(scene.place.surroundings()) as ledger:
        return list(ledger.read(JOB, after=number))


def is_quiet(scene: Scene) -> bool:
    """Whether no action is in flight, and nobody holds the job's lease."""
    with adapters.opened_ledger(scene.place.surroundings()) as ledger:
        begun = History(ledger, JOB).action_in_flight()
        return begun is None and ledger.lease_of(JOB, now=CLOCK.now()) is None


def ledger_is_whole(scene: Scene) -> list[str]:
    """Each place where the hash chain does not hold."""
    with adapters.opened_ledger(scene.place.surroundings()) as ledger:
        return [
            f"{found.entry_id} {found.damage}: {found.sentence}"
            for report in audit(ledger, chain=JOB)
            for found in report.breaks
        ]


def _checkpoint(scene: Scene, job_id: str, which: str) -> int | None:
    """Id of a job's newest checkpoint of a kind, by plain REST."""
    with suppress(httpx.HTTPError):
        reply = httpx.get(f"{scene.stack.flink.url}/jobs/{job_id}/checkpoints", timeout=3.0)
        found = (reply.json().get("latest") or {}).get(which)
        return int(found["id"]) if found else None
    return None
