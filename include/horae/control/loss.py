"""Whether the engine has lost a job, and what is known of it.

A JobManager without high availability forgets its jobs when it restarts, and a job whose restart
strategy gives up fails for good. One that a person cancelled or stopped is not lost.
"""

from dataclasses import dataclass

from horae.control.entries import Observation, from_body
from horae.control.history import History, KnownState
from horae.control.incarnations import known_incarnations
from horae.control.kill_switch import Halted
from horae.control.understand import Deciding
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.clock import Clock
from horae.domain.job import JobDescription, JobPresence
from horae.engines.engine import Engine
from horae.errors import ExternalError
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.window_store import WindowStore
from horae.settings.job_spec import JobSpec

FAR = 3_000
"""Entries that are looked through at most: two days of minutes."""
_GONE = (JobPresence.ABSENT, JobPresence.FAILED)
_ALIVE = (JobPresence.RUNNING, JobPresence.STARTING)
_LEFT = (OutcomeResult.FAILED, OutcomeResult.OVERTAKEN)


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
    def of(cls, parts: Deciding) -> "Restarting":
        """The same of what deciding needs."""
        return cls(
            spec=parts.spec,
            engine=parts.engine,
            windows=parts.windows,
            ledger=parts.ledger,
            clock=parts.clock,
            lineage=parts.lineage,
            halted=parts.kill_switch,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A job that was lost.

    Attributes:
        last: The last look that found it alive.
        known: What it was last known to run in.
        job_ids: Its incarnations, the newest first.
        left: How the last action of ours ended, where it left the job like this; None: none did.
        detail: What the engine says now.
    """

    last: Observation
    known: KnownState
    job_ids: tuple[str, ...]
    left: Outcome | None
    detail: str


def what_was_lost(parts: Restarting, seen: Observation) -> Loss | None:
    """The job, if the engine has lost it; None: it lives, was ended on purpose, or is not known.

    The engine is asked once more: between the look and now the job may have come back.
    """
    history = History(parts.ledger, parts.spec.name)
    if seen.presence not in _GONE or history.action_in_flight() is not None:
        return None
    last, left = _last_alive(parts)
    known = history.last_known_state()
    if last is None or known is None:
        return None
    try:
        shown = parts.engine.describe(parts.spec.engine_job_name)
    except ExternalError:
        return None
    if shown.presence not in _GONE:
        return None
    return Loss(
        last=last,
        known=known,
        job_ids=_incarnations(parts, shown),
        left=left,
        detail=shown.detail,
    )


def _incarnations(parts: Restarting, shown: JobDescription) -> tuple[str, ...]:
    """Those that the ledger tells of, and the one that the engine itself names as failed."""
    known = known_incarnations(parts.ledger, parts.spec.name)
    named = (shown.job_id,) if shown.job_id else ()
    return tuple(dict.fromkeys([*named, *known]))


def _last_alive(parts: Restarting) -> tuple[Observation | None, Outcome | None]:
    """The last look that found it alive, and what an action since then left it in.

    No look where one since then found it ended on purpose, or doubled. A look into an action of
    ours, which had stopped the job for a moment, is none of these.
    """
    left: Outcome | None = None
    actions: list[Outcome] = []
    kinds = (EntryKind.WINDOW, EntryKind.OUTCOME)
    name = parts.spec.name
    for entry in parts.ledger.read(name, kinds=kinds, newest_first=True, limit=FAR):
        if entry.kind is EntryKind.OUTCOME:
            outcome = from_body(Outcome, entry.body)
            actions.append(outcome)
            of_restart = outcome.path is RescalePath.RESTART
            left = left or (outcome if outcome.result in _LEFT and not of_restart else None)
            continue
        seen = from_body(Observation, entry.body)
        if seen.presence in _ALIVE:
            return seen, left
        ours = any(one.started_at <= seen.collected_at <= one.ended_at for one in actions)
        if seen.presence not in (*_GONE, None) and not ours:
            return None, None
    return None, None


def as_seen(parts: Restarting, shown: JobDescription) -> Observation:
    """A look at what the engine shows, without a window; not recorded."""
    return Observation(
        job=parts.spec.name,
        cycle="now",
        presence=shown.presence,
        detail=shown.detail,
        window=None,
        job_id=None,
        version=None,
        configuration=None,
        collected_at=parts.clock.now(),
        unavailable={},
    )
