"""Decisions that are acted on, and what happens to who acts."""

from control_builders import a_decision
from control_world import World
from horae.domain.decision import Decision
from horae.errors import Unavailable

TOUCHING = {"checkpoint", "stop", "resize", "start", "provide", "end"}
AWAY = Unavailable("connection refused")


def decided(world: World, decision_id: str = "ysb-1", **changes: object) -> Decision:
    """A decision in the ledger; without changes: from one slot to two, in place."""
    return world.record(a_decision(decision_id, **changes))


def untouched(world: World) -> bool:
    """Whether nothing was called that changes anything."""
    return not TOUCHING & set(world.engine.calls)


class Killed(BaseException):
    """The process is gone."""
