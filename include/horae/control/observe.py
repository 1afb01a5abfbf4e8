"""Look at a job, store what was measured, notice what somebody else changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from horae.control.entries import ExternalChange, Observation, draft, from_body, to_body
from horae.control.figures import figures_of
from horae.control.history import History, KnownState
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.figures import Figures
from horae.domain.job import JobDescription, JobPresence
from horae.domain.window import MetricsWindow
from horae.engines.engine import Engine
from horae.errors import ExternalError, NotReady
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
    seen = _look(parts, cycle, history.last_window())
    _note_external_change(parts, cycle, history, seen)
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
    _expire(parts, seen)
    return seen


def _expire(parts: Observing, seen: Observation) -> None:
    """Remove windows past their retention; the newest stays, for the next one joins it."""
    before = seen.collected_at - timedelta(hours=parts.spec.time.retention_hours)
    parts.windows.expire(parts.spec.name, before, keep={seen.window} if seen.window else set())


def _look(parts: Observing, cycle: str, before: str | None) -> Observation:
    try:
        found = parts.engine.describe(parts.spec.engine_job_name)
    except ExternalError as error:
        return _unseen(parts, cycle, str(error))
    past = _window_before(parts, before)
    try:
        collected = parts.collect(found, past)
    except NotReady as error:
        figures = _figures(parts, None, None, found.configuration)
        return _seen(parts, cycle, found, None, {"window": str(error)}, figures)
    shown, missing = _found_again(parts, found)
    window = _as_shown(collected.window, shown)
    unavailable = dict(collected.unavailable) | missing
    figures = _figures(parts, window, past, shown.configuration)
    return _seen(parts, cycle, shown, parts.windows.put(window), unavailable, figures)


def _found_again(parts: Observing, found: JobDescription) -> tuple[JobDescription, dict[str, str]]:
    """The job at the end of the look: it may have been rescaled while it was sampled."""
    try:
        return parts.engine.describe(parts.spec.engine_job_name), {}
    except ExternalError as error:
        return found, {"engine": str(error)}


def _as_shown(window: MetricsWindow, shown: JobDescription) -> MetricsWindow:
    """The window, saying of the job what holds at its end."""
    running = shown.presence is JobPresence.RUNNING
    return replace(
        window,
        job_id=shown.job_id if running else None,
        version=shown.version.id if running and shown.version else None,
        configuration=shown.configuration if running else None,
    )


def _window_before(parts: Observing, window: str | None) -> MetricsWindow | None:
    if window is None:
        return None
    try:
        return parts.windows.get(window)
    except ExternalError:
        return None  # expired, lost or altered: a new one begins, and says so by its length


def _figures(
    parts: Observing,
    window: MetricsWindow | None,
    past: MetricsWindow | None,
    configuration: Configuration | None,
) -> Figures:
    since = past.end if past is not None and len(past.frame) else None
    return figures_of(window, parts.spec, since=since, configuration=configuration)


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
        figures=_figures(parts, None, None, None),
    )


def _seen(
    parts: Observing,
    cycle: str,
    description: JobDescription,
    window: str | None,
    unavailable: dict[str, str],
    figures: Figures,
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
        figures=figures,
    )


def _note_external_change(
    parts: Observing, cycle: str, history: History, seen: Observation
) -> None:
    known = history.last_known_state()
    if known is None or seen.configuration is None or _is_same(known, seen):
        return
    if history.action_in_flight() is not None:
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
            f"{known.version}, id {known.job_id or 'given by an action'}) to "
            f"{seen.configuration} (version {seen.version}, id {seen.job_id}); it is adopted"
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


def _is_same(known: KnownState, seen: Observation) -> bool:
    """Whether nobody deployed the job anew, started it again or rescaled it since."""
    return (
        known.configuration == seen.configuration
        and known.version == seen.version
        and known.job_id in (None, seen.job_id)
    )
