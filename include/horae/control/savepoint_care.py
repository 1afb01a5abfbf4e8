"""Old savepoints of ours are deleted, never one that anybody may still need."""

from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from itertools import islice

from horae.control.acting import Acting
from horae.control.entries import draft
from horae.control.history import History
from horae.control.incarnations import savepoints_of_ours, starts_of_ours
from horae.domain.action import OutcomeResult
from horae.engines.engine import Snapshot
from horae.errors import HoraeError, NotReady
from horae.ledger.records import EntryKind

_GOOD = (OutcomeResult.DONE, OutcomeResult.ROLLED_BACK)
_FAR = 20
"""Starts and actions that are looked back at."""


def care_for_savepoints(parts: Acting) -> tuple[str, ...]:
    """Delete savepoints of ours beyond `engine.savepoints_kept` and older than `savepoint_hours`.

    Never the newest, nor one that the present incarnation or the last good configuration was
    started from; and none at all while that is not known. Each one is recorded. Repeating it is
    safe.

    Returns:
        A sentence each for what was deleted, and for what could not be.
    """
    try:
        old = _old(parts)
        needed = _needed(parts) if old else ()
    except HoraeError as error:
        return (f"No savepoint was deleted: {error}.",)
    return tuple(_dispose(parts, one) for one in old if one.location not in needed)


def _old(parts: Acting) -> list[Snapshot]:
    settings = parts.spec.engine
    before = parts.clock.now() - timedelta(hours=settings.savepoint_hours)
    all_of_ours = savepoints_of_ours(parts.ledger, parts.spec.name)
    beyond = islice(all_of_ours, settings.savepoints_kept, None)
    return [
        snapshot
        for _, snapshot in beyond
        if snapshot.completed_at < before and not _is_gone(parts, snapshot)
    ]


def _needed(parts: Acting) -> Collection[str | None]:
    """What must stay, however old.

    Raises:
        NotReady: An action is under way, or it is not known what the job was started from.
    """
    history = History(parts.ledger, parts.spec.name)
    if history.action_in_flight() is not None:
        raise NotReady("an action is under way")
    present = parts.engine.describe(parts.spec.engine_job_name).job_id
    starts = tuple(islice(starts_of_ours(parts.ledger, parts.spec.name), _FAR))
    if present not in {one.job_id for one in starts}:
        raise NotReady(
            f"job {present or 'none'} was not started by Horae, and may have been started from one"
        )
    outcomes = {one.action_id: history.outcome(one.action_id) for one in starts}
    ended_well = (
        name for name, outcome in outcomes.items() if outcome and outcome.result in _GOOD
    )
    good = next(ended_well, None)  # the newest: they stand in the order of the starts
    return {
        one.snapshot.location
        for one in starts
        if one.snapshot is not None and (one.job_id == present or one.action_id == good)
    }


def _dispose(parts: Acting, snapshot: Snapshot) -> str:
    location = str(snapshot.location)
    try:
        parts.engine.dispose(location)
        sentence = f"The savepoint {location} of {snapshot.completed_at:%Y-%m-%d} was deleted."
        parts.ledger.append(
            draft(
                EntryKind.CONTROL,
                job=parts.spec.name,
                key=_key(snapshot),
                at=parts.clock.now(),
                body={"location": location, "sentence": sentence},
                references=parts.lineage,
            )
        )
    except HoraeError as error:
        return f"The savepoint {location} could not be deleted: {error}."
    return sentence


def _is_gone(parts: Acting, snapshot: Snapshot) -> bool:
    found = parts.ledger.find(parts.spec.name, f"{EntryKind.CONTROL}:{_key(snapshot)}")
    return found is not None


def _key(snapshot: Snapshot) -> str:
    """The same for the same place, however long its name is."""
    return f"deleted:{sha256(str(snapshot.location).encode()).hexdigest()[:32]}"
