"""The steps of an action in the ledger: written before and after each, and read again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from horae.control.entries import draft
from horae.control.kill_switch import Halted
from horae.engines.journal import Step, StepState, Taken
from horae.errors import HoraeError
from horae.ledger.leases import Lease
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind

_INTENDED, _RESULT = "intended", "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerJournal:
    """Records the steps of one action.

    Attributes:
        ledger: Where to.
        job: The job's name, which is its chain.
        action_id: The action's id, which is its decision's.
        references: What each entry rests on.
        halted: Why the job must not be touched; None when it may.
        lease: A lease that holds, renewed first where it is over; see `held_lease`.
        incarnations: Those that the ledger tells of since the action began.
    """

    ledger: Ledger
    job: str
    action_id: str
    references: dict[str, str]
    halted: Halted
    lease: Callable[[], Lease]
    incarnations: Callable[[], tuple[str, ...]]

    def write(self, taken: Taken) -> None:
        """See `Journal`."""
        phase = _INTENDED if taken.state is StepState.OPEN else _RESULT
        entry = draft(
            EntryKind.STEP,
            job=self.job,
            key=f"{self.action_id}:{taken.number}:{phase}",
            at=taken.at,
            body={
                "action_id": self.action_id,
                "number": taken.number,
                "step": taken.step.value,
                "round": taken.round,
                "phase": phase,
                "failed": taken.state is StepState.FAILED,
                "detail": taken.detail,
                "facts": dict(taken.facts),
            },
            references=self.references | {"decision": self.action_id},
        )
        self.ledger.append(entry, lease=self.lease())

    def require_lease(self) -> None:
        """See `Journal`."""
        self.lease()

    def seen(self) -> tuple[str, ...]:
        """See `Journal`."""
        try:
            return self.incarnations()
        except HoraeError:
            return ()


def steps_taken(ledger: Ledger, job: str, action_id: str) -> tuple[Taken, ...]:
    """The recorded steps of an action, in order: each as it began, and again as it ended."""
    entries = ledger.read(job, kinds=[EntryKind.STEP], newest_first=True)
    ours: list[Taken] = []
    for entry in entries:
        if entry.body["action_id"] == action_id:
            ours.append(_taken(entry))
        elif ours:
            break  # steps of one action stand together, for a job has one at a time
    return tuple(reversed(ours))


def _taken(entry: Entry) -> Taken:
    body: Any = entry.body
    return Taken(
        number=int(body["number"]),
        step=Step(body["step"]),
        round=int(body.get("round", 0)),
        state=_state(body),
        at=entry.time,
        detail=str(body["detail"]),
        facts=dict(body.get("facts", {})),
    )


def _state(body: Any) -> StepState:
    if body["phase"] == _INTENDED:
        return StepState.OPEN
    return StepState.FAILED if body.get("failed") else StepState.DONE
