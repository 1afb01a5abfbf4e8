"""The steps of an action as they are recorded: before each, and after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

Facts = Mapping[str, Any]
"""What a later step, or another process that goes on, needs to know of a step: a JSON object."""


class Step(StrEnum):
    """A step of an action, as the ledger names it."""

    RECHECK = "recheck"  # the decision still fits what the engine shows
    PREPARE = "prepare"  # the target's TaskManagers are there beside those in use
    CHECKPOINT = "checkpoint"
    RESIZE = "resize"
    STOP = "stop"  # with a savepoint
    SECURE = "secure"  # the present incarnation is ended as it is, and the newest state found
    PROVIDE = "provide"  # exactly the TaskManagers that are needed are there
    START = "start"
    VERIFY = "verify"
    TIDY = "tidy"  # TaskManagers no longer needed are gone


class StepState(StrEnum):
    """How far a step is."""

    OPEN = "open"  # begun; nobody knows whether it took effect
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was begun.

    Attributes:
        number: Its place in the action, from 1; a step that is begun again has another.
        step: Which.
        round: 0 on the way to the target, n on the n-th try to go back.
        state: How far it is.
        at: When it was begun; once it has ended, when it ended.
        detail: What is intended or what came of it, for people.
        facts: For later steps; a result's include its intention's.
    """

    number: int
    step: Step
    round: int
    state: StepState
    at: datetime
    detail: str
    facts: Facts = field(default_factory=dict)

    def ended(self, state: StepState, at: datetime, detail: str, facts: Facts) -> "Taken":
        """The same step, once it is done or has failed."""
        facts = {**self.facts, **facts}
        return replace(self, state=state, at=at, detail=detail, facts=facts)


class Journal(Protocol):
    """Where steps are recorded, and what else the ledger knows while an action is under way."""

    def write(self, taken: Taken) -> None:
        """Record that a step was begun (OPEN), or how it went. Repeating it is safe.

        Raises:
            Unavailable: The ledger is away; trying again may help.
            LedgerError: It could not be recorded, for instance since the lease was lost: nothing
                more may be done.
        """
        ...

    def halted(self) -> str | None:
        """Why no further step may be begun; None when it may."""
        ...

    def require_lease(self) -> None:
        """Have the lease of the job, so that no other process acts on it now.

        Raises:
            LeaseLost: Another process has taken it; nothing more may be done.
            Unavailable: It is over, and the ledger is away: nobody can tell.
        """
        ...

    def seen(self) -> tuple[str, ...]:
        """Incarnations of the job that were seen since the action began, the newest first.

        None while the ledger is away: what the action itself recorded must do then.
        """
        ...
