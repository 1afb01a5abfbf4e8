"""The steps of one action as calls to an engine; every one of them may be repeated.

What is carried out twice is recognised by the engine, since trigger and job ids derive from the
action. Each step gives the facts that later steps, or another process that goes on, need.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from horae.domain.action import Rescale, RescalePath
from horae.domain.clock import Clock
from horae.domain.job import Capabilities, Fate, JobPresence
from horae.engines.action_ids import derived_id
from horae.engines.deadlines import Deadlines
from horae.engines.engine import Engine, Snapshot
from horae.engines.journal import Facts, Journal, Step, Taken
from horae.engines.persistence import persistently
from horae.engines.record import Record, snapshot_facts
from horae.engines.transitions import ROUNDS_BACK, configuration_of, falls_back
from horae.engines.verification import CHECKPOINT_TRIES, Verified, Wanted, verify
from horae.errors import ActionError, HoraeError, LeaseLost, Refused

T = TypeVar("T")

_SAME_STOP = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is meant to be done, or what came of it.

    Attributes:
        detail: For people.
        facts: For later steps.
    """

    detail: str = "done"
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One action, as calls to an engine.

    Attributes:
        engine: Where the job runs.
        order: What is wanted.
        clock: For waiting.
        deadlines: How long a step may take.
        journal: Tells whether the job is still ours to act on, and how it was seen.
        resumed: Another process began the action, and may have done more than is recorded.
    """

    engine: Engine
    order: Rescale
    clock: Clock
    deadlines: Deadlines
    journal: Journal
    resumed: bool = False

    def intention(self, step: Step, round_: int, record: Record) -> Told:
        """What is recorded before a step."""
        where = configuration_of(self.order, round_)
        match step:
            case Step.RECHECK:
                return Told(detail=f"the job runs in {self.order.origin}")
            case Step.PREPARE:
                return Told(detail=f"the TaskManagers of {where} beside those in use")
            case Step.CHECKPOINT:
                return Told(detail="before the job is touched")
            case Step.RESIZE:
                return Told(detail=f"to {where}")
            case Step.STOP:
                return Told(detail="with a savepoint", facts={"ends": record.current})
            case Step.SECURE:
                detail = f"the newest state of {record.current}, which is ended as it is"
                return Told(detail=detail, facts={"ends": record.current})
            case Step.PROVIDE | Step.TIDY:
                return Told(detail="only the TaskManagers that are needed")
            case Step.START:
                job_id, kept = self._id(round_, "job"), record.snapshot(round_)
                detail = f"as {job_id} in {where} from {kept.location if kept else 'nothing'}"
                return Told(detail=detail, facts={"job_id": job_id})
            case Step.VERIFY:
                return Told(detail=f"runs in {where}, completes a checkpoint, keeps up")

    def carry_out(self, begun: Taken, record: Record) -> Told:
        """Do what a step says, and wait for it.

        Raises:
            Unavailable: The engine was away, or did not end it in time.
            HoraeError: It could not be done.
        """
        steps: dict[Step, Callable[[Taken, Record], Told]] = {
            Step.RECHECK: self._recheck,
            Step.PREPARE: self._prepare,
            Step.CHECKPOINT: self._checkpoint,
            Step.RESIZE: self._resize,
            Step.STOP: self._stop,
            Step.SECURE: self._secure,
            Step.PROVIDE: self._provide,
            Step.START: self._start,
            Step.VERIFY: self._verify,
            Step.TIDY: self._tidy,
        }
        return steps[begun.step](begun, record)

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids that this action starts the job with, a round each, whether it did or not."""
        return tuple(self._id(round_, "job") for round_ in range(ROUNDS_BACK + 1))

    def _trigger(self, begun: Taken, purpose: str) -> str:
        """A trigger id for one try of a step: tried again, it is to be done anew."""
        return derived_id(self.order.action_id, f"{purpose} {begun.number}")

    def _id(self, round_: int, purpose: str) -> str:
        """A trigger or job id for one round: tried again, it joins the first try."""
        name = purpose if round_ == 0 else f"back {round_} {purpose}"
        return derived_id(self.order.action_id, name)

    def _recheck(self, begun: Taken, record: Record) -> Told:
        shown = self.engine.describe(self.order.job)
        if self.order.path is RescalePath.RESTART:
            if shown.presence in (JobPresence.RUNNING, JobPresence.STARTING, JobPresence.DOUBLED):
                raise ActionError(f"the job was not lost after all: {shown.detail}")
            return Told(facts={"job_id": record.current})
        seen = {"job_id": shown.job_id}
        if shown.presence is not JobPresence.RUNNING:
            raise ActionError(f"the job does not run: {shown.detail}", facts=seen)
        if shown.configuration != self.order.origin:
            raise ActionError(
                f"the job runs in {shown.configuration}, not in {self.order.origin}; decide anew",
                facts=seen,
            )
        checkpoint = self._require_path().checkpoint
        before = self.engine.progress(self.order.job).interrupted_at
        told = before.isoformat() if before else None
        return Told(facts={**seen, "interrupted_before": told, "checkpoint": checkpoint})

    def _require_path(self) -> Capabilities:
        capabilities = self.engine.capabilities(self.order.job)
        target, path = self.order.target, self.order.path
        only_parallelism = self.order.origin.differs_only_in_parallelism(target)
        if path is RescalePath.IN_PLACE and not only_parallelism:
            raise Refused("more than the parallelism changes, which cannot be done in place")
        able = {
            RescalePath.IN_PLACE: capabilities.in_place,
            RescalePath.SAVEPOINT: capabilities.savepoint,
            RescalePath.CHECKPOINT: capabilities.checkpoint,
        }
        if not able[path]:
            why = capabilities.why_not.get(path.name.lower(), "no reason told")
            raise Refused(f"not possible by path {path}: {why}")
        if target.parallelism > capabilities.maximum_parallelism:
            raise Refused(
                f"parallelism {target.parallelism} exceeds the job's "
                f"{capabilities.maximum_parallelism} key groups"
            )
        return capabilities

    def _prepare(self, begun: Taken, record: Record) -> Told:
        try:
            self.engine.provide(self.order.target, keep=True)
        except Refused as refusal:
            if self.order.path is RescalePath.IN_PLACE:
                raise
            return Told(detail=f"later, once the job is stopped: {refusal}")
        return Told(detail="their slots are there")

    def _checkpoint(self, begun: Taken, record: Record) -> Told:
        taken = self._persistently(
            lambda: self.engine.snapshot(
                self.order.job,
                trigger_id=self._trigger(begun, "checkpoint"),
                stop=False,
                job_id=record.current,
            )
        )
        return Told(detail=f"completed at {taken.completed_at}")

    def _resize(self, begun: Taken, record: Record) -> Told:
        where = configuration_of(self.order, begun.round)
        self._persistently(
            self._while_ours(
                lambda: self.engine.resize(self.order.job, where, job_id=record.current)
            )
        )
        return Told()

    def _stop(self, begun: Taken, record: Record) -> Told:
        gives_up = begun.round > 0 or falls_back(self.order, record)
        seconds = self.deadlines.stop if gives_up else self.deadlines.step
        taken = persistently(
            self._while_ours(
                lambda: self.engine.snapshot(
                    self.order.job,
                    trigger_id=self._id(begun.round, "stop"),
                    stop=True,
                    job_id=record.current,
                    timeout_seconds=seconds,
                )
            ),
            self.clock,
            seconds,
        )
        detail = f"stopped at {taken.completed_at}, state in {taken.location}"
        return Told(detail=detail, facts=snapshot_facts(taken))

    def _secure(self, begun: Taken, record: Record) -> Told:
        ids = self._that_may_have_been(record)
        ours = [one for one in ids if one in (*record.incarnations, *self.job_ids)]
        alive = [one for one in ours if self._fate(one) is Fate.ALIVE]
        if set(alive) & set(self.job_ids[begun.round :]):
            raise ActionError("another process has gone on from here and started the job already")
        if alive and self._newest(ids, record) is None:
            raise Refused("it has completed no checkpoint that it could be started from")
        for job_id in alive:
            end = partial(self.engine.end, self.order.job, job_id=job_id)
            self._persistently(self._while_ours(end))
        newest = self._newest(ids, record)
        if newest is None:
            raise ActionError(f"no state is known of any of {', '.join(ids)}")
        detail = f"completed at {newest.completed_at}, in {newest.location}"
        return Told(detail=detail, facts=snapshot_facts(newest))

    def _that_may_have_been(self, record: Record) -> list[str]:
        """Incarnations that may hold state: not those whose start was refused.

        Those that were never recorded are among them, for the ledger may have been away; and those
        that looks have found, for somebody may have started the job anew and lost it again.
        """
        return [
            one
            for one in dict.fromkeys([*record.incarnations, *self.journal.seen(), *self.job_ids])
            if not record.was_refused(one) or self._fate(one) is not Fate.UNKNOWN
        ]

    def _newest(self, ids: list[str], record: Record) -> Snapshot | None:
        """The newest of what the engine finds and of what was recorded."""
        try:
            found = self._found(ids)
        except Refused:
            # Its storage cannot be looked into: what was never recorded cannot be asked for.
            recorded = (*record.incarnations, *self.journal.seen())
            found = self._found([one for one in ids if one in recorded])
        kept = record.newest_snapshot
        if found is None or kept is None:
            return found or kept
        return kept if (kept.checkpoint_id or 0) > (found.checkpoint_id or 0) > 0 else found

    def _found(self, ids: list[str]) -> Snapshot | None:
        return self._persistently(lambda: self.engine.newest_state(self.order.job, job_ids=ids))

    def _fate(self, job_id: str) -> Fate:
        return self._persistently(lambda: self.engine.fate(self.order.job, job_id=job_id))

    def _provide(self, begun: Taken, record: Record) -> Told:
        where = configuration_of(self.order, begun.round)
        self._persistently(lambda: self.engine.provide(where, keep=False))
        return Told()

    def _start(self, begun: Taken, record: Record) -> Told:
        kept = record.snapshot(begun.round)
        if kept is None:
            raise ActionError("no state was secured to start from")
        where, job_id = configuration_of(self.order, begun.round), self._id(begun.round, "job")
        states = itertools.chain([kept], itertools.repeat(None))

        def start() -> None:
            state = next(states)
            if self.resumed or state is None:
                # A try whose reply was lost may have run, and the engine may have forgotten it.
                state = self._newest(self._that_may_have_been(record), record) or kept
            self.engine.start(self.order.job, where, job_id=job_id, snapshot=state)

        self._persistently(start)
        return Told()

    def _verify(self, begun: Taken, record: Record) -> Told:
        order, where = self.order, configuration_of(self.order, begun.round)
        wanted = Wanted(
            job=order.job,
            job_id=record.current,
            configuration=where,
            lag_limit_records=order.lag_limit_records,
            lag_must_fall=begun.round == 0 and _shrinks(order),
            trigger_ids=[self._trigger(begun, f"verify {n}") for n in range(CHECKPOINT_TRIES)],
        )
        seen = verify(self.engine, wanted, clock=self.clock, timeout_seconds=self.deadlines.step)
        outage = self._outage(seen, record)
        remark = f"{seen.remark}.".capitalize() if seen.remark else ""
        facts = {"outage_seconds": outage, "remark": remark}
        return Told(detail=seen.remark or "as wanted", facts=facts)

    def _tidy(self, begun: Taken, record: Record) -> Told:
        # A job that was left as it is runs in its origin still.
        verified = record.is_done(Step.VERIFY, begun.round)
        where = configuration_of(self.order, begun.round) if verified else self.order.origin
        self.engine.provide(where, keep=False)
        return Told()

    def _outage(self, verified: Verified, record: Record) -> float | None:
        """Seconds from the last task stopping to the last one RUNNING, by the engine's times."""
        if self.order.path is RescalePath.RESTART:
            return None  # nobody tells for how long the job had been lost before
        running, stopped = verified.running_since, self._stopped_at(record)
        if running is None or stopped is None or stopped > running:
            return None
        return (running - stopped).total_seconds()

    def _stopped_at(self, record: Record) -> datetime | None:
        """When the tasks stopped; None when they did not or the engine does not tell.

        A savepoint's completion is only known to within a poll, so the engine's own time of the
        interruption is taken where the two mean the same one.
        """
        interrupted = self._interrupted_at()
        kept = record.snapshot(record.round)
        if kept is None or not record.is_done(Step.STOP, record.round):
            return interrupted if interrupted != record.interrupted_before else None
        if interrupted is not None and abs(interrupted - kept.completed_at) < _SAME_STOP:
            return interrupted
        return kept.completed_at

    def _interrupted_at(self) -> datetime | None:
        try:
            return self.engine.progress(self.order.job).interrupted_at
        except HoraeError:
            return None

    def _while_ours(self, do: Callable[[], T]) -> Callable[[], T]:
        """What may end or change a living incarnation, tried only under a lease that holds.

        A process that stood still for long must not do to the job what its successor decided
        against; a job that is down is helped in any case.
        """

        def tried() -> T:
            if not self.journal.is_ours(self.clock.now()):
                raise LeaseLost(
                    f"the lease of job {self.order.job!r} was not renewed in time, and another "
                    "process may act on the job; nothing more is done here. The action can be "
                    "gone on with"
                )
            return do()

        return tried

    def _persistently(self, do: Callable[[], T]) -> T:
        return persistently(do, self.clock, self.deadlines.step)


def _shrinks(order: Rescale) -> bool:
    origin, target = order.origin, order.target
    return (
        target.parallelism < origin.parallelism
        or target.total_cores < origin.total_cores
        or target.total_memory_gb < origin.total_memory_gb
    )
