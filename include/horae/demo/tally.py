"""Glances added up: time within the limit, cost, and what a static configuration had cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from horae.demo.watch import Glance
from horae.domain.configuration import Configuration
from horae.domain.limits import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over a run.

    Attributes:
        seconds: Its length.
        within_limit: Share of the time with the latency within its limit; time without a known
            latency counts as beyond.
        longest_beyond_seconds: Longest stretch beyond it.
        core_hours: CPU cores of all TaskManagers times hours, idle ones included.
        gb_hours: Memory of all TaskManagers times hours.
        money: Their price.
        static_money: Price of the static configuration over the same time.
    """

    seconds: float
    within_limit: float
    longest_beyond_seconds: float
    core_hours: float
    gb_hours: float
    money: float
    static_money: float


def tally(
    glances: Sequence[Glance], *, limit_seconds: float, prices: Prices, static: Configuration
) -> Tally:
    """Add glances up; what was seen holds until the next look.

    Raises:
        ValueError: Fewer than two glances.
    """
    if len(glances) < 2:
        raise ValueError(f"got {len(glances)} glances; a tally needs at least two")
    spans = [(look, (after.at - look.at).total_seconds()) for look, after in pairwise(glances)]
    total = sum(span for _, span in spans)
    cores = sum(span * sum(tm.cpu_cores for tm in look.task_managers) for look, span in spans)
    memory = sum(span * sum(tm.memory_mb for tm in look.task_managers) for look, span in spans)
    core_hours, gb_hours = cores / 3600, memory / 1024 / 3600
    return Tally(
        seconds=total,
        within_limit=sum(span for look, span in spans if within(look, limit_seconds)) / total,
        longest_beyond_seconds=_longest_beyond(spans, limit_seconds),
        core_hours=core_hours,
        gb_hours=gb_hours,
        money=core_hours * prices.core_hour + gb_hours * prices.gb_hour,
        static_money=prices.per_hour(static) * total / 3600,
    )


def within(look: Glance, limit_seconds: float) -> bool:
    """Whether a latency was seen, and is within the limit."""
    return look.latency_seconds is not None and look.latency_seconds <= limit_seconds


def _longest_beyond(spans: Sequence[tuple[Glance, float]], limit_seconds: float) -> float:
    longest = stretch = 0.0
    for look, span in spans:
        stretch = 0.0 if within(look, limit_seconds) else stretch + span
        longest = max(longest, stretch)
    return longest
