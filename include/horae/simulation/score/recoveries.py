"""How long a run took to recover from its failures, by the two definitions that were published.

Definition A: from the failure to the first second of 15 consecutive ones, after the outage became
visible, with the processing latency within its limit. Definition B: in these seconds the backlog
is also back to normal, as a Kafka client's gauge shows it. Both after the re-analysis of
Demeter's runs (arXiv 2403.02129).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.simulation.world.record import RunRecord

STEADY_SECONDS = 15
"""So many seconds in a row must be good."""
LONGEST_SECONDS = 900
"""A job that takes longer counts as not recovered."""
GAUGE_SECONDS = 30
"""A Kafka client's largest lag is that of two samples of so many seconds: the present one, still
filling, and the one before."""
NORMAL_SECONDS = 1.5
"""A backlog of so many seconds is normal in every run; so is twice the run's own median."""

Bools = NDArray[np.bool_]


class Definition(StrEnum):
    """When a job has recovered."""

    LATENCY = "A"
    BACKLOG_TOO = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What came of one failure.

    Attributes:
        at: Second of the failure.
        seconds: From the failure on; None: not within `LONGEST_SECONDS`, or not before the run
            ended.
        watched: Seconds that the run still had from the failure on, at most `LONGEST_SECONDS`.
        cut: Another failure or an action of ours came before it had recovered.
    """

    at: int
    seconds: int | None
    watched: int
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySummary:
    """The recoveries of a run in three figures, None where there is none to count.

    Attributes:
        mean: Seconds, of those that recovered.
        p95: 95 % quantile, seconds; one that did not recover counts as `LONGEST_SECONDS`.
        share: Of all failures that recovered within the limit; None also without a limit.
    """

    mean: float | None
    p95: float | None
    share: float | None


def recoveries(
    record: RunRecord, latency_limit: float, definition: Definition
) -> tuple[Recovery, ...]:
    """One a failure, in the order of time.

    Args:
        record: The run.
        latency_limit: Of the processing latency, seconds.
        definition: When the job counts as recovered.
    """
    good = record.latency <= latency_limit  # no output: NaN, hence not good
    if definition is Definition.BACKLOG_TOO:
        good &= _backlog_is_normal(record, good)
    begins = _begins_of_steady(good)
    events = sorted({f.at for f in record.failures} | {a.began for a in record.actions})
    return tuple(
        _recovery(failure.at, failure.visible_at, begins, events, record.seconds)
        for failure in record.failures
    )


def summary(found: tuple[Recovery, ...], limit: float | None) -> RecoverySummary:
    """Mean, 95 % quantile and share within a limit.

    A failure is left out where the run ended before it could be told what came of it.

    Args:
        found: The recoveries.
        limit: Seconds; None: there is none.
    """
    times = [one.seconds for one in found if one.seconds is not None]
    endless = [LONGEST_SECONDS for one in found if _watched_in_vain(one, LONGEST_SECONDS)]
    return RecoverySummary(
        mean=float(np.mean(times)) if times else None,
        p95=float(np.quantile(times + endless, 0.95)) if times or endless else None,
        share=None if limit is None else _share_within(found, limit),
    )


def _share_within(found: tuple[Recovery, ...], limit: float) -> float | None:
    within = sum(one.seconds is not None and one.seconds <= limit for one in found)
    beyond = sum(one.seconds is not None and one.seconds > limit for one in found)
    beyond += sum(_watched_in_vain(one, limit) for one in found)
    return within / (within + beyond) if within + beyond else None


def _watched_in_vain(one: Recovery, seconds: float) -> bool:
    return one.seconds is None and one.watched >= min(seconds, LONGEST_SECONDS)


def backlog_gauge(record: RunRecord) -> Floats:
    """`n`, seconds of backlog as the gauge of a Kafka client shows it.

    The true backlog over the load offered in the same second, at its largest since the sample
    before the present one began: what is worked off is still shown for 30 to 60 s. The samples
    begin with the run. A second without load counts by the age of what waits.
    """
    there = record.load > 0
    seconds = np.divide(record.backlog, record.load, out=record.age.copy(), where=there)
    samples = -(-record.seconds // GAUGE_SECONDS)
    filled = np.zeros(samples * GAUGE_SECONDS)
    filled[: record.seconds] = seconds
    parts = filled.reshape(samples, GAUGE_SECONDS)
    present = np.maximum.accumulate(parts, axis=1)
    before = np.concatenate([[0.0], parts.max(axis=1)[:-1]])
    shown: Floats = np.maximum(present, before[:, None]).ravel()[: record.seconds]
    return shown


def _backlog_is_normal(record: RunRecord, good: Bools) -> Bools:
    gauge = backlog_gauge(record)
    median = float(np.median(gauge[good])) if good.any() else 0.0
    normal: Bools = gauge <= max(2 * median, NORMAL_SECONDS)
    return normal


def _begins_of_steady(good: Bools) -> NDArray[np.int64]:
    """Seconds from which on `STEADY_SECONDS` are good."""
    counted = np.concatenate([[0], np.cumsum(good)])
    whole: Bools = counted[STEADY_SECONDS:] - counted[:-STEADY_SECONDS] == STEADY_SECONDS
    return np.flatnonzero(whole)


def _recovery(
    at: int, visible_at: int, begins: NDArray[np.int64], events: list[int], seconds: int
) -> Recovery:
    place = int(np.searchsorted(begins, visible_at))
    first = int(begins[place]) if place < len(begins) else None
    taken = None if first is None or first - at > LONGEST_SECONDS else first - at
    until = at + (LONGEST_SECONDS if taken is None else taken)
    return Recovery(
        at=at,
        seconds=taken,
        watched=min(LONGEST_SECONDS, seconds - STEADY_SECONDS - at),
        cut=any(at < event < until for event in events),
    )
