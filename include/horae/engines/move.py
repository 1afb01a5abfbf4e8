"""One action under way: its steps, each recorded, and what is known of the job meanwhile."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from horae.domain.action import Rescale, RescalePath
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.engines.action_ids import derived_id
from horae.engines.engine import Engine, Snapshot
from horae.engines.journal import Step, Steps
from horae.engines.persistence import persistently
from horae.engines.verification import Verified, Wanted, verify
from horae.errors import ActionError, HoraeError, Refused, StepFailed

# A checkpoint may fail for once, say by a time-out under load; three in a row are no accident.
_CHECKPOINT_TRIES = 3
_SAME_STOP = timedelta(seconds=2)


@dataclass(slots=True, kw_only=True)
class Move:
    """One action under way.

    Attributes:
        engine: Where the job runs.
        order: What is wanted.
        steps: Records what is done.
        clock: For waiting.
        timeout: Seconds to wait at most for the job to run as wanted.
        job_id: The incarnation that the job runs in, or shall.
        interrupted_before: The last interruption before this action.
        provided: TaskManagers may have been added for the move.
        stopped: With what and when the job was stopped.
        outage_seconds: See `Outcome`.
        remarks: Sentences for the outcome.
    """

    engine: Engine
    order: Rescale
    steps: Steps
    clock: Clock
    timeout: float
    job_id: str | None = None
    interrupted_before: datetime | None = None
    provided: bool = False
    stopped: Snapshot | None = None
    outage_seconds: float | None = None
    remarks: list[str] = field(default_factory=list)

    def id_of(self, purpose: str) -> str:
        """The trigger or job id for a purpose within this action."""
        return derived_id(self.order.action_id, purpose)

    def recheck(self) -> None:
        """Make sure that the order still fits what the engine shows.

        Raises:
            StepFailed: It does not; nothing was touched.
        """
        self.steps.take(Step.RECHECK, f"the job runs in {self.order.origin}", self._recheck)

    def _recheck(self) -> None:
        description = self.engine.describe(self.order.job)
        if description.presence is not JobPresence.RUNNING:
            raise ActionError(f"the job does not run: {description.detail}")
        if description.configuration != self.order.origin:
            raise ActionError(
                f"the job runs in {description.configuration}, not in {self.order.origin}; "
                "decide anew"
            )
        self._require_path()
        self.job_id = description.job_id
        self.interrupted_before = self.engine.progress(self.order.job).interrupted_at

    def _require_path(self) -> None:
        capabilities = self.engine.capabilities(self.order.job)
        target, path = self.order.target, self.order.path
        if path is RescalePath.IN_PLACE:
            able, name = capabilities.in_place, "in_place"
            if not self.order.origin.differs_only_in_parallelism(target):
                raise Refused("more than the parallelism changes, which cannot be done in place")
        else:
            able, name = capabilities.savepoint, "savepoint"
        if not able:
            raise Refused(
                f"not possible {path}: {capabilities.why_not.get(name, 'no reason told')}"
            )
        if target.parallelism > capabilities.maximum_parallelism:
            raise Refused(
                f"parallelism {target.parallelism} exceeds the job's "
                f"{capabilities.maximum_parallelism} key groups"
            )

    def checkpoint(self) -> None:
        """Take a checkpoint, so that little is replayed."""
        self.steps.take(
            Step.CHECKPOINT,
            "before the job is touched",
            lambda: self.engine.snapshot(
                self.order.job, trigger_id=self.id_of("checkpoint"), stop=False
            ),
            tell=lambda taken: f"completed at {taken.completed_at}",
        )

    def provide_ahead(self, *, needed: bool) -> None:
        """Have the target's TaskManagers beside those in use, while the job still runs.

        Args:
            needed: Without room for them the action ends here; False: they can come later.
        """
        target = self.order.target

        def provide() -> str:
            self.provided = True
            try:
                self.engine.provide(target, keep=True)
            except Refused as refusal:
                if needed:
                    raise
                return f"later, once the job is stopped: {refusal}"
            return "their slots are there"

        self.steps.take(
            Step.PROVIDE, f"the TaskManagers of {target} beside those in use", provide, tell=str
        )

    def secure(self) -> Snapshot | None:
        """End the present incarnation as it is, and find the newest state it has completed."""
        job_id = self.job_id or ""
        return self.steps.take(
            Step.SECURE,
            f"the newest state of {job_id}, which is given up",
            lambda: persistently(
                lambda: self.engine.abandon(self.order.job, job_id=job_id),
                self.clock,
                self.timeout,
            ),
            tell=lambda taken: f"completed at {taken.completed_at}" if taken else "it has none",
        )

    def stop(self, purpose: str) -> Snapshot:
        """Stop the job with a savepoint."""
        snapshot = self.steps.take(
            Step.STOP,
            "with a savepoint",
            lambda: persistently(
                lambda: self.engine.snapshot(
                    self.order.job, trigger_id=self.id_of(purpose), stop=True
                ),
                self.clock,
                self.timeout,
            ),
            tell=lambda taken: f"stopped at {taken.completed_at}, state in {taken.location}",
            commits=True,
        )
        self.stopped = snapshot
        return snapshot

    def provide(self, configuration: Configuration) -> None:
        """Have exactly the TaskManagers of a configuration while the job is stopped."""
        self.steps.take(
            Step.PROVIDE,
            f"exactly the TaskManagers of {configuration}",
            lambda: persistently(
                lambda: self.engine.provide(configuration, keep=False), self.clock, self.timeout
            ),
        )

    def start(self, configuration: Configuration, snapshot: Snapshot, purpose: str) -> None:
        """Start the stopped job, also while the engine is away for a while."""
        self.job_id = self.id_of(purpose)
        self.steps.take(
            Step.START,
            f"as {self.job_id} in {configuration} from {snapshot.location}",
            lambda: persistently(
                lambda: self.engine.start(
                    self.order.job, configuration, job_id=self.id_of(purpose), snapshot=snapshot
                ),
                self.clock,
                self.timeout,
            ),
        )

    def resize(self, configuration: Configuration) -> None:
        """Ask for another parallelism in place."""
        self.steps.take(
            Step.RESIZE,
            f"to parallelism {configuration.parallelism}",
            lambda: persistently(
                lambda: self.engine.resize(self.order.job, configuration), self.clock, self.timeout
            ),
            commits=True,
        )

    def verify(self, configuration: Configuration, purpose: str) -> None:
        """Make sure that the job runs in a configuration, and time the outage."""
        order = self.order
        wanted = Wanted(
            job=order.job,
            job_id=self.job_id,
            configuration=configuration,
            lag_limit_records=order.lag_limit_records,
            lag_must_fall=configuration is order.target and _shrinks(order),
            trigger_ids=[self.id_of(f"{purpose} {n}") for n in range(_CHECKPOINT_TRIES)],
        )
        verified = self.steps.take(
            Step.VERIFY,
            f"runs in {configuration}, completes a checkpoint, keeps up",
            lambda: verify(self.engine, wanted, clock=self.clock, timeout_seconds=self.timeout),
            tell=lambda seen: seen.remark or "as wanted",
        )
        if verified.remark:
            self.remarks.append(f"{verified.remark}.".capitalize())
        self._time_outage(verified)

    def tidy(self, configuration: Configuration) -> None:
        """Remove TaskManagers that are no longer needed; left-overs are no failure."""
        try:
            self.steps.take(
                Step.TIDY,
                f"only the TaskManagers of {configuration}",
                lambda: self.engine.provide(configuration, keep=False),
            )
        except StepFailed as failure:
            self.remarks.append(f"TaskManagers may be left over: {failure}.")

    def reached(self) -> Configuration | None:
        """What the engine shows now; None when no job runs or nothing can be seen."""
        try:
            return self.engine.describe(self.order.job).configuration
        except HoraeError:
            return None

    def _time_outage(self, verified: Verified) -> None:
        """From the last task stopping to the last one RUNNING, by the engine's own times."""
        running = verified.running_since
        stopped = self._stopped_at()
        if running is not None and stopped is not None and stopped <= running:
            self.outage_seconds = (running - stopped).total_seconds()

    def _stopped_at(self) -> datetime | None:
        """When the tasks stopped; None when they did not or the engine does not tell.

        A savepoint's completion is only known to within a poll, so the engine's own time of the
        interruption is taken where the two mean the same one.
        """
        interrupted = self._interrupted_at()
        if self.stopped is None:
            return interrupted if interrupted != self.interrupted_before else None
        completed = self.stopped.completed_at
        if interrupted is not None and abs(interrupted - completed) < _SAME_STOP:
            return interrupted
        return completed

    def _interrupted_at(self) -> datetime | None:
        try:
            return self.engine.progress(self.order.job).interrupted_at
        except HoraeError:
            return None


def _shrinks(order: Rescale) -> bool:
    origin, target = order.origin, order.target
    return (
        target.parallelism < origin.parallelism
        or target.total_cores < origin.total_cores
        or target.total_memory_gb < origin.total_memory_gb
    )
