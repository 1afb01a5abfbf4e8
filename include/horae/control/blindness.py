"""Since when nothing was concluded about a job, and whether people were told of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from horae.control.entries import HORAE, draft
from horae.domain.proposal import Reason
from horae.errors import NotReady
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind

BLIND = frozenset(
    {
        Reason.NOT_READY,
        Reason.UNUSABLE_WINDOW,
        Reason.SOURCE_UNAVAILABLE,
        Reason.UNKNOWN_CONFIGURATION,
    }
)
"""Holds that came to no conclusion about the job."""
_FAR = 500
_NOTES = 50
"""Newest control entries that are looked at for a word on blindness: while nothing is concluded,
nobody is asked for an approval, so that few others come."""

BLIND_EVENT = "blind"
"""`event` of the entry that says that people were told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindness:
    """Nothing was concluded about a job for longer than is allowed.

    Attributes:
        job: The job's name.
        since: When something was concluded last, or the job was first seen.
        sentence: For people; says why, as far as the newest decision does.
    """

    job: str
    since: datetime
    sentence: str


def last_conclusion(ledger: Ledger, job: str) -> datetime:
    """When a cycle last came to a conclusion about the job; its first entry where none ever did.

    Raises:
        NotReady: The job was never observed.
    """
    decisions = ledger.read(job, kinds=[EntryKind.DECISION], newest_first=True, limit=_FAR)
    times: list[datetime] = []
    for entry in decisions:
        if entry.actor == HORAE and entry.body["reason"] not in BLIND:
            return entry.time
        times.append(entry.time)
    if len(times) == _FAR:
        return times[-1]
    first = next(iter(ledger.read(job, limit=1)), None)
    if first is None:
        raise NotReady("the job was never observed; `observe` comes first")
    return first.time


def blindness(
    ledger: Ledger, job: str, *, allowance_seconds: float, now: datetime
) -> Blindness | None:
    """How blind Horae is for a job; None: it is not, or the job was never observed.

    Args:
        ledger: Where decisions are.
        job: The job's name.
        allowance_seconds: How long nothing may be concluded.
        now: Time of the question.
    """
    try:
        since = last_conclusion(ledger, job)
    except NotReady:
        return None
    if now - since <= timedelta(seconds=allowance_seconds):
        return None
    since = _told_since(ledger, job, since)
    minutes = (now - since).total_seconds() / 60
    sentence = (
        f"nothing was concluded about {job} for {minutes:.0f} minutes, since "
        f"{since:%Y-%m-%d %H:%M:%S} UTC; {_why(ledger, job, since)}"
    )
    return Blindness(job=job, since=since, sentence=sentence)


def _why(ledger: Ledger, job: str, since: datetime) -> str:
    newest = next(
        iter(ledger.read(job, kinds=[EntryKind.DECISION], newest_first=True, limit=1)), None
    )
    if newest is None or newest.time <= since:
        return "no cycle has decided anything since"
    return f"the newest decision says: {newest.body['sentence']}"


def _told_since(ledger: Ledger, job: str, since: datetime) -> datetime:
    """Since when, where it lasts longer than decisions are looked at: as people were told then."""
    note = _newest_note(ledger, job)
    if note is None:
        return since
    before = datetime.fromisoformat(str(note.body["since"]))
    if note.time < since and _may_have_concluded(ledger, note, since):
        return since
    return min(since, before)


def _may_have_concluded(ledger: Ledger, note: Entry, until: datetime) -> bool:
    """Whether a cycle has, after a note and up to a time; yes where there is too much to read."""
    kinds = [EntryKind.DECISION]
    for entry in ledger.read(note.chain, after=note.number, kinds=kinds, limit=_FAR):
        if entry.time > until:
            return False
        if entry.actor == HORAE and entry.body["reason"] not in BLIND:
            return True
    return True


def _newest_note(ledger: Ledger, job: str) -> Entry | None:
    """The newest entry that says that people were told."""
    notes = ledger.read(job, kinds=[EntryKind.CONTROL], newest_first=True, limit=_NOTES)
    return next((entry for entry in notes if entry.body.get("event") == BLIND_EVENT), None)


def is_told(ledger: Ledger, blind: Blindness) -> bool:
    """Whether people were told already, of this time without a conclusion."""
    note = _newest_note(ledger, blind.job)
    return note is not None and note.time > blind.since


def record_told(ledger: Ledger, blind: Blindness, *, now: datetime) -> None:
    """Record that people were told; a repeat changes nothing."""
    ledger.append(
        draft(
            EntryKind.CONTROL,
            job=blind.job,
            key=f"blind-since-{blind.since:%Y%m%dT%H%M%SZ}-told-{now:%Y%m%dT%H%M%SZ}",
            at=now,
            body={
                "event": BLIND_EVENT,
                "since": blind.since.isoformat(),
                "sentence": blind.sentence,
            },
        )
    )
