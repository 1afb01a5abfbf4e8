"""How long a job was down for an action, by the engine's own times."""

from datetime import datetime, timedelta

from horae.domain.action import Rescale, RescalePath
from horae.engines.engine import Engine
from horae.engines.journal import Step
from horae.engines.record import Record
from horae.engines.verification import Verified
from horae.errors import HoraeError

_SAME_STOP = timedelta(seconds=2)


def outage_seconds(
    engine: Engine, order: Rescale, verified: Verified, record: Record
) -> float | None:
    """Seconds from the last task stopping to the last one RUNNING, by the engine's times."""
    if order.path is RescalePath.RESTART:
        return None  # nobody tells for how long the job had been lost before
    running, stopped = verified.running_since, _stopped_at(engine, order, record)
    if running is None or stopped is None or stopped > running:
        return None
    return (running - stopped).total_seconds()


def _stopped_at(engine: Engine, order: Rescale, record: Record) -> datetime | None:
    """When the tasks stopped; None when they did not or the engine does not tell.

    A savepoint's completion is only known to within a poll, so the engine's own time of the
    interruption is taken where the two mean the same one.
    """
    interrupted = _interrupted_at(engine, order)
    kept = record.snapshot(record.round)
    if kept is None or not record.is_done(Step.STOP, record.round):
        return interrupted if interrupted != record.interrupted_before else None
    if interrupted is not None and abs(interrupted - kept.completed_at) < _SAME_STOP:
        return interrupted
    return kept.completed_at


def _interrupted_at(engine: Engine, order: Rescale) -> datetime | None:
    try:
        return engine.progress(order.job).interrupted_at
    except HoraeError:
        return None
