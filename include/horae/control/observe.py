"""Look at a job, store what was measured, notice what somebody else changed."""

from collections.abc import Callable
from dataclasses import dataclass

from horae.control.entries import ExternalChange, Observation, draft, from_body, to_body
from horae.control.history import History
from horae.domain.clock import Clock
from horae.domain.job import JobDescription
from horae.domain.window import MetricsWindow
from horae.engines.engine import Engine
from horae.errors import ExternalError, NotReady, Unavailable
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.collector import Collected
from horae.metrics.window_store import WindowStore
from horae.settings.job_spec import JobSpec

Collect = Callable[[JobDescription, MetricsWindow | None], Collected]
"""Samples a described job and joins what came to the window before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observing:
    """What observing a job needs."""

    spec: JobSpec
    engine: Engine
    collect: Collect
    windows: WindowStore
    ledger: Ledger
    clock: Clock
    lineage: dict[str, str]


def observe(parts: Observing, cycle: str) -> Observation:
    """Look at the job once and record it. Repeating it for the same cycle looks not again.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written.
    """
    job = parts.spec.name
    past = parts.ledger.find(job, f"{EntryKind.WINDOW}:{cycle}")
    if past is not None:
        return from_body(Observation, past.body)
    history = History(parts.ledger, job)
    previous = history.last_observation()
    seen = _look(parts, cycle, previous)
    _note_external_change(parts, cycle, history, previous, seen)
    references = parts.lineage | ({"window": seen.window} if seen.window else {})
    parts.ledger.append(
        draft(
            EntryKind.WINDOW,
            job=job,
            key=cycle,
            at=seen.collected_at,
            body=to_body(seen),
            references=references,
        )
    )
    return seen


def _look(parts: Observing, cycle: str, previous: Observation | None) -> Observation:
    try:
        description = parts.engine.describe(parts.spec.engine_job_name)
    except ExternalError as error:
        return _unseen(parts, cycle, str(error))
    try:
        collected = parts.collect(description, _window_before(parts, previous))
    except NotReady as error:
        return _seen(parts, cycle, description, None, {"window": str(error)})
    window_id = parts.windows.put(collected.window)
    return _seen(parts, cycle, description, window_id, dict(collected.unavailable))


def _window_before(parts: Observing, previous: Observation | None) -> MetricsWindow | None:
    if previous is None or previous.window is None:
        return None
    try:
        return parts.windows.get(previous.window)
    except Unavailable:
        return None  # expired or lost: the window starts anew, and says so by its length


def _unseen(parts: Observing, cycle: str, reason: str) -> Observation:
    return Observation(
        job=parts.spec.name,
        cycle=cycle,
        presence=None,
        detail=reason,
        window=None,
        job_id=None,
        version=None,
        configuration=None,
        collected_at=parts.clock.now(),
        unavailable={"engine": reason},
    )


def _seen(
    parts: Observing,
    cycle: str,
    description: JobDescription,
    window: str | None,
    unavailable: dict[str, str],
) -> Observation:
    return Observation(
        job=parts.spec.name,
        cycle=cycle,
        presence=description.presence,
        detail=description.detail,
        window=window,
        job_id=description.job_id,
        version=description.version.id if description.version else None,
        configuration=description.configuration,
        collected_at=parts.clock.now(),
        unavailable=unavailable,
    )


def _note_external_change(
    parts: Observing,
    cycle: str,
    history: History,
    previous: Observation | None,
    seen: Observation,
) -> None:
    known = history.last_known_state()
    if previous is None or known is None or seen.configuration is None:
        return
    if history.action_in_flight(parts.clock.now()) is not None:
        return
    if known.configuration == seen.configuration and known.version == seen.version:
        return
    change = ExternalChange(
        job=parts.spec.name,
        before=known.configuration,
        after=seen.configuration,
        job_id_before=known.job_id,
        job_id_after=seen.job_id,
        version_before=known.version,
        version_after=seen.version,
        sentence=(
            f"somebody else changed the job from {known.configuration} (version "
            f"{known.version}) to {seen.configuration} (version {seen.version}); it is adopted"
        ),
    )
    parts.ledger.append(
        draft(
            EntryKind.EXTERNAL_CHANGE,
            job=parts.spec.name,
            key=cycle,
            at=seen.collected_at,
            body=to_body(change),
            references=parts.lineage,
        )
    )
