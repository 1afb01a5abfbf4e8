"""Records through a job in one-second steps, many replications at once.

A job is a queue: what has arrived and was not processed is its backlog, and the age of the oldest
record in it follows from when that many had arrived. Between two events (a failure, its end, the
end of an outage) a whole stretch is computed at once, by Lindley's recursion in its closed form

    B_t = X_t - min(0, min over s <= t of X_s),   X_t = B_0 + sum of (load - capacity)

Every chance is drawn from the seed of its replication and the number of what it is drawn for, so
that one replication alone gives what it gives among others, and policies meet the same failures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.failures import Failure, failures
from horae.simulation.job_model import JobModel
from horae.simulation.traces import Trace
from horae.simulation.worlds import World

LONGEST_STRETCH = 600
"""Seconds computed at once; bounds the memory of many replications."""

NEVER = np.iinfo(np.int64).max
DRAIN_MEAN_SECONDS = 60
"""The load that limits draining is a mean over so many seconds: sources read ahead in batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A failure that occurred.

    Attributes:
        at: Second of the failure.
        kind: Of the model's.
        visible_at: When the output stopped.
        resumed_at: When the processing resumed; may lie beyond the end of the run.
        replayed_records: Records that were read again.
        interval_seconds: The checkpoint interval then.
    """

    at: int
    kind: str
    visible_at: int
    resumed_at: int
    replayed_records: float
    interval_seconds: float


@dataclass(slots=True, kw_only=True)
class Replication:
    """What is told one by one of each replication.

    Attributes:
        seed: Of its chances.
        due: Failures that will occur, in the order of time.
        configuration: What it runs in, or is started in.
        configurations: Second at which each came into force, in the order of time.
        struck: Failures that occurred.
        starts: Number of starts so far.
        replayed: Records that were read again after actions.
        pending: The failure under way.
    """

    seed: int
    due: list[Failure]
    configuration: Configuration
    configurations: list[tuple[int, Configuration]] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    starts: int = 0
    replayed: float = 0.0
    pending: Struck | None = None


class Flow:
    """`R` replications of one job under one trace.

    Args:
        model: The job.
        world: What is added to it.
        trace: The load; a world that warps is applied by the caller.
        starts: `R`, what each is started in.
        seeds: `R`.

    Attributes:
        now: Seconds since the beginning; everything before is computed.
        backlog: `R x (T + 1)`, records waiting at the end of each second, in column `second + 1`.
        capacity: `R x T`, records/s that could have been processed; 0 while down.
        up: `R`, whether records are processed now.
        replications: `R`.
    """

    def __init__(
        self,
        model: JobModel,
        world: World,
        trace: Trace,
        starts: Sequence[Configuration],
        seeds: Sequence[int],
    ) -> None:
        self.model, self.world, self.trace = model, world, trace
        count, seconds = len(starts), trace.seconds
        self.now = 0
        self.backlog: Floats = np.zeros((count, seconds + 1))
        self.capacity = np.zeros((count, seconds), dtype=np.float32)
        self.up: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self.replications = [self._replication(c, s) for c, s in zip(starts, seeds, strict=True)]
        self._full = np.zeros(count)
        self._drain = np.ones(count)
        self._checkpoint = np.ones(count)
        self._interval = np.ones(count)
        self._began = np.zeros(count, dtype=np.int64)
        self._base = np.zeros(count)
        self._triggered = np.full(count, -1, dtype=np.int64)
        self._strikes = np.full(count, NEVER)
        self._stops = np.full(count, NEVER)
        self._resumes = np.full(count, NEVER)
        self._resume_position = np.zeros(count)
        self._drift = world.drifted(seconds)
        self._near_load = _mean_load(trace, DRAIN_MEAN_SECONDS)
        self._flicker = np.stack([self._flickering(one.seed) for one in self.replications])
        for row in range(count):
            self._start(row, 0.0)
            self._await_next_failure(row)

    @property
    def ends_at(self) -> int:
        """Seconds that the trace has."""
        return self.trace.seconds

    def advance(self, until: int) -> None:
        """Compute up to a second; nothing where that is past."""
        until = min(until, self.ends_at)
        while self.now < until:
            next_event = int(min(self._strikes.min(), self._stops.min(), self._resumes.min()))
            to = min(until, self.now + LONGEST_STRETCH, max(next_event, self.now + 1))
            self._stretch(to)
            self._happen()

    def position(self, row: int, second: int | None = None) -> float:
        """Records processed for good at the beginning of a second; None: now."""
        second = self.now if second is None else second
        return float(self.trace.arrived[second] - self.backlog[row, second])

    def stop(self, row: int) -> float:
        """Stop processing with a snapshot of the present state; returns its position.

        A failure that was under way is over with it.
        """
        self._abandon_failure(row)
        self.up[row] = False
        self._resumes[row] = NEVER
        return self.position(row)

    def start(self, row: int, configuration: Configuration, *, at: int, position: float) -> None:
        """Have the processing begin at a second, from a position, in a configuration."""
        one = self.replications[row]
        one.configuration = configuration
        self._resumes[row] = max(at, self.now)
        self._resume_position[row] = position
        if self._resumes[row] == self.now:
            self._happen()

    def restored_position(self, row: int, *, triggered: bool = True) -> float:
        """Position of the newest completed checkpoint.

        Args:
            row: Which replication.
            triggered: One that somebody triggered counts too.
        """
        begun = self._newest_checkpoint(row, self.now)
        if triggered:
            begun = max(begun, int(self._triggered[row]))
        return float(self._base[row]) if begun < 0 else self.position(row, begun)

    def note_checkpoint(self, row: int, begun: int) -> None:
        """Somebody triggered a checkpoint at a second, and it is complete."""
        self._triggered[row] = begun

    def note_replay(self, row: int, records: float) -> None:
        """An action has records read again."""
        self.replications[row].replayed += records

    def checkpoint_seconds(self, row: int) -> float:
        """What a checkpoint takes in the present start."""
        return float(self._checkpoint[row])

    def last_checkpoint(self, row: int) -> int | None:
        """Second at which the newest completed checkpoint of this start began; None: none."""
        begun = max(self._newest_checkpoint(row, self.now), int(self._triggered[row]))
        return None if begun < 0 else begun

    def started_at(self, row: int) -> int:
        """Second at which the processing last began."""
        return int(self._began[row])

    def _replication(self, configuration: Configuration, seed: int) -> Replication:
        due = failures(
            self.world.regime,
            self.model.failures,
            seconds=self.trace.seconds,
            begin=self.trace.history_seconds,
            seed=seed,
        )
        return Replication(seed=seed, due=list(due), configuration=configuration)

    def _flickering(self, seed: int) -> Floats:
        """`T`, the capacity from minute to minute, over its mean."""
        minutes = -(-self.trace.seconds // 60)
        scores = np.random.default_rng([seed, 4]).standard_normal(minutes)
        factor = np.exp(self.model.capacity.flicker * scores)
        return np.repeat(factor, 60)[: self.trace.seconds].astype(np.float32)

    def _start(self, row: int, position: float) -> None:
        """Begin to process now."""
        one = self.replications[row]
        rng = np.random.default_rng([one.seed, 2, one.starts])
        scores = rng.standard_normal(3)
        one.starts += 1
        deviation = self.world.deviation_between_runs(self.model)
        self._full[row] = self.world.capacity(self.model, one.configuration) * np.exp(
            deviation * scores[0]
        )
        self._drain[row] = max(1.02, self.model.recovery.drain.at(scores[1]))
        self._checkpoint[row] = self.model.checkpoints.duration.at(scores[2])
        self._interval[row] = one.configuration.checkpoint_interval_seconds
        self._began[row], self._base[row] = self.now, position
        self._triggered[row], self._resumes[row] = -1, NEVER
        self.backlog[row, self.now] = self.trace.arrived[self.now] - position
        self.up[row] = True
        if not one.configurations or one.configurations[-1][1] != one.configuration:
            one.configurations.append((self.now, one.configuration))

    def _stretch(self, to: int) -> None:
        """Compute the seconds from now to `to`, in which nothing happens."""
        span = slice(self.now, to)
        capacity = self._capacities(span)
        self.capacity[:, span] = capacity
        free = self.backlog[:, [self.now]] + np.cumsum(self.trace.load[span] - capacity, axis=1)
        least = np.minimum.accumulate(np.minimum(free, 0.0), axis=1)
        self.backlog[:, self.now + 1 : to + 1] = free - least
        self.now = to

    def _capacities(self, span: slice) -> Floats:
        """`R x n`, records/s."""
        since = np.arange(span.start, span.stop)[None, :] - self._began[:, None]
        recovery, cost = self.model.recovery, self.model.checkpoints.cost
        there = self._flicker[:, span] * self._drift[span]
        if recovery.ramp_seconds and since.min() < recovery.ramp_seconds:
            risen = np.clip(since / recovery.ramp_seconds, 0, 1)
            there = there * (recovery.ramp_from + (1 - recovery.ramp_from) * risen)
        if cost:
            within = np.mod(since, self._interval[:, None])
            begun = since >= self._interval[:, None]
            there = there * (1 - cost * (begun & (within < self._checkpoint[:, None])))
        capacity = self._full[:, None] * there
        # At least a record a second: a job that runs is told from one that is down by it.
        drain = np.maximum(1.0, self._drain[:, None] * self._near_load[span])
        return np.where(self.up[:, None], np.minimum(capacity, drain), 0.0)

    def _happen(self) -> None:
        """Everything that is due now."""
        for row in np.flatnonzero(self._resumes <= self.now).tolist():
            self._resume(row)
        for row in np.flatnonzero(self._stops <= self.now).tolist():
            self._go_dark(row)
        for row in np.flatnonzero(self._strikes <= self.now).tolist():
            self._strike(row)

    def _resume(self, row: int) -> None:
        one = self.replications[row]
        if one.pending is not None:
            one.struck.append(one.pending)
            one.pending = None
        self._start(row, float(self._resume_position[row]))
        self._aim(row)

    def _strike(self, row: int) -> None:
        """A failure occurs: it is not noticed at once, and what is done until then is lost."""
        one = self.replications[row]
        failure = one.due.pop(0)
        if not self.up[row] or self._stops[row] != NEVER:
            self._strike_while_down(row, failure)
        else:
            restored = self.restored_position(row)
            visible_at = self.now + failure.visible
            one.pending = Struck(
                at=self.now,
                kind=failure.kind,
                visible_at=visible_at,
                resumed_at=visible_at + failure.dark,
                replayed_records=0.0,
                interval_seconds=float(self._interval[row]),
            )
            self._stops[row] = visible_at
            self._resume_position[row] = restored
        self._await_next_failure(row)

    def _strike_while_down(self, row: int, failure: Failure) -> None:
        """The restart that is under way fails and begins anew; nothing where such are skipped."""
        if self.world.regime.skipped_while_down:
            return
        if self._resumes[row] != NEVER:
            self._resumes[row] += failure.dark
            pending = self.replications[row].pending
            if pending is not None:
                self.replications[row].pending = replace(
                    pending, resumed_at=int(self._resumes[row])
                )

    def _go_dark(self, row: int) -> None:
        one = self.replications[row]
        self._stops[row] = NEVER
        self.up[row] = False
        if one.pending is None:
            return
        lost = self.position(row) - float(self._resume_position[row])
        one.pending = replace(one.pending, replayed_records=lost)
        self.backlog[row, self.now] += lost
        self._resumes[row] = one.pending.resumed_at

    def _abandon_failure(self, row: int) -> None:
        """An action overtakes a failure: what was lost stays lost."""
        one = self.replications[row]
        if one.pending is None:
            return
        if self._stops[row] != NEVER:
            self._go_dark(row)
        one.struck.append(replace(one.pending, resumed_at=self.now))
        one.pending = None

    def _await_next_failure(self, row: int) -> None:
        due = self.replications[row].due
        self._strikes[row] = NEVER if not due else max(due[0].due, self.now + 1)
        self._aim(row)

    def _aim(self, row: int) -> None:
        """Put the next failure off to shortly before a checkpoint, where the regime does so."""
        before = self.world.regime.before_checkpoint_seconds
        due = self.replications[row].due
        if before is None or not due or not self.up[row]:
            return
        wanted = max(due[0].due, self.now + 1)
        interval, began = self._interval[row], self._began[row]
        left = np.mod(began - before - wanted, interval)
        self._strikes[row] = int(wanted + np.ceil(left))

    def _newest_checkpoint(self, row: int, second: int) -> int:
        """Second at which the newest periodic checkpoint began that is complete; -1: none."""
        whole = (second - self._checkpoint[row] - self._began[row]) // self._interval[row]
        return int(self._began[row] + whole * self._interval[row]) if whole >= 1 else -1


def ages(trace: Trace, backlog: Floats) -> Floats:
    """Seconds since the oldest waiting record arrived, at the end of each second.

    Args:
        trace: The load.
        backlog: `... x T`, records waiting at the end of each second.

    Returns:
        The same shape; 0 where nothing waits.
    """
    ends = np.arange(1, backlog.shape[-1] + 1, dtype=np.float64)
    positions = trace.arrived[1 : backlog.shape[-1] + 1] - backlog
    grown = trace.arrived + 1e-6 * np.arange(len(trace.arrived))  # so that no two are the same
    born = np.interp(positions, grown, np.arange(len(grown), dtype=np.float64))
    return np.where(backlog > 1e-6, np.maximum(0.0, ends - born), 0.0)


def _mean_load(trace: Trace, seconds: int) -> Floats:
    """`T`, mean load of the seconds up to each one."""
    ends = np.arange(1, trace.seconds + 1)
    begins = np.maximum(0, ends - seconds)
    return (trace.arrived[ends] - trace.arrived[begins]) / (ends - begins)
