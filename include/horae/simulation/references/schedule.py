"""Replay schedules of configurations on a modelled job, many replications at once.

A move goes as an engine would have it go: TaskManagers are asked for and paid for from then on;
when they are there a checkpoint is taken and the job restarted from it in place, or it is stopped
with a savepoint and started again; then what is no longer needed goes. Where the model restarts
pods, they are replaced while the job is down.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.proposal import Reason
from horae.simulation.cluster.action_chances import ActionChances
from horae.simulation.job.job_model import JobModel, OutageModel
from horae.simulation.load.traces import Trace
from horae.simulation.world.flow import Flow
from horae.simulation.world.record import ActionSeen, Held, RunRecord, record_of
from horae.simulation.world.worlds import World

Schedule = Sequence[tuple[int, Configuration]]
"""Second of the trace at which a move is asked for, and where to. One that falls into another move
is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a job gets from one configuration to another.

    Attributes:
        path: The way.
        outage: What it takes.
        fresh_pods: TaskManagers are replaced while the job is down.
        restored: It is restored from the newest periodic checkpoint, for none is taken for it.
    """

    path: RescalePath
    outage: OutageModel
    fresh_pods: bool = False
    restored: bool = False


def way_between(model: JobModel, origin: Configuration, target: Configuration) -> Way | None:
    """The way that a model offers, the gentlest first; None: there is none."""
    outages = model.outages
    if outages.in_place is not None and origin.differs_only_in_parallelism(target):
        restored = model.reactive_mode
        return Way(path=RescalePath.IN_PLACE, outage=outages.in_place, restored=restored)
    if outages.pod_restart is not None:
        return Way(path=RescalePath.SAVEPOINT, outage=outages.pod_restart, fresh_pods=True)
    if outages.savepoint is not None:
        return Way(path=RescalePath.SAVEPOINT, outage=outages.savepoint)
    return None


@dataclass(slots=True, kw_only=True)
class _Move:
    """One under way. Attributes: see `ActionSeen`; begun: second of its checkpoint."""

    way: Way
    asked: int
    origin: Configuration
    target: Configuration
    begun: int = -1
    stopped: int | None = None
    outage: int = 0


class Rescaler:
    """Moves the replications of a flow.

    Args:
        flow: At its beginning.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._events: list[tuple[int, int]] = []
        rows = [each.configuration for each in flow.replications]
        self._held = [[_held(0, (configuration,))] for configuration in rows]
        self._moves: dict[int, _Move] = {}
        self._done: list[list[ActionSeen]] = [[] for _ in rows]
        self._chances = [ActionChances(flow.model, one.seed) for one in flow.replications]

    def idle(self, row: int) -> bool:
        """Whether no move is under way."""
        return row not in self._moves

    def move(self, row: int, target: Configuration) -> bool:
        """Ask for a configuration now; whether a move began."""
        origin, now = self.flow.replications[row].configuration, self.flow.now
        way = way_between(self.flow.model, origin, target)
        if row in self._moves or origin == target or way is None:
            return False
        self._moves[row] = _Move(way=way, asked=now, origin=origin, target=target)
        wait = 0
        if not way.fresh_pods:
            self._held[row].append(_held(now, (origin, target)))
            if _more(origin, target):
                wait = round(self.flow.model.task_manager_seconds)
        self._due(row, now + wait)
        return True

    def advance(self, until: int) -> None:
        """Compute up to a second, with all that is due before and then."""
        until = min(until, self.flow.ends_at)
        while self._events and self._events[0][0] <= until:
            second, row = heapq.heappop(self._events)
            self.flow.advance(second)
            self._go_on(row, self._moves[row])
        self.flow.advance(until)

    def record(self, row: int) -> RunRecord:
        """What happened in a replication; the flow is at its end.

        A move that has not stopped the job by then was none; one that has and is not over counts.
        """
        actions, move = list(self._done[row]), self._moves.get(row)
        if move is not None and move.stopped is not None:
            actions.append(_seen(move, self.flow.ends_at, result=None))
        return record_of(self.flow, row, tuple(self._held[row]), tuple(actions))

    def _go_on(self, row: int, move: _Move) -> None:
        flow = self.flow
        if move.stopped is not None:
            self._finish(row, move)
        elif not flow.completes_checkpoints(row):
            move.begun = -1  # a failure came between: once more when that is over
            self._due(row, flow.now + 1)
        elif move.begun < 0:
            move.begun = flow.now
            self._due(row, flow.now + self._prepares(row, move))
        else:
            self._stop(row, move)

    def _prepares(self, row: int, move: _Move) -> int:
        """Seconds from asking the job to change until it stops."""
        prepare = self._chances[row].preparation(move.way.outage)
        if move.way.restored:
            return max(1, prepare)
        checkpoint = max(1, ceil(self.flow.checkpoint_seconds(row)))
        in_place = move.way.path is RescalePath.IN_PLACE
        return checkpoint + prepare if in_place else max(checkpoint, prepare)

    def _stop(self, row: int, move: _Move) -> None:
        flow, way = self.flow, move.way
        if way.path is RescalePath.IN_PLACE and not way.restored:
            flow.note_checkpoint(row, move.begun)
        restored = flow.restored_position(row, triggered=not way.restored)
        position = flow.stop(row)
        if way.path is not RescalePath.IN_PLACE:
            restored = position
        flow.note_replay(row, position - restored)
        move.stopped = flow.now
        move.outage = self._chances[row].outage(way.outage, move.target)
        if way.fresh_pods:
            self._held[row].append(_held(flow.now, (move.target,)))
        at = flow.now + move.outage
        flow.start(row, move.target, at=at, position=restored, after=way.outage)
        self._due(row, flow.now + move.outage)

    def _finish(self, row: int, move: _Move) -> None:
        flow = self.flow
        if not flow.up[row]:
            self._due(row, flow.now + 1)
            return
        del self._moves[row]
        self._held[row].append(_held(flow.now, (move.target,)))
        self._done[row].append(_seen(move, flow.now, result=OutcomeResult.DONE))

    def _due(self, row: int, second: int) -> None:
        heapq.heappush(self._events, (second, row))


def replay(
    model: JobModel,
    world: World,
    trace: Trace,
    schedules: Sequence[Schedule],
    *,
    starts: Sequence[Configuration],
    seeds: Sequence[int],
) -> tuple[RunRecord, ...]:
    """What happens where `R` schedules are followed, each from its own start and seed.

    Args:
        model: The job.
        world: What is added to it.
        trace: The load as it is offered.
        schedules: `R`.
        starts: `R`.
        seeds: `R`.
    """
    rescaler = Rescaler(Flow(model, world, trace, starts, seeds))
    asked = [(at, row, to) for row, schedule in enumerate(schedules) for at, to in schedule]
    for second, row, target in sorted(asked):
        rescaler.advance(second)
        rescaler.move(row, target)
    rescaler.advance(trace.seconds)
    return tuple(rescaler.record(row) for row in range(len(starts)))


def _more(origin: Configuration, target: Configuration) -> bool:
    """Whether TaskManagers are needed that are not there."""
    return origin.shape != target.shape or target.task_managers > origin.task_managers


def _held(second: int, configurations: tuple[Configuration, ...]) -> Held:
    """What is paid for where these all have their TaskManagers, shared where they can be."""
    needed: dict[object, Configuration] = {}
    for one in configurations:
        known = needed.get(one.shape)
        if known is None or one.task_managers > known.task_managers:
            needed[one.shape] = one
    return Held(
        second=second,
        cores=sum(one.total_cores for one in needed.values()),
        memory_gb=sum(one.total_memory_gb for one in needed.values()),
    )


def _seen(move: _Move, ended: int, *, result: OutcomeResult | None) -> ActionSeen:
    return ActionSeen(
        began=move.asked,
        ended=ended,
        reason=Reason.MANUAL,
        result=result,
        path=move.way.path,
        outage_seconds=float(move.outage),
        origin=move.origin,
        target=move.target,
    )
