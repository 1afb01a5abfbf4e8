"""What the engine shows of a job, against what an action has recorded: whose doing it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from horae.domain.action import Rescale
from horae.domain.job import Fate, JobDescription, JobPresence
from horae.engines.journal import Step, StepState
from horae.engines.record import Record

# What an action must have set out for, where an incarnation of it ended so.
_ENDED_BY = {
    Fate.CANCELLED: (Step.SECURE,),
    Fate.FINISHED: (Step.STOP, Step.SECURE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the engine shows now.

    Attributes:
        job: The job, found by its name.
        fates: What became of each incarnation that the action knows of.
    """

    job: JobDescription
    fates: Mapping[str, Fate]


def fate(record: Record, shown: Shown) -> Fate:
    """What became of the newest incarnation that the action knows of."""
    return shown.fates.get(record.current or "", Fate.UNKNOWN)


def lives(record: Record, shown: Shown) -> bool:
    """Whether it is alive."""
    return fate(record, shown) is Fate.ALIVE


def other_hand(order: Rescale, record: Record, shown: Shown) -> str | None:
    """What somebody else did to the job since it was looked at; None: nothing."""
    job, current = shown.job, record.current
    if record.overtaken_by is not None:
        return f"job {record.overtaken_by} ran under its name, which this action did not start"
    if job.presence is JobPresence.DOUBLED:
        return None if doubled_by_us(shown) else job.detail
    alive = job.presence.is_alive
    if job.job_id not in shown.fates and (alive or _is_newer(job, record)):
        return f"job {job.job_id} runs or ran under its name, which this action did not start"
    became = fate(record, shown)
    if (
        current is not None
        and became in _ENDED_BY
        and not record.set_out(_ENDED_BY[became], current)
        and not record.was_found(current, became)
    ):
        return f"job {current} is {became}, which this action did not ask for"
    if not alive or job.job_id != current or may_end_yet(record):
        return None
    return _asked_otherwise(order, job)


def _is_newer(job: JobDescription, record: Record) -> bool:
    """Whether an incarnation that has ended was started since the action began."""
    recheck = record.last(Step.RECHECK, 0)
    return job.started_at is not None and recheck is not None and job.started_at > recheck.at


def doubled_by_us(shown: Shown) -> bool:
    """Whether two incarnations of this very action live, as when a lost start came late."""
    return sum(one is Fate.ALIVE for one in shown.fates.values()) > 1


def _asked_otherwise(order: Rescale, job: JobDescription) -> str | None:
    """Whether somebody asked for a parallelism that is neither origin nor target."""
    if not job.asked:
        return None
    asked = max(job.asked.values())
    if asked in (order.origin.parallelism, order.target.parallelism):
        return None
    return f"somebody asked for parallelism {asked} meanwhile"


def may_end_yet(record: Record) -> bool:
    """Whether a stop or an end that was set out for may yet take effect."""
    ends = [one for one in map(record.last, (Step.STOP, Step.SECURE)) if one is not None]
    return any(one.state is StepState.OPEN or one.facts.get("pending") for one in ends)
