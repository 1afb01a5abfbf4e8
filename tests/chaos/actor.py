"""The process that acts, with the faults that it was given; and the one that comes after it.

It wires what Horae wires, wraps the ledger and the network, and calls what a task would call, in a
process of its own that may end at any point.
"""

import json
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from chaos.faults import Fault
from chaos.injection import FaultyLedger, FaultyTransport, Injector
from chaos.place import Place, record_look, restarting
from horae.clients.flink import FlinkClient
from horae.control import adapters, wiring
from horae.control.act import act
from horae.control.acting import Acting
from horae.control.lost import decide_on_loss
from horae.control.unfinished import unfinished_action
from horae.errors import HoraeError
from horae.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a process is sent for.

    Attributes:
        place: Where Horae works.
        decision: What it carries out; None: whatever the next cycle finds to be done.
        faults: What goes wrong on the way.
        folder: Where it tells what came of it.
    """

    place: Place
    decision: str | None
    folder: Path
    faults: tuple[Fault, ...] = ()


def run(errand: Errand) -> None:
    """Do it, and write down what came of it; the body of a process."""
    os.setsid()
    log = os.open(errand.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    told: dict[str, Any]
    try:
        told = _next_cycle(errand) if errand.decision is None else _act(errand, errand.decision)
    except HoraeError as error:
        told = {"error": type(error).__name__, "sentence": str(error)}
    except Exception:  # a bug of Horae's is what the suite looks for: told, not lost
        traceback.print_exc()
        told = {"error": "bug", "sentence": traceback.format_exc(limit=-3)}
    draft = errand.folder / "told.draft"
    draft.write_text(json.dumps(told))
    draft.replace(errand.folder / "told.json")


def _act(errand: Errand, decision: str) -> dict[str, Any]:
    with _acting(errand) as parts:
        outcome = act(parts, decision)
    return {"did": "act", "result": outcome.result, "sentence": outcome.sentence}


def _next_cycle(errand: Errand) -> dict[str, Any]:
    """What a cycle does first: look, go on with what was left, start a lost job again."""
    with _acting(errand) as parts:
        job = parts.spec.name
        seen = record_look(parts)
        left = unfinished_action(parts.ledger, job, parts.clock.now())
        if left is not None:
            return {"did": "resume", "action": left, "result": act(parts, left).result}
        lost = decide_on_loss(restarting(errand.place, parts), seen)
        if lost is None or not lost.execute:
            return {"did": "nothing", "sentence": lost.sentence if lost else ""}
        return {"did": "restart", "action": lost.id, "result": act(parts, lost.id).result}


@contextmanager
def _acting(errand: Errand) -> Iterator[Acting]:
    """What acting needs, with the faults between it and the world."""
    injector = Injector(errand.faults, errand.folder)
    # The wiring makes the client by this name; it is this process's own.
    faulty = partial(FlinkClient, transport=FaultyTransport(injector))
    vars(adapters)["FlinkClient"] = faulty
    with wiring.acting(errand.place.surroundings(), errand.place.job) as parts:
        yield replace(parts, ledger=cast(Ledger, FaultyLedger(parts.ledger, injector)))
