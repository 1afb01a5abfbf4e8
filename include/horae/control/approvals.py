"""Questions to people before Horae acts, and their answers, as the ledger keeps them.

A decision with `approval` waits from the moment it is made. It is asked about by a run that waits
for an answer, until a stated time; one that was never asked about is given up once it is too old
to be carried out. So a run that was deleted or has failed keeps nobody waiting for longer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from horae.control.entries import HORAE, draft, from_body, to_body
from horae.control.history import History
from horae.domain.configuration import Configuration
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryDraft, EntryKind
from horae.policy.guard_situation import Approvals, PastRefusal
from horae.settings.approval import LONGEST_WAIT_SECONDS, ApprovalSettings

ASKED = "approval-asked"
ANSWERED = "approval-answered"


class Reply(StrEnum):
    """What an answer says."""

    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question.

    Attributes:
        event: Always `approval-asked`.
        decision: Id of the decision that it is about.
        until: How long an answer is waited for.
        default: What silence means.
        target: What was proposed.
        dag: Of the run that waits.
        dag_run: Id of that run.
        task: Id of its task that waits.
        map_index: Of that task; -1: it is not mapped.
        sentence: For people.
    """

    event: str = ASKED
    decision: str
    until: datetime
    default: Reply
    target: Configuration
    dag: str
    dag_run: str
    task: str
    map_index: int = -1
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer.

    Attributes:
        event: Always `approval-answered`.
        decision: Id of the decision that it is about.
        answer: What it says; one that cannot be understood, or approves too late, refuses.
        answered_by: Who gave it; None: nobody did.
        answered_at: When.
        reason: In that person's words; empty: none were given.
        target: What is approved; None where it is refused.
        edited: Axes that differ from the proposal, with what is wanted of them.
        fault: Why it cannot be understood, or comes too late; None: neither.
        sentence: For people.
    """

    event: str = ANSWERED
    decision: str
    answer: Reply
    answered_by: str | None
    answered_at: datetime
    reason: str
    target: Configuration | None
    edited: dict[str, Any]
    fault: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A question and its answer.

    Attributes:
        asked: The question.
        asked_at: When.
        answered: The answer; None: there is none yet, or never.
    """

    asked: Asked
    asked_at: datetime
    answered: Answered | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A decision that nobody has answered yet.

    Attributes:
        decision: Its id.
        since: When it was asked about, or made.
        until: How long it waits.
        asked: The question; None: it was not put yet.
    """

    decision: str
    since: datetime
    until: datetime
    asked: Asked | None

    @property
    def sentence(self) -> str:
        """For people, without a full stop."""
        return (
            f"decision {self.decision} waits for approval since {_moment(self.since)}, until "
            f"{_moment(self.until)}"
        )


def asked_entry(asked: Asked, *, job: str, at: datetime, lineage: dict[str, str]) -> EntryDraft:
    """A question as an entry; the same for the same decision."""
    return draft(
        EntryKind.CONTROL,
        job=job,
        key=f"{ASKED}:{asked.decision}",
        at=at,
        body=to_body(asked),
        references=lineage | {"decision": asked.decision},
    )


def answered_entry(answered: Answered, *, job: str, lineage: dict[str, str]) -> EntryDraft:
    """An answer as an entry; a decision has one."""
    return draft(
        EntryKind.CONTROL,
        job=job,
        key=f"{ANSWERED}:{answered.decision}",
        at=answered.answered_at,
        body=to_body(answered),
        references=lineage | {"decision": answered.decision},
        actor=answered.answered_by or HORAE,
    )


def approval_of(ledger: Ledger, job: str, decision_id: str) -> Approval | None:
    """What was asked about a decision, and answered; None: nothing was asked."""
    entry = ledger.find(job, f"{EntryKind.CONTROL}:{ASKED}:{decision_id}")
    if entry is None:
        return None
    return Approval(
        asked=from_body(Asked, entry.body),
        asked_at=entry.time,
        answered=answer_to(ledger, job, decision_id),
    )


def answer_to(ledger: Ledger, job: str, decision_id: str) -> Answered | None:
    """The answer about a decision; None: there is none."""
    entry = ledger.find(job, f"{EntryKind.CONTROL}:{ANSWERED}:{decision_id}")
    return None if entry is None else from_body(Answered, entry.body)


def waiting(ledger: Ledger, job: str, *, now: datetime, stale_seconds: float) -> Waiting | None:
    """The decision of a job that waits for an answer; None: none does.

    Args:
        ledger: Where it stands.
        job: The job's name.
        now: The time.
        stale_seconds: Age beyond which a decision that was not asked about is given up.
    """
    for entry in _events(ledger, job, ASKED, since=now - _LONGEST):
        asked = from_body(Asked, entry.body)
        if now < asked.until and answer_to(ledger, job, asked.decision) is None:
            return Waiting(
                decision=asked.decision, since=entry.time, until=asked.until, asked=asked
            )
    return _not_asked_yet(ledger, job, now, timedelta(seconds=stale_seconds))


def approvals(
    ledger: Ledger, job: str, settings: ApprovalSettings, *, now: datetime, stale_seconds: float
) -> Approvals:
    """What the guards are told of what people were asked."""
    open_one = waiting(ledger, job, now=now, stale_seconds=stale_seconds)
    return Approvals(
        waiting="" if open_one is None else open_one.sentence,
        refused=tuple(_refused(ledger, job, now, timedelta(seconds=settings.refused_seconds))),
    )


_LONGEST = timedelta(seconds=LONGEST_WAIT_SECONDS)


def _not_asked_yet(ledger: Ledger, job: str, now: datetime, patience: timedelta) -> Waiting | None:
    for entry in ledger.read(job, kinds=[EntryKind.DECISION], newest_first=True):
        if now - entry.time > patience:
            return None
        key = str(entry.body["id"])
        if entry.body.get("approval") and approval_of(ledger, job, key) is None:
            return Waiting(decision=key, since=entry.time, until=entry.time + patience, asked=None)
    return None


def _refused(
    ledger: Ledger, job: str, now: datetime, patience: timedelta
) -> Iterator[PastRefusal]:
    """What people have refused lately; silence is no refusal of theirs."""
    history = History(ledger, job)
    for entry in _events(ledger, job, ANSWERED, since=now - patience):
        answered = from_body(Answered, entry.body)
        decision = history.decision(answered.decision)
        by_person = answered.answer is Reply.REFUSE and answered.answered_by is not None
        if not by_person or answered.fault or decision is None or decision.proposal is None:
            continue
        yield PastRefusal(
            target=decision.proposal.target,
            urgent=decision.proposal.urgent,
            until=answered.answered_at + patience,
            sentence=f"it was refused: {answered.sentence.rstrip('.')}",
        )


def _events(ledger: Ledger, job: str, event: str, *, since: datetime) -> Iterator[Entry]:
    """Entries of one event, newest first."""
    for entry in ledger.read(job, kinds=[EntryKind.CONTROL], newest_first=True):
        if entry.time <= since:
            return
        if entry.body.get("event") == event:
            yield entry


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
