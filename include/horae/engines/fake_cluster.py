"""A cluster in memory that several fake engines may drive at once, as processes share a Flink.

It models what decides whether a rescale is safe. A job reads R records a second; what a completed
checkpoint or savepoint holds is committed and seen by readers; a job that is interrupted or
started goes on from a state, and what it commits from there is seen again if it was seen before.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import Fate
from horae.engines.engine import Snapshot
from horae.engines.fake_agenda import Agenda
from horae.engines.fake_incarnation import KEY_GROUPS, NEVER, Incarnation
from horae.engines.fake_output import Account
from horae.engines.fake_storage import Operation, Storage
from horae.errors import HoraeError, Refused, Unavailable


class FakeCluster:
    """A cluster with one job, which runs from the beginning.

    Args:
        clock: Dates everything.
        configuration: What the job runs in at first; its TaskManagers are there.
        job: The job's name.
        maximum_task_managers: The most there may be.
        outage_seconds: What an interruption takes.
        records_per_second: What the job reads.

    Attributes:
        incarnations: Every run of the job, in order, also those that the JobManager has forgotten.
        task_managers: How many of each shape there are.
        desired: How many of each shape the provisioner was asked for.
        storage: Where states lie.
        operations: What was triggered, by the ids of job and trigger.
        now: Until when everything has happened.
        away_until: Until then the JobManager does not answer.
        reachable_parallelism: The job never gets more subtasks than this.
        unfit: In these configurations the job never gets to run.
        retains: Checkpoints stay when their job is ended.
        savepoint_seconds: What a savepoint or a triggered checkpoint takes.
    """

    def __init__(
        self,
        clock: Clock,
        configuration: Configuration,
        *,
        job: str = "job",
        maximum_task_managers: int = 4,
        outage_seconds: float = 3.0,
        records_per_second: int = 100,
    ) -> None:
        self.clock = clock
        self.job = job
        self.maximum = maximum_task_managers
        self.task_managers = Counter({configuration.shape: configuration.task_managers})
        self.desired = self.task_managers.copy()
        self.storage = Storage()
        self.operations: dict[tuple[str, str], Operation] = {}
        self.reachable_parallelism = KEY_GROUPS
        self.unfit: set[Configuration] = set()
        self.retains = True
        self.savepoint_seconds = 0.0
        self.now = self.away_until = self._began_at = clock.now()
        self.incarnations = [Incarnation("first", configuration, self.now, self.now)]
        self._outage = timedelta(seconds=outage_seconds)
        self._rate = records_per_second
        self._agenda = Agenda()

    @property
    def alive(self) -> list[Incarnation]:
        """Incarnations that have not ended."""
        return [one for one in self.incarnations if one.alive]

    @property
    def known(self) -> list[Incarnation]:
        """Incarnations that the JobManager remembers."""
        return [one for one in self.incarnations if not one.forgotten]

    def find(self, job_id: str) -> Incarnation | None:
        """The incarnation of an id; None: the JobManager knows none."""
        return next((one for one in self.known if one.job_id == job_id), None)

    def account(self) -> Account:
        """What was lost and doubled until now."""
        self.catch_up()
        return self.storage.output.account()

    def later(self, seconds: float, do: Callable[[], object], *, request: bool = True) -> None:
        """Let something happen some seconds from now; nobody hears of its failure.

        Args:
            seconds: When.
            do: Makes it happen.
            request: The JobManager does it, so that it does not happen if that dies before.
        """
        self._agenda.add(self.clock.now() + timedelta(seconds=seconds), do, request=request)

    def forget_requests(self) -> None:
        """Drop what was triggered and what has not taken effect, as a dying JobManager does."""
        self.operations.clear()
        self._agenda.drop_requests()

    def catch_up(self) -> None:
        """Let everything happen that is due by now, in order."""
        until = self.clock.now()
        while (event := self._agenda.take(until)) is not None:
            self._pass_time(event.at)
            with suppress(HoraeError):  # Whoever asked for it has long gone.
                event.do()
        self._pass_time(until)

    def require_an_answer(self) -> None:
        """Let everything happen that is due.

        Raises:
            Unavailable: The JobManager is away.
        """
        self.catch_up()
        if self.now < self.away_until:
            raise Unavailable("the JobManager does not answer")

    def submit(self, configuration: Configuration, job_id: str, location: str | None) -> None:
        """Start an incarnation; twins are none of a cluster's business.

        Raises:
            Refused: The id is taken, or the state cannot be read.
        """
        if self.find(job_id) is not None:
            raise Refused(f"job {job_id} has already been submitted")
        state = self.storage.states.get(location)
        if location is not None and (state is None or self.storage.broken):
            raise Refused(f"no state can be read at {location}")
        # As in Flink, every vertex starts alike; single ones are resized afterwards.
        alike = replace(configuration, vertices=())
        one = Incarnation(job_id, alike, self.now, NEVER, self._last_end(), None, location)
        one.asked = alike
        if state is not None:
            one.position, one.checkpoint_id = state.position, state.snapshot.checkpoint_id or 0
        self.incarnations.append(one)
        self._schedule(one, self.now)

    def trigger(self, one: Incarnation, trigger_id: str, *, stop: bool) -> None:
        """Begin a checkpoint or a stop with savepoint; the same id again joins the first."""
        place = one.job_id, trigger_id
        if place in self.operations:
            return
        begun = self.operations[place] = Operation(trigger_id, one, stop, self.now)
        if self.savepoint_seconds:
            self.later(self.savepoint_seconds, lambda: self._complete(begun))
        else:
            self._complete(begun)

    def require(self, one: Incarnation, configuration: Configuration) -> None:
        """Ask for a parallelism in place."""
        one.asked = replace(
            one.wanted, parallelism=configuration.parallelism, vertices=configuration.vertices
        )
        self.interrupt(one)

    def end(self, one: Incarnation, ending: Fate) -> None:
        """End an incarnation; when it finished, its savepoint is all that stays."""
        if one.alive:
            one.ended_at, one.ending = self.now, ending
            if ending is Fate.FINISHED:
                self.storage.drop_checkpoint_of(one)

    def interrupt(self, one: Incarnation, *, until: datetime | None = None) -> None:
        """Stop the tasks of an incarnation, and let them go on from its newest state."""
        one.interrupted_at = self.now
        if one.state is not None and one.state not in self.storage.states:
            self.end(one, Fate.FAILED)
        else:
            self._schedule(one, until or self.now)

    def provide(self, configuration: Configuration, *, keep: bool) -> None:
        """Have TaskManagers; `keep` false: and no others but those that run the job.

        Raises:
            Refused: There would be too many.
        """
        needed = Counter({configuration.shape: configuration.task_managers})
        used = Counter({one.configuration.shape: one.configuration.task_managers
                        for one in self.alive})  # fmt: skip
        kept = self.task_managers if keep else self.task_managers & (used | needed)
        wanted = kept | needed
        if wanted.total() > self.maximum:
            self.task_managers = kept
            raise Refused(f"{wanted.total()} TaskManagers were asked for, at most {self.maximum} "
                          "may run")  # fmt: skip
        self.task_managers, self.desired = wanted, wanted.copy()
        self.fit_to_slots()

    def fit_to_slots(self) -> None:
        """Rescale a job that gets more or fewer slots than it had, as the scheduler does."""
        for one in self.alive:
            has = None if one.running_since == NEVER else one.configuration
            if self._attainable(one.wanted) != has:
                self.interrupt(one)

    def _attainable(self, wanted: Configuration) -> Configuration | None:
        """What the job gets of what is wanted; None: nothing."""
        slots = wanted.slots * self.task_managers[wanted.shape]
        most = min(slots, self.reachable_parallelism, wanted.parallelism)
        fewer = tuple((vertex, n) for vertex, n in wanted.vertices if n < most)
        return replace(wanted, parallelism=most, vertices=fewer) if most else None

    def _schedule(self, one: Incarnation, begin: datetime) -> None:
        one.asked = one.wanted  # also where it gets less
        attainable = self._attainable(one.asked)
        one.configuration = attainable or one.configuration
        fit = attainable is not None and attainable not in self.unfit
        one.running_since = begin + self._outage if fit else NEVER

    def _last_end(self) -> datetime | None:
        return max((one.ended_at for one in self.incarnations if one.ended_at), default=None)

    def _pass_time(self, until: datetime) -> None:
        """Let the periodic checkpoints complete, the many of a long time as one."""
        for one in self.alive:
            due = one.due()
            if due <= until:
                more = (until - due) // one.interval
                self.now = due + more * one.interval
                one.checkpoint_at = self.now + one.interval
                one.checkpoint_id += more
                if self.storage.broken:
                    one.failed_checkpoints += more + 1
                else:
                    self._store(one, f"memory:{one.job_id}/chk-{one.checkpoint_id + 1}")
        self.now = until

    def _complete(self, operation: Operation) -> None:
        one = operation.incarnation
        lost = one.interrupted_at is not None and one.interrupted_at > operation.began_at
        if not one.runs(self.now) or lost:
            operation.failure = "not all required tasks are running"
        elif self.storage.broken:
            operation.failure = "the storage does not answer"
            one.failed_checkpoints += 1
        else:
            place = f"memory:{operation.trigger_id}"
            operation.snapshot = self._store(one, place, stopped=operation.stop)
            if operation.stop:
                self.end(one, Fate.FINISHED)

    def _store(self, one: Incarnation, location: str, *, stopped: bool = False) -> Snapshot:
        read = int((self.now - self._began_at) / timedelta(seconds=1) * self._rate)
        return self.storage.complete(one, location, position=read, now=self.now, stopped=stopped)
