"""Ordering an action at once: a decision as a cycle would write it, without the cycle."""

from dataclasses import replace
from typing import TypeVar

from chaos.place import record_look, restarting
from chaos.scene import JOB, SHAPE, Scene
from horae.control.entries import decision_entry
from horae.control.lost import decide_on_loss
from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, Verb
from horae.domain.proposal import Proposal, Reason

Number = TypeVar("Number", int, float)

IN_PLACE = (1, 2)
GROWN = SHAPE.slots + 1
"""Subtasks that one TaskManager has not enough slots for."""
INTERVALS = (4.0, 3.0)
MEMORY = (SHAPE.memory_mb, SHAPE.memory_mb + 64)
"""MiB of the TaskManagers before and after; slots stay, so that any other case can follow."""
# As predicted of the stack, so that deadlines are those of a job that is known.
_OUTAGE_INTERVAL = (0.5, 6.0)
_LAG_LIMIT = 100_000.0
"""Records: whether the job keeps up is not the question here."""


def target(path: RescalePath, origin: Configuration, *, reshape: bool = False) -> Configuration:
    """Another configuration that this path leads to; doing it twice leads back.

    Args:
        path: Which way.
        origin: What the job runs in.
        reshape: Other TaskManagers too, or in place one more, which takes longer.
    """
    if path is RescalePath.IN_PLACE:
        parallelism = GROWN if reshape else _other(IN_PLACE, origin.parallelism)
        return replace(origin, parallelism=parallelism, vertices=())
    interval = _other(INTERVALS, origin.checkpoint_interval_seconds)
    changed = replace(origin, checkpoint_interval_seconds=interval, vertices=())
    return replace(changed, memory_mb=_other(MEMORY, origin.memory_mb)) if reshape else changed


def order(scene: Scene, action: str, path: RescalePath, to: Configuration) -> Decision:
    """Write a decision to go there; it is to be executed."""
    with scene.acting() as parts:
        shown = parts.engine.describe(JOB)
        if shown.configuration is None:
            raise RuntimeError(f"nothing can be ordered: {shown.detail}")
        sentence = f"The chaos suite goes {path} to {to}."
        decision = Decision(
            id=action, job=JOB, decided_at=parts.clock.now(), actor="chaos", verb=Verb.RESCALE,
            execute=True, reason=Reason.MANUAL, sentence=sentence, origin=shown.configuration,
            proposal=Proposal(
                target=to, path=path, reason=Reason.MANUAL, sentence=sentence, urgent=True,
                predicted_outage_seconds=2.0, predicted_outage_interval=_OUTAGE_INTERVAL,
                predicted_catch_up_seconds=None, benefit_money=None,
            ),
            evidence={"lag_limit_records": _LAG_LIMIT},
        )  # fmt: skip
        parts.ledger.append(decision_entry(decision, parts.lineage))
    return decision


def order_restart(scene: Scene) -> str:
    """Let Horae decide to start the job again that the engine has lost; the decision's id."""
    with scene.acting() as parts:
        seen = record_look(parts)
        decision = decide_on_loss(restarting(scene.place, parts), seen)
    if decision is None or not decision.execute:
        raise RuntimeError(f"no restart was decided: {decision and decision.sentence}")
    return decision.id


def _other(pair: tuple[Number, Number], now: Number) -> Number:
    first, second = pair
    return second if now == first else first
