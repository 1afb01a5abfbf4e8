"""A cluster with one simulated job: row 0 of a flow, under one id after another."""

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

from horae.domain.configuration import Configuration
from horae.domain.job import Fate, JobDescription, JobVersion
from horae.errors import Refused
from horae.simulation.clock import SimulatedClock
from horae.simulation.flow import Flow
from horae.simulation.incarnation import Incarnation, Look, Stored
from horae.simulation.job_model import OutageModel
from horae.simulation.task_manager_pool import TaskManagerPool, task_managers_of

ROW = 0
"""Of the flow."""


@dataclass(slots=True, kw_only=True)
class Operation:
    """A checkpoint or savepoint that was triggered.

    Attributes:
        one: Whose.
        stop: The job ends with it.
        begun: Second at which it was triggered.
        due: Second at which it is complete.
        stored: What it gave; None: not yet, or it failed.
        failure: Why it failed; None: it did not, or not yet.
    """

    one: Incarnation
    stop: bool
    begun: int
    due: int
    stored: Stored | None = None
    failure: str | None = None


class SimulatedCluster:
    """What is done to the job, and what that takes.

    Every action draws what it takes from the seed of the run and its own number.

    Args:
        flow: Row 0 is the job.
        clock: Of the flow.
        job: Its name.

    Attributes:
        flow: See above.
        clock: See above.
        job: See above.
        model: Of the job.
        pool: Its TaskManagers.
        incarnations: Every run of the job, in order.
        states: Location to what lies there.
        operations: What was triggered, by the ids of job and trigger.
        triggered: Seconds at which each checkpoint that was triggered completed and had begun.
        failed: Second of each one that failed.
    """

    def __init__(self, flow: Flow, clock: SimulatedClock, *, job: str) -> None:
        self.flow, self.clock, self.job, self.model = flow, clock, job, flow.model
        first = flow.replications[ROW].configuration
        self.pool = TaskManagerPool(
            clock,
            first,
            maximum=self.model.maximum_task_managers,
            seconds=self.model.task_manager_seconds,
        )
        self.incarnations = [Incarnation(job_id="first", asked=first, started=0, position=0.0)]
        self.states: dict[str, Stored] = {}
        self.operations: dict[tuple[str, str], Operation] = {}
        self.triggered: list[tuple[int, int]] = []
        self.failed: list[int] = []
        self._version = JobVersion(plan_hash=_plan_hash(self), engine_version="modelled")
        self._actions = 0
        self._resuming = False

    @property
    def last(self) -> Incarnation:
        """The newest incarnation."""
        return self.incarnations[-1]

    @property
    def runs(self) -> bool:
        """Whether the tasks of the newest incarnation run."""
        return self.last.alive and bool(self.flow.up[ROW])

    @property
    def configuration(self) -> Configuration:
        """What the job runs in, or is started in."""
        return self.flow.replications[ROW].configuration

    def find(self, job_id: str) -> Incarnation | None:
        """The incarnation of an id; None: there is none."""
        return next((one for one in self.incarnations if one.job_id == job_id), None)

    def describe(self) -> JobDescription:
        """The newest incarnation, as an engine shows it."""
        since = self.clock.at(self.flow.started_at(ROW)) if self.runs else None
        return Look(
            model=self.model,
            version=self._version,
            job=self.job,
            one=self.last,
            configuration=self.configuration,
            started_at=self.clock.at(self.last.started),
            running_since=since,
        ).description()

    def interrupted(self) -> int | None:
        """Second at which tasks last stopped, for an action or a failure; None: never."""
        now = self.clock.second
        seen = [
            struck.visible_at
            for struck in self.flow.replications[ROW].struck[-3:]
            if self.last.started <= struck.visible_at <= now
        ]
        stopped = [] if self.last.interrupted is None else [self.last.interrupted]
        return max([*seen, *stopped], default=None)

    def newest(self, one: Incarnation) -> Stored | None:
        """The newest state that an incarnation has completed; None: none."""
        if one is not self.last or not one.alive or self.flow.started_at(ROW) < one.started:
            return one.newest
        begun = self.flow.last_checkpoint(ROW)
        if begun is None or (one.newest is not None and begun <= one.newest.begun):
            return one.newest
        one.newest = Stored(
            location=f"modelled:{one.job_id}/chk-{begun + 1}",
            position=self.flow.restored_position(ROW),
            begun=begun,
            completed=begun + self._checkpoint_seconds(),
            savepoint=False,
        )
        self.states[one.newest.location] = one.newest
        return one.newest

    def trigger(self, one: Incarnation, trigger_id: str, *, stop: bool) -> Operation:
        """Begin a checkpoint or a stop with savepoint; the same id again joins the first."""
        known = self.operations.get((one.job_id, trigger_id))
        if known is not None:
            return known
        seconds, now = self._checkpoint_seconds(), self.clock.second
        if stop and (path := self._path_down()) is not None:
            seconds = max(seconds, math.ceil(path.prepare.at(self._scores()[1])))
        begun = Operation(one=one, stop=stop, begun=now, due=now + seconds)
        self.operations[one.job_id, trigger_id] = begun
        if self.runs:
            self.clock.later(seconds, lambda: self._complete(begun, trigger_id))
        else:
            begun.failure = "not all tasks run"
        return begun

    def resize(self, one: Incarnation, configuration: Configuration) -> None:
        """Ask for a parallelism in place; asking for the same again changes nothing."""
        asked = replace(
            one.asked, parallelism=configuration.parallelism, vertices=configuration.vertices
        )
        if asked == one.asked:
            return
        one.asked = asked
        path = self.model.outages.in_place
        if path is not None:
            seconds = round(path.prepare.at(self._scores()[1]))
            self.clock.later(seconds, lambda: self.fit_to_slots(one))

    def fit_to_slots(self, one: Incarnation) -> None:
        """Give an incarnation what it was asked to run in, as far as there are slots."""
        wanted = self._attainable(one.asked)
        if not one.alive or one is not self.last or wanted is None:
            return
        if self._waits_for_slots():
            self._begin(one, wanted, since=one.started)
        elif wanted != self.configuration:
            self._restart(one, wanted)

    def submit(self, configuration: Configuration, job_id: str, location: str | None) -> None:
        """Start an incarnation.

        Raises:
            Refused: One lives already, or there is no such state.
        """
        if self.last.alive:
            raise Refused(f"job {self.last.job_id} named {self.job!r} is alive; end it first")
        state = self.states.get(location or "")
        if state is None:
            raise Refused(f"no state can be read at {location}; choose one that is there")
        before = self.last
        one = Incarnation(
            job_id=job_id,
            asked=configuration,
            started=self.clock.second,
            position=state.position,
            interrupted=before.ended,
        )
        self.flow.note_replay(ROW, max(0.0, self.flow.position(ROW) - state.position))
        self.incarnations.append(one)
        wanted = self._attainable(configuration)
        if wanted is not None:
            self._begin(one, wanted, since=before.ended or one.started)

    def end(self, one: Incarnation, ending: Fate) -> None:
        """End an incarnation as it is; one that has ended stays as it was."""
        if not one.alive:
            return
        self.newest(one)
        self.flow.stop(ROW)
        one.ended, one.ending, self._resuming = self.clock.second, ending, False

    def provide(self, configuration: Configuration, *, keep: bool) -> int:
        """Have the TaskManagers of a configuration.

        Returns:
            Seconds until their slots are there.

        Raises:
            Refused: There would be too many.
        """
        needed = task_managers_of(configuration)
        if self._replaces_pods(configuration):
            if self.last.alive:
                self.pool.require_room(needed)
            else:
                self.pool.replace(needed)
            return 0
        used = task_managers_of(self.configuration) if self.last.alive else needed
        seconds = self.pool.request(needed, used=used, keep=keep)
        self.clock.later(seconds, self._arrive)
        return seconds

    def _arrive(self) -> None:
        self.pool.arrive()
        self.fit_to_slots(self.last)

    def _replaces_pods(self, configuration: Configuration) -> bool:
        """Whether a move there has its TaskManagers replaced while the job is down."""
        outages, present = self.model.outages, self.configuration
        if outages.pod_restart is None:
            return False
        if not self.last.alive:
            return True
        in_place = outages.in_place and present.differs_only_in_parallelism(configuration)
        return configuration != present and not in_place

    def _attainable(self, wanted: Configuration) -> Configuration | None:
        """What the job gets of what is wanted; None: nothing."""
        slots = wanted.slots * self.pool.there[wanted.shape]
        most = min(slots, self.model.key_groups, wanted.parallelism)
        fewer = tuple((vertex, n) for vertex, n in wanted.vertices if n < most)
        return replace(wanted, parallelism=most, vertices=fewer) if most else None

    def _waits_for_slots(self) -> bool:
        return (
            not self.runs and not self._resuming and self.flow.started_at(ROW) < self.last.started
        )

    def _restart(self, one: Incarnation, wanted: Configuration) -> None:
        """Stop the tasks, and let them go on from the newest state."""
        self.newest(one)
        begun = self.flow.started_at(ROW) >= one.started
        if self.flow.up[ROW]:
            one.interrupted = self.clock.second
        position = self.flow.stop(ROW)
        restored = one.position
        if begun:
            triggered = not self.model.reactive_mode
            restored = min(position, self.flow.restored_position(ROW, triggered=triggered))
            self.flow.note_replay(ROW, position - restored)
        path = self.model.outages.in_place
        self._resume(wanted, self.clock.second + self._drawn(path, wanted), restored)

    def _begin(self, one: Incarnation, wanted: Configuration, *, since: int) -> None:
        """Have a new incarnation's tasks run, its outage counted from a second on."""
        at = since + self._drawn(self._path_down() or self.model.outages.in_place, wanted)
        self._resume(wanted, max(at, self.clock.second + 1), one.position)

    def _resume(self, wanted: Configuration, at: int, position: float) -> None:
        self._resuming = True
        self.flow.start(ROW, wanted, at=at, position=position)

    def _complete(self, operation: Operation, trigger_id: str) -> None:
        one, now = operation.one, self.clock.second
        lost = self.flow.started_at(ROW) > operation.begun
        if not one.alive or not self.flow.completes_checkpoints(ROW) or lost:
            operation.failure = "a task stopped before it was complete"
            one.failed_checkpoints += 1
            self.failed.append(now)
            return
        if operation.stop:
            self.end(one, Fate.FINISHED)
            operation.stored = Stored(
                location=f"modelled:savepoint-{trigger_id}",
                position=self.flow.position(ROW),
                begun=operation.begun,
                completed=now,
                savepoint=True,
            )
            one.newest = operation.stored
            self.states[operation.stored.location] = operation.stored
        else:
            self.flow.note_checkpoint(ROW, operation.begun)
            self.triggered.append((now, operation.begun))
            operation.stored = self.newest(one)

    def _checkpoint_seconds(self) -> int:
        return max(1, math.ceil(self.flow.checkpoint_seconds(ROW)))

    def _path_down(self) -> OutageModel | None:
        """Of a stop and a start."""
        return self.model.outages.pod_restart or self.model.outages.savepoint

    def _drawn(self, path: OutageModel | None, configuration: Configuration) -> int:
        """Seconds that the job is down for an action."""
        if path is None:
            return 1
        state = self.model.checkpoints.state_gb
        seconds = path.drawn(configuration, state, float(self._scores()[0]))
        self._actions += 1
        return max(1, round(seconds))

    def _scores(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """Of the action under way: of its outage, and of its preparation."""
        seed = self.flow.replications[ROW].seed
        return np.random.default_rng([seed, 3, self._actions]).standard_normal(2)


def _plan_hash(cluster: SimulatedCluster) -> str:
    vertices = [(each.name, each.inputs) for each in cluster.model.vertices]
    return hashlib.sha256(f"{cluster.model.name}\n{vertices}".encode()).hexdigest()
