"""Records through a job in one-second steps, many replications at once.

A job is a queue: what has arrived and was not processed is its backlog, and the age of the oldest
record in it follows from when that many had arrived. Between two events (a failure, its end, the
end of an outage) a whole stretch is computed at once, by Lindley's recursion in its closed form

    B_t = X_t - min(0, min over s <= t of X_s),   X_t = B_0 + sum of (load - capacity)

Every chance is drawn from the seed of its replication and the number of what it is drawn for, so
that one replication alone gives what it gives among others, and policies meet the same failures.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.job.job_model import JobModel, OutageModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.chances import at_start, flicker
from horae.simulation.world.draining import near_load
from horae.simulation.world.failures import Failure, failures
from horae.simulation.world.replication import Replication, Struck
from horae.simulation.world.worlds import World

LONGEST_STRETCH = 600
"""Seconds computed at once; bounds the memory of many replications."""

NEVER = np.iinfo(np.int64).max


class Flow:
    """`R` replications of one job under one trace.

    Args:
        model: The job.
        world: What is added to it.
        trace: The load; a world that warps is applied by the caller.
        starts: `R`, what each is started in.
        seeds: `R`.
        due: Failures of every replication, in the order of time; None: each has those that the
            world's regime draws from its seed.

    Attributes:
        now: Seconds since the beginning; everything before is computed.
        backlog: `R x (T + 1)`, records waiting at the end of each second, in column `second + 1`.
        capacity: `R x T`, records/s that could have been processed; 0 while down.
        sustained: `R x T`, the same without what limits draining and without the ramp after a
            start: what busy time is measured by.
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
        *,
        due: Sequence[Failure] | None = None,
    ) -> None:
        self.model, self.world, self.trace = model, world, trace
        count, seconds = len(starts), trace.seconds
        self.now = 0
        self.backlog: Floats = np.zeros((count, seconds + 1))
        self.capacity = np.zeros((count, seconds), dtype=np.float32)
        self.sustained = np.zeros((count, seconds), dtype=np.float32)
        self.up: NDArray[np.bool_] = np.zeros(count, dtype=bool)
        self.replications = [
            Replication(
                seed=seed,
                due=list(
                    failures(world.regime, model.failures, trace, seed) if due is None else due
                ),
                configuration=start,
            )
            for start, seed in zip(starts, seeds, strict=True)
        ]
        self._full = np.zeros(count)
        self._drain = np.ones(count)
        self._ramp = np.zeros(count)
        self._after: list[OutageModel | None] = [None] * count
        self._checkpoint = np.ones(count)
        self._interval = np.ones(count)
        self._began = np.zeros(count, dtype=np.int64)
        self._base = np.zeros(count)
        self._triggered = np.full(count, -1, dtype=np.int64)
        self._halted = np.full(count, NEVER)
        self._barred = np.zeros(count, dtype=np.int64)
        self._strikes = np.full(count, NEVER)
        self._stops = np.full(count, NEVER)
        self._resumes = np.full(count, NEVER)
        self._resume_position = np.zeros(count)
        self._drift = world.drifted(trace)
        self._near_load = near_load(trace)
        self._flicker = np.stack([flicker(model, trace, one.seed) for one in self.replications])
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

        What a failure under way has lost is lost; it is over when the job is started again.
        """
        if self._stops[row] != NEVER:
            self._go_dark(row)
        self.up[row] = False
        self._halted[row] = min(self._halted[row], self.now)
        self._resumes[row] = NEVER
        self._foretell(row)
        return self.position(row)

    def start(
        self,
        row: int,
        configuration: Configuration,
        *,
        at: int,
        position: float,
        after: OutageModel | None = None,
    ) -> None:
        """Have the processing begin at a second, from a position, in a configuration.

        It begins later where a failure is not over by then: `up` and `started_at` tell.

        Args:
            row: Which replication.
            configuration: What it is started in.
            at: Second of the flow; one that is past means now.
            position: Records processed for good.
            after: The outage that ends with it, which may tell how it catches up; None: it does
                so as after a failure.
        """
        one = self.replications[row]
        one.configuration = configuration
        self._resumes[row] = max(at, self.now, int(self._barred[row]))
        self._resume_position[row], self._after[row] = position, after
        self._foretell(row)
        if self._resumes[row] == self.now:
            self._happen()

    def restored_position(self, row: int, *, triggered: bool = True) -> float:
        """Position of the newest checkpoint that is complete, or was before a failure.

        Args:
            row: Which replication.
            triggered: One that somebody triggered counts too.
        """
        begun = self._newest_checkpoint(row)
        if triggered:
            begun = max(begun, int(self._triggered[row]))
        return float(self._base[row]) if begun < 0 else self.position(row, begun)

    def note_checkpoint(self, row: int, begun: int) -> None:
        """Somebody triggered a checkpoint at a second, and it is complete."""
        self._triggered[row] = begun

    def completes_checkpoints(self, row: int) -> bool:
        """Whether a checkpoint can complete now: not while down, nor from a failure on."""
        return bool(self._halted[row] == NEVER)

    def note_replay(self, row: int, records: float) -> None:
        """An action has records read again."""
        self.replications[row].replayed += records

    def checkpoint_seconds(self, row: int) -> float:
        """What a checkpoint takes in the present start."""
        return float(self._checkpoint[row])

    def last_checkpoint(self, row: int) -> int | None:
        """Second at which the newest completed checkpoint of this start began; None: none."""
        begun = max(self._newest_checkpoint(row), int(self._triggered[row]))
        return None if begun < 0 else begun

    def started_at(self, row: int) -> int:
        """Second at which the processing last began."""
        return int(self._began[row])

    def _start(self, row: int, position: float) -> None:
        """Begin to process now."""
        one = self.replications[row]
        drawn = at_start(self.model, self.world, one.seed, len(one.started), self._after[row])
        self._full[row] = self.world.capacity(self.model, one.configuration) * drawn.capacity
        self._drain[row], self._ramp[row] = drawn.drain, drawn.ramp_seconds
        self._checkpoint[row] = drawn.checkpoint_seconds
        self._interval[row] = one.configuration.checkpoint_interval_seconds
        self._began[row], self._base[row] = self.now, position
        self._triggered[row], self._resumes[row] = -1, NEVER
        self._halted[row], self._barred[row] = NEVER, 0
        self.backlog[row, self.now] = self.trace.arrived[self.now] - position
        self.up[row] = True
        one.started.append(self.now)
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
        there = self._full[:, None] * self._flicker[:, span] * self._drift[span]
        if cost:
            within = np.mod(since, self._interval[:, None])
            begun = since >= self._interval[:, None]
            running = np.clip(self._checkpoint[:, None] - within, 0, 1)  # share of the second
            there = there * (1 - cost * begun * running)
        self.sustained[:, span] = np.where(self.up[:, None], there, 0.0)
        capacity = np.minimum(there, self._drain[:, None] * self._near_load[span])
        if since.min() < self._ramp.max():
            risen = np.minimum(since / np.maximum(self._ramp, 1e-9)[:, None], 1)
            capacity = capacity * (recovery.ramp_from + (1 - recovery.ramp_from) * risen)
        # At least a record a second: a job that runs is told from one that is down by it.
        return np.where(self.up[:, None], np.maximum(1.0, capacity), 0.0)

    def _happen(self) -> None:
        """Everything that is due now."""
        for row in np.flatnonzero(self._resumes <= self.now).tolist():
            self._resume(row)
        for row in np.flatnonzero(self._stops <= self.now).tolist():
            self._go_dark(row)
        for row in np.flatnonzero(self._strikes <= self.now).tolist():
            self._strike(row)

    def _resume(self, row: int) -> None:
        self._resumes[row] = self.now
        self._foretell(row)
        self.replications[row].pending = 0
        self._start(row, float(self._resume_position[row]))
        self._aim(row)

    def _strike(self, row: int) -> None:
        """A failure occurs: it is not noticed at once, and what is done until then is lost.

        One that strikes before the job is back from another, or from an action, makes it wait
        until both are over.
        """
        failure = self.replications[row].due.pop(0)
        if self._halted[row] == NEVER or not self.world.regime.skipped_while_down:
            self._hit(row, failure)
        self._await_next_failure(row)

    def _hit(self, row: int, failure: Failure) -> None:
        if self.up[row]:
            if self._halted[row] == NEVER:
                self._resume_position[row] = self.restored_position(row)
                self._halted[row] = self.now
            self._stops[row] = min(self._stops[row], self.now + failure.visible)
        self._barred[row] = max(self._barred[row], self.now + failure.visible + failure.dark)
        if self._resumes[row] != NEVER:
            self._resumes[row] = max(self._resumes[row], self._barred[row])
        self._note_failure(row, failure)

    def _note_failure(self, row: int, failure: Failure) -> None:
        one = self.replications[row]
        one.struck.append(
            Struck(
                at=self.now,
                kind=failure.kind,
                visible_at=int(self._stops[row]) if self.up[row] else self.now,
                resumed_at=self.ends_at,
                replayed_records=0.0,
                interval_seconds=float(self._interval[row]),
            )
        )
        one.pending += 1
        self._foretell(row)

    def _go_dark(self, row: int) -> None:
        """The output stops, and what was done since the restored checkpoint is undone."""
        self._stops[row], self._resumes[row] = self.now, self._barred[row]
        self._after[row] = None
        self._foretell(row)
        self._stops[row] = NEVER
        self.up[row] = False
        lost = self.position(row) - float(self._resume_position[row])
        self.backlog[row, self.now] += lost
        one = self.replications[row]
        one.struck[-one.pending] = replace(one.struck[-one.pending], replayed_records=lost)

    def _foretell(self, row: int) -> None:
        """Tell of the failures under way when they are seen and over, as things stand."""
        one, stops, resumes = self.replications[row], self._stops[row], self._resumes[row]
        if resumes == NEVER:
            resumes = self.ends_at if stops == NEVER else self._barred[row]
        for number in range(len(one.struck) - one.pending, len(one.struck)):
            struck = one.struck[number]
            one.struck[number] = replace(
                struck, visible_at=min(struck.visible_at, int(stops)), resumed_at=int(resumes)
            )

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

    def _newest_checkpoint(self, row: int) -> int:
        """Second at which the newest periodic checkpoint began that is complete; -1: none."""
        until = min(self.now, int(self._halted[row]))
        whole = (until - self._checkpoint[row] - self._began[row]) // self._interval[row]
        return int(self._began[row] + whole * self._interval[row]) if whole >= 1 else -1
