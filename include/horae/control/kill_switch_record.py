"""A thrown or released kill switch, in the ledger; the switch itself is set by whoever calls."""

from collections.abc import Sequence
from datetime import datetime

from horae.control.approval_answer import one_line
from horae.control.entries import draft
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind

EVENT = "kill-switch"


def record_kill_switch(
    ledger: Ledger,
    jobs: Sequence[str],
    *,
    on: bool,
    person: str,
    reason: str,
    at: datetime,
    every_job: bool = False,
) -> tuple[str, ...]:
    """Record that a person threw or released the switch, in the chain of each job it is for.

    Repeating it for the same moment changes nothing.

    Args:
        ledger: Where to.
        jobs: Names of the jobs; for the switch of the fleet those under care.
        on: Thrown, or released.
        person: Who did it.
        reason: In that person's words.
        at: When.
        every_job: It is the switch of the fleet.

    Returns:
        Ids of the entries, in the order of `jobs`.

    Raises:
        LedgerError, Unavailable: The ledger cannot be written; some of the jobs may have it.
    """
    done, scope = ("on" if on else "off"), ("every job" if every_job else "job")
    who, verb = one_line(person), ("threw" if on else "released")
    whose = "every job" if every_job else "this job"
    body = {
        "event": EVENT,
        "on": on,
        "scope": scope,
        "reason": reason,
        "sentence": f"{who} {verb} the kill switch for {whose}: {reason or 'no reason given'}.",
    }
    key = f"{EVENT}:{done}:{scope.replace(' ', '-')}:{at:%Y%m%dT%H%M%S.%fZ}"
    entries = (
        draft(EntryKind.CONTROL, job=job, key=key, at=at, body=body, actor=who) for job in jobs
    )
    return tuple(ledger.append(entry).id for entry in entries)
