"""What happened in one run, second by second: all that a scoreboard is made from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.proposal import Reason
from horae.performance.models import Floats
from horae.simulation.world.chances import steady_latency
from horae.simulation.world.flow import Flow
from horae.simulation.world.queue_age import ages
from horae.simulation.world.replication import Struck


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSeen:
    """An action of a run.

    Attributes:
        began: Second of its first step.
        ended: Second of its last one.
        reason: Why it was decided.
        result: How it ended; None: the run ended before it did.
        path: The way that was taken.
        outage_seconds: By the engine's own timestamps; None: nothing was interrupted.
        origin: Before.
        target: What was wanted.
    """

    began: int
    ended: int
    reason: Reason
    result: OutcomeResult | None
    path: RescalePath
    outage_seconds: float | None
    origin: Configuration
    target: Configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """TaskManagers from a second on, from their request to their termination.

    Attributes:
        second: From when on.
        cores: CPU cores of all of them.
        memory_gb: Memory of all of them, GiB.
    """

    second: int
    cores: float
    memory_gb: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRecord:
    """The scored part of a run of `n` seconds; second 0 is its first.

    Attributes:
        load: `n`, records/s offered.
        backlog: `n`, records waiting at the end of each second.
        age: `n`, seconds since the oldest of them arrived.
        latency: `n`, processing latency, seconds; NaN while there is no output.
        capacity: `n`, records/s that could have been processed; 0 while down.
        cores: `n`, CPU cores of all TaskManagers that were paid for.
        memory_gb: `n`, memory of all TaskManagers that were paid for, GiB.
        configurations: Second at which each came into force, the first at 0.
        failures: In the order of time.
        actions: In the order of time.
        replayed_records: Read again, after failures and after actions.
    """

    load: Floats
    backlog: Floats
    age: Floats
    latency: Floats
    capacity: Floats
    cores: Floats
    memory_gb: Floats
    configurations: tuple[tuple[int, Configuration], ...]
    failures: tuple[Struck, ...]
    actions: tuple[ActionSeen, ...]
    replayed_records: float

    @property
    def seconds(self) -> int:
        """Length."""
        return len(self.load)

    @property
    def changes(self) -> int:
        """Changes of configuration: actions, or changes in force where these are more.

        An action that is rolled back goes there and back.
        """
        tried = sum(1 + (one.result is OutcomeResult.ROLLED_BACK) for one in self.actions)
        return max(tried, len(self.configurations) - 1)

    @property
    def up(self) -> NDArray[np.bool_]:
        """`n`, whether there was output."""
        return self.capacity > 0


def record_of(
    flow: Flow, row: int, held: tuple[Held, ...], actions: tuple[ActionSeen, ...] = ()
) -> RunRecord:
    """What happened in one replication after the history.

    Args:
        flow: Computed to its end.
        row: Which replication.
        held: In the order of time, on the seconds of the flow; the first at or before the end of
            the history.
        actions: On the seconds of the flow.
    """
    begin, trace, one = flow.trace.history_seconds, flow.trace, flow.replications[row]
    backlog = flow.backlog[row, 1:]
    age = ages(trace, backlog)
    capacity = flow.capacity[row].astype(np.float64)
    latency = np.where(capacity > 0, age + steady_latency(flow.model, trace, one.seed), np.nan)
    struck = tuple(_moved(each, begin) for each in one.struck if each.at >= begin)
    return RunRecord(
        load=trace.load[begin:],
        backlog=backlog[begin:],
        age=age[begin:],
        latency=latency[begin:],
        capacity=capacity[begin:],
        cores=_at_each([(h.second, h.cores) for h in held], trace.seconds)[begin:],
        memory_gb=_at_each([(h.second, h.memory_gb) for h in held], trace.seconds)[begin:],
        configurations=_since(one.configurations, begin),
        failures=struck,
        actions=tuple(_shifted(each, begin) for each in actions if each.began >= begin),
        replayed_records=one.replayed + sum(each.replayed_records for each in struck),
    )


def _at_each(changes: list[tuple[int, float]], seconds: int) -> Floats:
    """`seconds`, the newest value at each second."""
    times = np.array([second for second, _ in changes])
    values = np.array([value for _, value in changes], dtype=np.float64)
    newest = np.searchsorted(times, np.arange(seconds), side="right") - 1
    return values[np.maximum(newest, 0)]


def _since(
    configurations: list[tuple[int, Configuration]], begin: int
) -> tuple[tuple[int, Configuration], ...]:
    before = [each for each in configurations if each[0] <= begin][-1:]
    later = [each for each in configurations if each[0] > begin]
    return tuple((max(0, second - begin), one) for second, one in [*before, *later])


def _moved(struck: Struck, begin: int) -> Struck:
    times = ("at", "visible_at", "resumed_at")
    return replace(struck, **{name: getattr(struck, name) - begin for name in times})


def _shifted(action: ActionSeen, begin: int) -> ActionSeen:
    return replace(action, began=action.began - begin, ended=action.ended - begin)
