"""Whether a job has no living incarnation although nobody wanted that, and what is known of it.

A JobManager without high availability forgets its jobs when it restarts, and a job whose restart
strategy gives up fails for good. One that a person cancelled or stopped is not lost. One that an
action of ours has stopped and could not start again is a person's to start.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from horae.control.acting import Acting
from horae.control.entries import Observation, from_body
from horae.control.history import History, KnownState
from horae.control.incarnations import known_incarnations
from horae.control.journal import steps_taken
from horae.control.kill_switch import Halted
from horae.control.understand import Deciding
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.clock import Clock
from horae.domain.job import JobDescription, JobPresence
from horae.engines.engine import Engine
from horae.engines.journal import Step, StepState
from horae.errors import ExternalError
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.window_store import WindowStore
from horae.settings.job_spec import JobSpec

FAR = 3_000
"""Entries that are looked through at most: two days of minutes."""
GONE = (JobPresence.ABSENT, JobPresence.FAILED)
ENDED = (*GONE, JobPresence.FINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarting:
    """What starting a lost job again needs.

    Attributes:
        spec: The job.
        engine: Asked, not told.
        windows: Where the load was last seen.
        ledger: Where it was last seen at all, and where the decision goes.
        clock: The time.
        lineage: References that each entry carries.
        halted: The kill switch.
    """

    spec: JobSpec
    engine: Engine
    windows: WindowStore
    ledger: Ledger
    clock: Clock
    lineage: dict[str, str]
    halted: Halted

    @classmethod
    def of(cls, parts: Acting | Deciding, *, windows: WindowStore, halted: Halted) -> "Restarting":
        """The same of what acting or deciding needs."""
        return cls(
            spec=parts.spec,
            engine=parts.engine,
            windows=windows,
            ledger=parts.ledger,
            clock=parts.clock,
            lineage=parts.lineage,
            halted=halted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A job that was lost.

    Attributes:
        last: The last look that found it alive.
        known: What it was last known to run in.
        job_ids: Its incarnations, the newest first.
        left: The action of ours that has left it to a person; None: none did.
        shown: What the engine shows now.
    """

    last: Observation
    known: KnownState
    job_ids: tuple[str, ...]
    left: Outcome | None
    shown: JobDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class _Since:
    """What came after the last look that found the job alive.

    Attributes:
        last: That look.
        looks: Those after it, without those into an action of ours.
        outcomes: How actions ended, the newest first.
    """

    last: Observation
    looks: tuple[Observation, ...]
    outcomes: tuple[Outcome, ...]


def what_was_lost(parts: Restarting, seen: Observation, *, by_person: bool = False) -> Loss | None:
    """The job, if it was lost; None: it lives, was ended on purpose, or is not known.

    The engine is asked once more: between the look and now the job may have come back.

    Args:
        parts: What it needs.
        seen: The newest look.
        by_person: A person wants it started: where the newest action has failed, it counts as
            lost whoever ended it.
    """
    history = History(parts.ledger, parts.spec.name)
    if seen.presence not in ENDED or history.action_in_flight() is not None:
        return None
    since, known = _since_alive(parts), history.last_known_state()
    if since is None or known is None:
        return None
    try:
        shown = parts.engine.describe(parts.spec.engine_job_name)
    except ExternalError:
        return None
    if shown.presence not in ENDED:
        return None
    looks = (*since.looks, seen, as_seen(parts, shown))
    ended = [look.job_id for look in looks if look.presence not in (*GONE, None)]
    left = _failed(parts) if ended else _left(since.outcomes)
    if ended and not _is_a_persons(parts, left, ended, by_person):
        return None
    return Loss(
        last=since.last,
        known=known,
        job_ids=_incarnations(parts, shown),
        left=left,
        shown=shown,
    )


def as_seen(parts: Restarting, shown: JobDescription) -> Observation:
    """A look at what the engine shows, without a window; not recorded."""
    return Observation(
        job=parts.spec.name,
        cycle="now",
        presence=shown.presence,
        detail=shown.detail,
        window=None,
        job_id=shown.job_id,
        version=None,
        configuration=None,
        collected_at=parts.clock.now(),
        unavailable={},
    )


def _incarnations(parts: Restarting, shown: JobDescription) -> tuple[str, ...]:
    """Those that the ledger tells of, and the one that the engine itself names as ended last."""
    known = known_incarnations(parts.ledger, parts.spec.name)
    named = (shown.job_id,) if shown.job_id else ()
    return tuple(dict.fromkeys([*named, *known]))


def _since_alive(parts: Restarting) -> _Since | None:
    """What came after the last look that found the job alive; None: no look did.

    A look into an action of ours, which had stopped the job for a moment, says nothing.
    """
    looks: list[Observation] = []
    outcomes: list[Outcome] = []
    kinds = (EntryKind.WINDOW, EntryKind.OUTCOME)
    name = parts.spec.name
    for entry in parts.ledger.read(name, kinds=kinds, newest_first=True, limit=FAR):
        if entry.kind is EntryKind.OUTCOME:
            outcomes.append(from_body(Outcome, entry.body))
            continue
        seen = from_body(Observation, entry.body)
        if seen.presence is not None and seen.presence.is_alive:
            return _Since(last=seen, looks=tuple(looks), outcomes=tuple(outcomes))
        if not any(one.started_at <= seen.collected_at <= one.ended_at for one in outcomes):
            looks.append(seen)
    return None


def _left(outcomes: Iterable[Outcome]) -> Outcome | None:
    """The newest action that left the job to a person.

    A restart that failed did not: what the engine has lost is tried again a few times.
    """
    for one in outcomes:
        again = one.path is RescalePath.RESTART and one.result is OutcomeResult.FAILED
        if one.result in (OutcomeResult.FAILED, OutcomeResult.OVERTAKEN) and not again:
            return one
    return None


def _failed(parts: Restarting) -> Outcome | None:
    """The newest action, if it has failed; those that were abandoned untouched do not count."""
    kinds = (EntryKind.OUTCOME,)
    name = parts.spec.name
    for entry in parts.ledger.read(name, kinds=kinds, newest_first=True, limit=FAR):
        outcome = from_body(Outcome, entry.body)
        if outcome.result is not OutcomeResult.ABANDONED:
            return outcome if outcome.result is OutcomeResult.FAILED else None
    return None


def _is_a_persons(
    parts: Restarting, failed: Outcome | None, ended: Iterable[str | None], by_person: bool
) -> bool:
    """Whether what was ended is a person's to start, rather than ended by one on purpose."""
    if failed is None or by_person:
        return failed is not None
    taken = steps_taken(parts.ledger, parts.spec.name, failed.action_id)
    by_it = {
        one.facts.get("ends")
        for one in taken
        if one.step in (Step.STOP, Step.SECURE) and one.state is StepState.DONE
    }
    return all(one is not None and one in by_it for one in ended)
