"""The steps of an action, recorded before and after each, and stopped by the kill switch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from horae.errors import HoraeError, LedgerError, StepFailed

T = TypeVar("T")


class Step(StrEnum):
    """A step of an action, as the ledger names it."""

    RECHECK = "recheck"  # the decision still fits what the engine shows
    PROVIDE = "provide"  # TaskManagers are there
    CHECKPOINT = "checkpoint"
    RESIZE = "resize"
    STOP = "stop"  # with a savepoint
    START = "start"
    VERIFY = "verify"
    TIDY = "tidy"  # TaskManagers no longer needed are gone
    SECURE = "secure"  # the newest state of an incarnation that is given up


class Journal(Protocol):
    """Where steps are recorded, and where the kill switch is read."""

    def intend(self, step: str, detail: str) -> None:
        """Record that a step is about to begin.

        Raises:
            LedgerError: It could not be recorded.
        """
        ...

    def result(self, step: str, detail: str) -> None:
        """Record how the step went.

        Raises:
            LedgerError: It could not be recorded.
        """
        ...

    def halted(self) -> str | None:
        """Why no further step may be begun; None when it may."""
        ...


def _done(_: object) -> str:
    return "done"


@dataclass(slots=True)
class Steps:
    """Takes steps one after the other.

    Attributes:
        journal: Where they are recorded.
        committed: The job has been touched. From here on neither the kill switch nor a ledger
            that is away stops the action, for a job left stopped is worse than either.
        unrecorded: What the ledger did not take after that.
    """

    journal: Journal
    committed: bool = False
    unrecorded: list[str] = field(default_factory=list)

    def take(
        self,
        step: Step,
        detail: str,
        do: Callable[[], T],
        *,
        tell: Callable[[T], str] = _done,
        commits: bool = False,
    ) -> T:
        """Record the intention, do it, record the result.

        Args:
            step: Its name.
            detail: What is intended, for people.
            do: Does it.
            tell: The result in words.
            commits: This step is the point of no return.

        Raises:
            StepFailed: It failed, was forbidden by the kill switch, or could not be recorded
                before the point of no return.
        """
        reason = None if self.committed else self.journal.halted()
        if reason is not None:
            raise StepFailed(step, f"not begun, the kill switch is thrown: {reason}")
        self._record(self.journal.intend, step, detail)
        self.committed = self.committed or commits
        try:
            value = do()
        except HoraeError as error:
            self._record(self.journal.result, step, f"failed: {error}")
            raise StepFailed(step, str(error)) from error
        self._record(self.journal.result, step, tell(value))
        return value

    def _record(self, record: Callable[[str, str], None], step: Step, detail: str) -> None:
        try:
            record(step, detail)
        except LedgerError as error:
            if not self.committed:
                raise StepFailed(step, f"could not be recorded: {error}") from error
            self.unrecorded.append(f"{step}: {detail}")
