"""The steps of one action as calls to an engine; every one of them may be repeated.

What is carried out twice is recognised by the engine, since trigger and job ids derive from the
action. Each step gives the facts that later steps, or another process that goes on, need.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from horae.domain.action import Rescale, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities, Fate, JobPresence
from horae.engines.engine import Engine
from horae.engines.grip import Grip
from horae.engines.journal import Facts, Step, Taken
from horae.engines.outage_seen import outage_seconds
from horae.engines.record import Record, snapshot_facts
from horae.engines.transitions import configuration_of, falls_back
from horae.engines.verification import CHECKPOINT_TRIES, Wanted, verify
from horae.errors import ActionError, Refused

T = TypeVar("T")


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
        grip: Its hold on the job.
        resumed: Another process began the action, and may have done more than is recorded.
    """

    grip: Grip
    resumed: bool = False

    @property
    def engine(self) -> Engine:
        """Where the job runs."""
        return self.grip.engine

    @property
    def order(self) -> Rescale:
        """What is wanted."""
        return self.grip.order

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
                job_id, kept = self.grip.id_of(round_, "job"), record.snapshot(round_)
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
        at_work = replace(self, grip=self.grip.for_a_step())
        steps: dict[Step, Callable[[Taken, Record], Told]] = {
            Step.RECHECK: at_work._recheck,
            Step.PREPARE: at_work._prepare,
            Step.CHECKPOINT: at_work._checkpoint,
            Step.RESIZE: at_work._resize,
            Step.STOP: at_work._stop,
            Step.SECURE: at_work._secure,
            Step.PROVIDE: at_work._provide,
            Step.START: at_work._start,
            Step.VERIFY: at_work._verify,
            Step.TIDY: at_work._tidy,
        }
        return steps[begun.step](begun, record)

    def _recheck(self, begun: Taken, record: Record) -> Told:
        shown = self.engine.describe(self.order.job)
        if self.order.path is RescalePath.RESTART:
            if shown.presence.is_alive or shown.presence is JobPresence.DOUBLED:
                raise ActionError(f"the job was not lost after all: {shown.detail}")
            found = self.grip.fate(record.current) if record.current else Fate.UNKNOWN
            return Told(facts={"job_id": record.current, "found": found.value})
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
            self._have_task_managers(self.order.target, keep=True)
        except Refused as refusal:
            if self.order.path is RescalePath.IN_PLACE:
                raise
            return Told(detail=f"later, once the job is stopped: {refusal}")
        return Told(detail="their slots are there", facts={"ready": True})

    def _checkpoint(self, begun: Taken, record: Record) -> Told:
        taken = self.grip.persistently(
            lambda: self.engine.snapshot(
                self.order.job,
                trigger_id=self.grip.trigger(begun, "checkpoint"),
                stop=False,
                job_id=record.current,
                timeout_seconds=self.grip.deadlines.step,
            )
        )
        return Told(detail=f"completed at {taken.completed_at}")

    def _resize(self, begun: Taken, record: Record) -> Told:
        where = configuration_of(self.order, begun.round)
        self.grip.persistently(
            self.grip.while_ours(
                lambda: self.engine.resize(self.order.job, where, job_id=record.current)
            )
        )
        return Told()

    def _stop(self, begun: Taken, record: Record) -> Told:
        gives_up = begun.round > 0 or falls_back(self.order, record)
        seconds = self.grip.deadlines.stop if gives_up else self.grip.deadlines.step
        taken = self.grip.persistently(
            self.grip.while_ours(
                lambda: self.engine.snapshot(
                    self.order.job,
                    trigger_id=self.grip.id_of(begun.round, "stop"),
                    stop=True,
                    job_id=record.current,
                    timeout_seconds=seconds,
                )
            ),
            seconds,
        )
        detail = f"stopped at {taken.completed_at}, state in {taken.location}"
        return Told(detail=detail, facts=snapshot_facts(taken))

    def _secure(self, begun: Taken, record: Record) -> Told:
        ours = dict.fromkeys([*record.incarnations, *self.grip.job_ids])
        alive = [one for one in ours if self.grip.fate(one) is Fate.ALIVE]
        if set(alive) & set(self.grip.job_ids[begun.round :]):
            raise ActionError("another process has gone on from here and started the job already")
        if alive and self.grip.newest(record) is None:
            raise Refused("it has completed no checkpoint that it could be started from")
        for job_id in alive:
            end = partial(
                self.engine.end,
                self.order.job,
                job_id=job_id,
                timeout_seconds=self.grip.deadlines.step,
            )
            self.grip.persistently(self.grip.while_ours(end))
        newest = self.grip.newest(record)
        if newest is None:
            raise ActionError(f"no state is known of any of {', '.join(record.incarnations)}")
        detail = f"completed at {newest.completed_at}, in {newest.location}"
        return Told(detail=detail, facts=snapshot_facts(newest))

    def _provide(self, begun: Taken, record: Record) -> Told:
        where = configuration_of(self.order, begun.round)
        self.grip.persistently(lambda: self._have_task_managers(where))
        return Told()

    def _have_task_managers(self, where: Configuration, *, keep: bool = False) -> None:
        self.engine.provide(where, keep=keep, timeout_seconds=self.grip.deadlines.step)

    def _start(self, begun: Taken, record: Record) -> Told:
        kept = record.snapshot(begun.round)
        if kept is None:
            raise ActionError("no state was secured to start from")
        where = configuration_of(self.order, begun.round)
        job_id = self.grip.id_of(begun.round, "job")
        states = itertools.chain([kept], itertools.repeat(None))

        def start() -> None:
            state = next(states)
            if self.resumed or state is None:
                # A try whose reply was lost may have run, and the engine may have forgotten it.
                state = self.grip.newest(record) or kept
            self.engine.start(self.order.job, where, job_id=job_id, snapshot=state)

        self.grip.persistently(start)
        return Told()

    def _verify(self, begun: Taken, record: Record) -> Told:
        order, where = self.order, configuration_of(self.order, begun.round)
        wanted = Wanted(
            job=order.job,
            job_id=record.current,
            configuration=where,
            lag_limit_records=order.lag_limit_records,
            lag_must_fall=begun.round == 0 and _shrinks(order),
            trigger_ids=[self.grip.trigger(begun, f"verify {n}") for n in range(CHECKPOINT_TRIES)],
        )
        seen = verify(
            self.engine, wanted, clock=self.grip.clock, timeout_seconds=self.grip.deadlines.step
        )
        outage = outage_seconds(self.engine, order, seen, record)
        remark = f"{seen.remark}.".capitalize() if seen.remark else ""
        facts = {"outage_seconds": outage, "remark": remark}
        return Told(detail=seen.remark or "as wanted", facts=facts)

    def _tidy(self, begun: Taken, record: Record) -> Told:
        # A job that was left as it is runs in its origin still.
        verified = record.is_done(Step.VERIFY, begun.round)
        where = configuration_of(self.order, begun.round) if verified else self.order.origin
        self.grip.while_ours(lambda: self._have_task_managers(where))()
        return Told()


def _shrinks(order: Rescale) -> bool:
    origin, target = order.origin, order.target
    return (
        target.parallelism < origin.parallelism
        or target.total_cores < origin.total_cores
        or target.total_memory_gb < origin.total_memory_gb
    )
