"""Whether a job really runs as asked: an accepted request is no success."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import JobDescription, JobPresence
from horae.engines.engine import Engine
from horae.errors import ActionError, ExternalError, HoraeError, Overtaken, Unavailable

T = TypeVar("T")

_POLL_SECONDS = 1.0
CHECKPOINT_TRIES = 3
"""A checkpoint may fail for once, say by a time-out under load; three in a row are no accident."""
LAG_PATIENCE_SECONDS = 60.0
"""Long enough for metrics, at most 10 s old, to show a change of direction several times over."""
# A job that was started is listed at once, but a list may be seconds old.
_ABSENCE_PATIENCE = timedelta(seconds=15)
# A lag that is this share below its first value is falling, and not merely noise.
_FALL = 0.02
# Reads of an unknown lag before it counts as one that the engine does not tell.
_UNKNOWN_READS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a job must show.

    Attributes:
        job: Its name.
        job_id: Its incarnation; None: whichever there is.
        configuration: What it runs in.
        lag_limit_records: Lag that needs not fall.
        lag_must_fall: A lag above it that does not fall is a failure; a move to something larger
            is not undone for it, since the smaller would do no better.
        trigger_ids: For checkpoints, one a try.
    """

    job: str
    job_id: str | None
    configuration: Configuration
    lag_limit_records: float
    lag_must_fall: bool
    trigger_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was seen.

    Attributes:
        description: The job, every task running.
        remark: What people should know besides; empty when nothing.
    """

    description: JobDescription
    remark: str

    @property
    def running_since(self) -> datetime | None:
        """When the last task became RUNNING; None when the engine does not tell."""
        times = [vertex.running_since for vertex in self.description.vertices]
        known = [time for time in times if time is not None]
        return max(known) if known and len(known) == len(times) else None


def verify(engine: Engine, wanted: Wanted, *, clock: Clock, timeout_seconds: float) -> Verified:
    """Wait until the job runs as wanted, has completed a checkpoint since, and keeps up.

    Raises:
        Unavailable: The engine is away, and was until the time was over.
        ActionError: It does not, or not within the time; with what it shows instead.
    """
    deadline = clock.now() + timedelta(seconds=timeout_seconds)
    description = _wait_until_it_runs(engine, wanted, clock, deadline)
    _complete_a_checkpoint(engine, wanted, timeout_seconds)
    remark = _watch_lag(engine, wanted, clock)
    return Verified(description=description, remark=remark)


def _wait_until_it_runs(
    engine: Engine, wanted: Wanted, clock: Clock, deadline: datetime
) -> JobDescription:
    absent_since: datetime | None = None
    while True:
        description = _patiently(lambda: engine.describe(wanted.job))
        now = clock.now()
        if description is not None:
            _refuse_the_hopeless(description, wanted)
            if _runs(description, wanted):
                return description
            absent = description.presence is JobPresence.ABSENT
            absent_since = (absent_since or now) if absent else None
            if absent_since is not None and now - absent_since >= _ABSENCE_PATIENCE:
                raise ActionError(f"the engine has lost the job: {description.detail}")
        if now >= deadline:
            raise _too_late(description, wanted)
        clock.wait(_POLL_SECONDS)


def _too_late(description: JobDescription | None, wanted: Wanted) -> HoraeError:
    if description is None:
        return Unavailable(f"expected {wanted.configuration}, but the engine does not answer")
    return ActionError(f"expected {wanted.configuration}, the engine shows {_shown(description)}")


def _runs(description: JobDescription, wanted: Wanted) -> bool:
    """Whether every vertex runs at the wanted parallelism.

    Waiting does not change the rest of the configuration, so that a difference there is an error.
    """
    if description.presence is not JobPresence.RUNNING or not _is_meant(description, wanted):
        return False
    as_wanted = wanted.configuration.parallelism_of
    asked = description.asked or {}
    otherwise = {vertex: n for vertex, n in asked.items() if n != as_wanted(vertex)}
    if otherwise:  # it has not changed yet, and will
        raise ActionError(f"somebody has asked for parallelism {max(otherwise.values())} since")
    if any(vertex.parallelism != as_wanted(vertex.id) for vertex in description.vertices):
        return False
    if description.configuration != wanted.configuration:
        raise ActionError(f"expected {wanted.configuration}, it runs in {_shown(description)}")
    return True


def _refuse_the_hopeless(description: JobDescription, wanted: Wanted) -> None:
    """Raise for what no waiting mends.

    A job that was just started may not be listed yet, so an absent one is waited for a while.
    """
    alive = description.presence.is_alive
    if alive and description.job_id and not _is_meant(description, wanted):
        raise Overtaken(
            description.job_id,
            f"job {description.job_id} runs under its name, not {wanted.job_id}",
        )
    ended = description.presence in (JobPresence.FAILED, JobPresence.FINISHED)
    if description.presence is JobPresence.DOUBLED or (ended and _is_meant(description, wanted)):
        raise ActionError(f"the job does not run: {description.detail}")


def _is_meant(description: JobDescription, wanted: Wanted) -> bool:
    return wanted.job_id is None or description.job_id == wanted.job_id


def _shown(description: JobDescription) -> str:
    if description.configuration is None:
        return description.detail
    return f"{description.configuration} ({description.detail})"


def _complete_a_checkpoint(engine: Engine, wanted: Wanted, timeout_seconds: float) -> None:
    failures = []
    for trigger_id in wanted.trigger_ids:
        try:
            engine.snapshot(
                wanted.job,
                trigger_id=trigger_id,
                stop=False,
                job_id=wanted.job_id,
                timeout_seconds=timeout_seconds,
            )
        except ExternalError as error:
            failures.append(str(error))
        else:
            return
    raise ActionError(f"no checkpoint in {len(failures)} tries: {failures[-1]}")


def _watch_lag(engine: Engine, wanted: Wanted, clock: Clock) -> str:
    """Wait until the lag is within its limit or falls; a remark where neither was seen.

    Raises:
        ActionError: It must fall and does not.
    """
    deadline = clock.now() + timedelta(seconds=LAG_PATIENCE_SECONDS)
    lags: list[float] = []
    for read in itertools.count(1):
        lag = _lag(engine, wanted.job)
        if lag is not None:
            lags.append(lag)
        if lags and _keeps_up(lags, wanted.lag_limit_records):
            return ""
        if (not lags and read >= _UNKNOWN_READS) or clock.now() >= deadline:
            break
        clock.wait(_POLL_SECONDS)
    if not lags:
        return "the engine does not tell the lag"
    remark = f"the lag of {lags[-1]:.0f} records does not fall yet"
    if wanted.lag_must_fall:
        raise ActionError(f"{remark}; its limit is {wanted.lag_limit_records:.0f}")
    return remark


def _keeps_up(lags: Sequence[float], limit: float) -> bool:
    return lags[-1] <= limit or lags[-1] < lags[0] * (1 - _FALL)


def _lag(engine: Engine, job: str) -> float | None:
    progress = _patiently(lambda: engine.progress(job))
    return progress.lag_records if progress is not None else None


def _patiently(ask: Callable[[], T]) -> T | None:
    """The answer, or None while the engine is away: waiting goes on until the deadline."""
    try:
        return ask()
    except Unavailable:
        return None
