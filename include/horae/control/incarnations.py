"""The incarnations of a job that the ledger tells of, and what each of ours was started from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from horae.control.journal import steps_taken
from horae.engines.engine import Snapshot
from horae.engines.journal import Step
from horae.engines.record import record_of
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind

ENOUGH = 5
"""Incarnations that are told of: each began with the state of the one before it, so that one which
completed nothing of its own has its state in the one before, and five in a row never did."""
FAR = 3_000
"""Entries that are looked through at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A start that an action of ours has set out for.

    Attributes:
        action_id: Which action.
        job_id: The incarnation's id.
        snapshot: What it was to be started from; None: not recorded.
    """

    action_id: str
    job_id: str
    snapshot: Snapshot | None


def known_incarnations(ledger: Ledger, job: str, *, after: int = 0) -> tuple[str, ...]:
    """Ids that the job was seen under or that actions of ours started it as, the newest first.

    The newest is the one that was first told of last: what has ended may be seen again later. A
    start that the engine refused is left out: that incarnation never was.

    Args:
        ledger: What tells.
        job: The job's name.
        after: Only what entries after this number tell; two days of them take a tenth of a second.
    """
    told: dict[str, None] = {}
    refused: set[str] = set()
    kinds = (EntryKind.WINDOW, EntryKind.STEP, EntryKind.OUTCOME)
    for entry in _newest(ledger, job, *kinds, after=after):
        job_id = _job_id(entry)
        if job_id is not None and entry.body.get("facts", {}).get("refused"):
            refused.add(job_id)
        elif job_id is not None and job_id not in refused:
            told.pop(job_id, None)
            told[job_id] = None
    return tuple(told)[:ENOUGH]


def starts_of_ours(ledger: Ledger, job: str) -> Iterator[Started]:
    """The starts that actions of ours have set out for, the newest first."""
    for entry in _newest(ledger, job, EntryKind.STEP):
        job_id = _job_id(entry)
        begun = entry.body["step"] == Step.START and entry.body["phase"] == "intended"
        if job_id is None or not begun:
            continue
        action_id = str(entry.body["action_id"])
        record = record_of(steps_taken(ledger, job, action_id))
        yield Started(
            action_id=action_id,
            job_id=job_id,
            snapshot=record.snapshot(int(entry.body.get("round", 0))),
        )


def savepoints_of_ours(ledger: Ledger, job: str) -> Iterator[tuple[Entry, Snapshot]]:
    """Each savepoint that an action of ours has stopped the job with, the newest first."""
    for entry in _newest(ledger, job, EntryKind.STEP):
        facts = entry.body.get("facts", {})
        if entry.body["step"] == Step.STOP and _went_well(entry) and facts.get("location"):
            yield (
                entry,
                Snapshot(
                    location=str(facts["location"]),
                    completed_at=datetime.fromisoformat(facts["completed_at"]),
                    stopped=True,
                    checkpoint_id=facts.get("checkpoint_id"),
                ),
            )


def _newest(ledger: Ledger, job: str, *kinds: EntryKind, after: int = 0) -> Iterator[Entry]:
    return islice(ledger.read(job, after=after, kinds=kinds, newest_first=True), FAR)


def _went_well(entry: Entry) -> bool:
    return entry.body["phase"] == "result" and not entry.body.get("failed", False)


def _job_id(entry: Entry) -> str | None:
    """The incarnation that a look, a step or an outcome tells of; None: none."""
    told = entry.body.get("facts", {}) if entry.kind is EntryKind.STEP else entry.body
    job_id = told.get("overtaken_by") or told.get("job_id")
    return str(job_id) if job_id else None
