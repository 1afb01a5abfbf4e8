"""A cluster with one simulated job: row 0 of a flow, under one id after another."""

import hashlib
import math
from dataclasses import replace

from horae.domain.configuration import Configuration
from horae.domain.job import Fate, JobDescription, JobVersion
from horae.errors import Refused
from horae.simulation.cluster.action_chances import ActionChances
from horae.simulation.cluster.checkpoints import ROW
from horae.simulation.cluster.clock import SimulatedClock
from horae.simulation.cluster.incarnation import Incarnation, Look
from horae.simulation.cluster.storage import Operation, Storage
from horae.simulation.cluster.task_manager_pool import TaskManagerPool, task_managers_of
from horae.simulation.job.job_model import JobModel, OutageModel
from horae.simulation.world.flow import Flow


class SimulatedCluster:
    """What is done to the job, and what comes of it.

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
        storage: Its states.
        incarnations: Every run of the job, in order.
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
        self.storage = Storage(flow, clock, self.end)
        self.incarnations = [Incarnation(job_id="first", asked=first, started=0)]
        self._version = JobVersion(plan_hash=_plan_hash(self.model), engine_version="modelled")
        self._chances = ActionChances(self.model, flow.replications[ROW].seed)
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
            for struck in self.flow.replications[ROW].struck[-5:]
            if struck.at < struck.visible_at <= now and self.last.started <= struck.visible_at
        ]
        stopped = [] if self.last.interrupted is None else [self.last.interrupted]
        return max([*seen, *stopped], default=None)

    def trigger(self, one: Incarnation, trigger_id: str, *, stop: bool) -> Operation:
        """Begin a checkpoint or a stop with savepoint; the same id again joins the first."""
        seconds = max(1, math.ceil(self.flow.checkpoint_seconds(ROW)))
        if stop:
            seconds = max(seconds, self._chances.preparation(self._chances.path_down))
        return self.storage.trigger(one, trigger_id, stop=stop, seconds=seconds)

    def resize(self, one: Incarnation, configuration: Configuration) -> None:
        """Ask for a parallelism in place; asking for the same again changes nothing."""
        asked = replace(
            one.asked, parallelism=configuration.parallelism, vertices=configuration.vertices
        )
        if asked == one.asked:
            return
        one.asked = asked
        seconds = self._chances.preparation(self.model.outages.in_place)
        self.clock.later(seconds, lambda: self._fit_to_slots(one))

    def submit(self, configuration: Configuration, job_id: str, location: str | None) -> None:
        """Start an incarnation.

        Raises:
            Refused: One lives already, or there is no such state.
        """
        before, now = self.last, self.clock.second
        if before.alive:
            raise Refused(f"job {before.job_id} named {self.job!r} is alive; end it first")
        state = self.storage.states.get(location or "")
        if state is None:
            raise Refused(f"no state can be read at {location}; choose one that is there")
        self.flow.note_replay(ROW, max(0.0, self.flow.position(ROW) - state.position))
        one = Incarnation(
            job_id=job_id,
            asked=configuration,
            started=now,
            starts_before=len(self.flow.replications[ROW].started),
            position=state.position,
            interrupted=before.ended,
        )
        self.incarnations.append(one)
        self.storage.checkpoints.first_starts.append(one.starts_before)
        self._fit_to_slots(one)

    def end(self, one: Incarnation, ending: Fate) -> None:
        """End an incarnation as it is; one that has ended stays as it was."""
        if not one.alive:
            return
        self.storage.newest(one)
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
        if self._exchanges_pods(configuration):
            if self.last.alive:
                self.pool.require_room(needed)  # they come when those that run the job have gone
            else:
                self.pool.exchange(needed)
            return 0
        used = task_managers_of(self.configuration) if self.last.alive else needed
        seconds = self.pool.request(needed, used=used, keep=keep)
        self.clock.later(seconds, self._arrive)
        return seconds

    def _arrive(self) -> None:
        self.pool.arrive()
        self._fit_to_slots(self.last)

    def _exchanges_pods(self, configuration: Configuration) -> bool:
        """Whether a move there has its TaskManagers exchanged while the job is down."""
        outages, present = self.model.outages, self.configuration
        if outages.pod_restart is None:
            return False
        if not self.last.alive:
            return True
        in_place = outages.in_place and present.differs_only_in_parallelism(configuration)
        return configuration != present and not in_place

    def _fit_to_slots(self, one: Incarnation) -> None:
        """Give an incarnation what it was asked to run in, as far as there are slots."""
        wanted = self._attainable(one.asked)
        if not one.alive or wanted is None:
            return
        begun = len(self.flow.replications[ROW].started) > one.starts_before
        if not begun and not self._resuming:
            self._begin(one, wanted)
        elif wanted != self.configuration:
            self._restart(one, wanted, begun=begun)

    def _attainable(self, wanted: Configuration) -> Configuration | None:
        """What the job gets of what is wanted; None: nothing."""
        slots = wanted.slots * self.pool.there[wanted.shape]
        most = min(slots, self.model.key_groups, wanted.parallelism)
        fewer = tuple((vertex, n) for vertex, n in wanted.vertices if n < most)
        return replace(wanted, parallelism=most, vertices=fewer) if most else None

    def _restart(self, one: Incarnation, wanted: Configuration, *, begun: bool) -> None:
        """Stop the tasks, and let them go on from the newest state.

        A job in reactive mode restarts as slots come, before anybody took a checkpoint for it.
        """
        self.storage.newest(one)
        if self.flow.up[ROW]:
            one.interrupted = self.clock.second
        position = self.flow.stop(ROW)
        restored = one.position
        if begun:
            triggered = not self.model.reactive_mode
            restored = min(position, self.flow.restored_position(ROW, triggered=triggered))
            self.flow.note_replay(ROW, position - restored)
        path = self.model.outages.in_place
        at = self.clock.second + self._chances.outage(path, wanted)
        self._resume(wanted, at, restored, path)

    def _begin(self, one: Incarnation, wanted: Configuration) -> None:
        """Have a new incarnation's tasks run; its outage began when the one before it ended."""
        path = self._chances.path_down or self.model.outages.in_place
        stopped = one.started if one.interrupted is None else one.interrupted
        at = stopped + self._chances.outage(path, wanted)
        self._resume(wanted, max(at, self.clock.second + 1), one.position, path)

    def _resume(
        self, wanted: Configuration, at: int, position: float, path: OutageModel | None
    ) -> None:
        self._resuming = True
        self.flow.start(ROW, wanted, at=at, position=position, after=path)


def _plan_hash(model: JobModel) -> str:
    vertices = [(each.name, each.inputs) for each in model.vertices]
    return hashlib.sha256(f"{model.name}\n{vertices}".encode()).hexdigest()
