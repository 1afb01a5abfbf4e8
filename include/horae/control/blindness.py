"""Since when nothing was concluded about a job, and whether people were told of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from horae.control.entries import HORAE, draft
from horae.domain.proposal import Reason
from horae.errors import NotReady
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind

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
    silence = now - since
    if silence <= timedelta(seconds=allowance_seconds):
        return None
    minutes = silence.total_seconds() / 60
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


def is_told(ledger: Ledger, blind: Blindness) -> bool:
    """Whether people were told already, of this time without a conclusion."""
    notes = ledger.read(blind.job, kinds=[EntryKind.CONTROL], newest_first=True, limit=_NOTES)
    return any(
        entry.body.get("event") == BLIND_EVENT and entry.time > blind.since for entry in notes
    )


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
