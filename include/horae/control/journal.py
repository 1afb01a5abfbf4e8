"""The steps of an action, written to the ledger before and after each."""

from dataclasses import dataclass

from horae.control.entries import draft
from horae.control.kill_switch import Halted
from horae.domain.clock import Clock
from horae.errors import LedgerError, Unavailable
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind


@dataclass(slots=True)
class LedgerJournal:
    """Records the steps of one action.

    Attributes:
        ledger: Where to.
        clock: When.
        job: The job's name, which is its chain.
        action_id: The action's id, which is its decision's.
        references: What each entry rests on.
        halted: Why the next step must not be begun; None when it may.
        steps: Steps begun so far.
    """

    ledger: Ledger
    clock: Clock
    job: str
    action_id: str
    references: dict[str, str]
    halted: Halted
    steps: int = 0

    def intend(self, step: str, detail: str) -> None:
        """Record that a step is about to begin."""
        self.steps += 1
        self._record(step, "intended", detail)

    def result(self, step: str, detail: str) -> None:
        """Record how the step went."""
        self._record(step, "result", detail)

    def _record(self, step: str, phase: str, detail: str) -> None:
        entry = draft(
            EntryKind.STEP,
            job=self.job,
            key=f"{self.action_id}:{self.steps}:{phase}",
            at=self.clock.now(),
            body={
                "action_id": self.action_id,
                "number": self.steps,
                "step": step,
                "phase": phase,
                "detail": detail,
            },
            references=self.references | {"decision": self.action_id},
        )
        try:
            self.ledger.append(entry)
        except Unavailable as error:
            raise LedgerError(f"the ledger does not answer: {error}") from error
