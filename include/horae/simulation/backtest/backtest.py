"""One run of a back-test: a policy looks after a simulated job, through the very same cycle."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from horae.control.cycle import run_cycle
from horae.control.history import History
from horae.control.retrain import retrain
from horae.control.steps import cycle_id
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.decision import Decision
from horae.errors import HoraeError, NotReady
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind
from horae.settings.job_spec import JobSpec
from horae.simulation.backtest.attendance import Attended, attend
from horae.simulation.backtest.contenders import Contender
from horae.simulation.backtest.job_spec_of import Terms, job_spec_of
from horae.simulation.cluster.simulated_job import EndOfTrace, SimulatedJob
from horae.simulation.job.job_model import JobModel, Start
from horae.simulation.load.traces import Trace
from horae.simulation.world.record import ActionSeen, RunRecord
from horae.simulation.world.worlds import World

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
"""When every run begins, in its own time."""
RETRAIN_SECONDS = 3_600
"""From one competition of the forecasters to the next, as the DAG `retrain` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One run that is to be made.

    Attributes:
        model: The job.
        world: What is added to it.
        trace: The load, before the world warps it.
        contender: Who looks after the job once the history is over.
        seed: Of all that is left to chance in the job.
        terms: What the contender is measured by.
    """

    model: JobModel
    world: World
    trace: Trace
    contender: Contender
    seed: int
    terms: Terms

    def spec(self) -> JobSpec:
        """The job's spec.

        Raises:
            SettingsError: It contradicts itself.
        """
        return job_spec_of(self.model, self.trace, self.contender, self.terms)

    def offered(self) -> Trace:
        """The load, as the world has it with this seed."""
        return self.world.offered(self.trace, self.seed)

    def start(self) -> Start:
        """What the job is started in."""
        return self.contender.start or self.model.start

    def job(self) -> SimulatedJob:
        """The job, at the beginning of its history."""
        model = self.model.model_copy(update={"start": self.start()})
        return SimulatedJob(model, self.world, self.offered(), seed=self.seed, start_at=BEGIN)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rehearsed:
    """What came of a run.

    Attributes:
        record: What happened in the scored part.
        ledger: All that was seen, decided and done.
        failed_cycles: What went wrong in a cycle, a sentence each; the next cycle went on.
        decision_seconds: Wall time of each decision, from the look at the job on.
    """

    record: RunRecord
    ledger: MemoryLedger
    failed_cycles: tuple[str, ...]
    decision_seconds: tuple[float, ...]


def rehearse(run: Rehearsal) -> Rehearsed:
    """Make a run. The same run gives the same, but for the wall times.

    The history passes without a decision; what is known of it is what the job's sources remember.

    Raises:
        SettingsError: The contender's settings contradict each other.
    """
    attended = attend(run.job(), run.spec(), delay_seconds=run.contender.delay_seconds)
    failed: list[str] = []
    with suppress(EndOfTrace):
        attended.job.clock.wait(run.trace.history_seconds)
        look_after(attended, failed.append, end=BEGIN + timedelta(seconds=run.trace.seconds))
    actions = actions_in(attended.ledger, attended.spec.name, end=run.trace.seconds)
    return Rehearsed(
        record=attended.job.record(actions),
        ledger=attended.ledger,
        failed_cycles=tuple(failed),
        decision_seconds=tuple(attended.watch.seconds),
    )


def look_after(attended: Attended, tell: Callable[[str], None], *, end: datetime) -> None:
    """Run the cycles from now on until the trace ends.

    A cycle that is due while an action is carried out is left out, as Airflow leaves it out; after
    one that fails the next one goes on.

    Args:
        attended: The job and who looks after it.
        tell: Hears what went wrong in a cycle.
        end: Of the trace.

    Raises:
        EndOfTrace: The trace ended within an action.
    """
    clock, rhythm = attended.job.clock, attended.spec.time.cycle_seconds
    due = retrain_due = clock.now()
    while due < end:
        clock.wait((due - clock.now()).total_seconds())
        try:
            run_cycle(attended.stages, cycle_id(due), lambda _: None)
        except HoraeError as error:
            tell(f"{cycle_id(due)}: {error}")
        if attended.retraining is not None and due >= retrain_due:
            with suppress(NotReady):
                retrain(attended.retraining, at=due)
                retrain_due = due + timedelta(seconds=RETRAIN_SECONDS)
        over = math.ceil((clock.now() - due).total_seconds() / rhythm)
        due += timedelta(seconds=rhythm * max(1, over))


def actions_in(ledger: MemoryLedger, job: str, *, end: int) -> tuple[ActionSeen, ...]:
    """The actions that a ledger knows of, in the order of time, on the seconds of the run.

    Those that were abandoned untouched are left out.

    Args:
        ledger: Of the run.
        job: The job's name.
        end: Last second of the run; an action that has not ended by then ends there, without a
            result.
    """
    history = History(ledger, job)
    found = []
    for entry in ledger.read(job, kinds=[EntryKind.INTENTION]):
        decision = history.decision(str(entry.body["action_id"]))
        outcome = history.outcome(str(entry.body["action_id"]))
        touched = outcome is None or outcome.result is not OutcomeResult.ABANDONED
        if decision is not None and touched:
            found.append(_action(decision, outcome, began=entry.time, end=end))
    return tuple(found)


def _action(
    decision: Decision, outcome: Outcome | None, *, began: datetime, end: int
) -> ActionSeen:
    proposal, origin = decision.proposal, decision.origin
    if proposal is None or origin is None:
        raise HoraeError(f"decision {decision.id} was carried out and names no target or origin")
    ended = end if outcome is None else min(end, _second(outcome.ended_at))
    return ActionSeen(
        began=_second(began),
        ended=ended,
        reason=decision.reason,
        result=None if outcome is None else outcome.result,
        path=proposal.path if outcome is None else outcome.path,
        outage_seconds=None if outcome is None else outcome.outage_seconds,
        origin=origin,
        target=proposal.target,
    )


def _second(at: datetime) -> int:
    return round((at - BEGIN).total_seconds())
