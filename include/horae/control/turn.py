"""What a cycle does about a job, before it decides: go on with an action, or start it again."""

from dataclasses import dataclass
from datetime import datetime

from horae.control.decide import decide
from horae.control.entries import Observation
from horae.control.history import History
from horae.control.loss import Restarting
from horae.control.lost import decide_on_loss
from horae.control.understand import Deciding
from horae.control.unfinished import unfinished_action
from horae.domain.decision import Decision
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An action that a process which is gone has left.

    Attributes:
        decision: What it carries out.
        began_at: When it began.
        dry_run: Only told, not resumed.
    """

    decision: Decision
    began_at: datetime
    dry_run: bool = False

    @property
    def sentence(self) -> str:
        """For people."""
        end = "it would be resumed" if self.dry_run else "it is resumed"
        return (
            f"action {self.decision.id} began at {self.began_at:%Y-%m-%d %H:%M:%S} UTC and has "
            f"not ended; {end}"
        )


def take_turn(
    parts: Deciding, seen: Observation, *, dry_run: bool = False
) -> Decision | Unfinished:
    """An action to go on with, and nothing is decided; or else the decision of this cycle.

    Repeating it for the same look gives the same decision.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was decided.
    """
    left = unfinished(parts.ledger, parts.spec.name, parts.clock.now(), dry_run=dry_run)
    if left is not None:
        return left
    restarting = Restarting.of(parts, windows=parts.windows, halted=parts.kill_switch)
    lost = decide_on_loss(restarting, seen, dry_run=dry_run)
    return lost or decide(parts, seen, dry_run=dry_run)


def unfinished(
    ledger: Ledger, job: str, now: datetime, *, dry_run: bool = False
) -> Unfinished | None:
    """The action of a job that somebody has to go on with; None: there is none.

    None also while a live process goes on with it.

    Raises:
        Unavailable: The ledger is away.
    """
    action_id = unfinished_action(ledger, job, now)
    if action_id is None:
        return None
    decision = History(ledger, job).decision(action_id)
    intention = ledger.find(job, f"{EntryKind.INTENTION}:{action_id}")
    if decision is None or intention is None:
        return None
    return Unfinished(decision=decision, began_at=intention.time, dry_run=dry_run)
