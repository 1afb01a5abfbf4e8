"""The stages of the cycle, put together around a simulated job.

Nothing of the cycle knows that anything is simulated: engine, metric source and clock are those of
the simulated job, windows and ledger are kept in memory, and the light validator judges by the
same rules as Great Expectations.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache

from horae.control import adapters
from horae.control.acting import Acting
from horae.control.cycle import Stages
from horae.control.holding import LeaseTerms
from horae.control.kill_switch import never_halted
from horae.control.observe import Observing
from horae.control.retrain import Retraining
from horae.control.understand import Deciding
from horae.control.validate import Validating
from horae.forecasting.forecaster import Forecaster
from horae.forecasting.forecasters import FALLBACK, with_fallback
from horae.ledger.memory import MemoryLedger
from horae.metrics.collector import Collector
from horae.metrics.memory_window_store import MemoryWindowStore
from horae.optimisation.exhaustive import ExhaustiveOptimiser
from horae.settings.job_spec import JobSpec
from horae.simulation.cluster.simulated_job import SimulatedJob
from horae.validation.vector_validator import VectorValidator

LEASE_SECONDS = 366 * 86_400
"""Nobody competes for the job: a lease outlives any run, so that no thread has to renew it."""


@dataclass(slots=True)
class Stopwatch:
    """Wall time of the decisions, each from the look at the job on; nothing depends on it.

    Attributes:
        seconds: What each took.
    """

    seconds: list[float] = field(default_factory=list)
    _began: float = 0.0

    @contextmanager
    def starting(self, parts: Observing) -> Iterator[Observing]:
        """A look at the job begins."""
        self._began = time.perf_counter()
        yield parts

    @contextmanager
    def stopping(self, parts: Deciding) -> Iterator[Deciding]:
        """What ends with the block is the decision."""
        yield parts
        self.seconds.append(time.perf_counter() - self._began)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """A simulated job and who looks after it.

    Attributes:
        job: The simulated job.
        spec: Its spec.
        stages: What the cycle needs.
        retraining: What letting the forecasters compete needs; None: the policy foresees nothing.
        ledger: Where everything goes.
        watch: How long decisions took.
    """

    job: SimulatedJob
    spec: JobSpec
    stages: Stages
    retraining: Retraining | None
    ledger: MemoryLedger
    watch: Stopwatch


def attend(job: SimulatedJob, spec: JobSpec, *, delay_seconds: float) -> Attended:
    """Put the stages together.

    Args:
        job: The job.
        spec: Its spec.
        delay_seconds: From a decision to the first step of its action.
    """
    watch, ledger = Stopwatch(), MemoryLedger()
    looking = _looking(job, spec, ledger)
    judging = _judging(looking)
    choosing = _choosing(job, looking)
    doing = _doing(looking)
    stages = Stages(
        observing=lambda: watch.starting(looking),
        validating=lambda: nullcontext(judging),
        deciding=lambda: watch.stopping(choosing),
        acting=lambda: _later(delay_seconds, doing),
    )
    return Attended(
        job=job,
        spec=spec,
        stages=stages,
        retraining=_retraining(looking) if choosing.policy.foresees else None,
        ledger=ledger,
        watch=watch,
    )


def _looking(job: SimulatedJob, spec: JobSpec, ledger: MemoryLedger) -> Observing:
    collector = Collector({"job": job.source}, job.clock)
    return Observing(
        spec=spec,
        engine=job.engine,
        collect=lambda seen, before: collector.collect(seen, before, spec.time, job=spec.name),
        windows=MemoryWindowStore(job.clock),
        ledger=ledger,
        clock=job.clock,
        lineage=adapters.lineage(spec),
    )


def _judging(looking: Observing) -> Validating:
    spec = looking.spec
    return Validating(
        validator=VectorValidator(times={spec.name: spec.time}),
        windows=looking.windows,
        ledger=looking.ledger,
        clock=looking.clock,
        lineage={spec.name: looking.lineage},
    )


def _choosing(job: SimulatedJob, looking: Observing) -> Deciding:
    spec, partitions = looking.spec, job.partitions

    @cache
    def forecaster(champion: str | None) -> Forecaster:
        return with_fallback(
            champion or FALLBACK,
            season_seconds=spec.time.season_seconds,
            grid_seconds=spec.time.grid_seconds,
        )

    return Deciding(
        spec=spec,
        engine=looking.engine,
        partitions=lambda: partitions,
        windows=looking.windows,
        ledger=looking.ledger,
        forecaster=forecaster,
        optimiser=ExhaustiveOptimiser(),
        policy=adapters.policy(spec),
        clock=looking.clock,
        lineage=looking.lineage,
        kill_switch=never_halted,
    )


def _doing(looking: Observing) -> Acting:
    return Acting(
        spec=looking.spec,
        engine=looking.engine,
        ledger=looking.ledger,
        clock=looking.clock,
        halted=never_halted,
        lineage=looking.lineage,
        lease=LeaseTerms(holder="rehearsal", seconds=LEASE_SECONDS),
    )


@contextmanager
def _later(seconds: float, parts: Acting) -> Iterator[Acting]:
    """Whoever carries a decision out begins after a while."""
    parts.clock.wait(seconds)
    yield parts


def _retraining(looking: Observing) -> Retraining:
    return Retraining(
        spec=looking.spec,
        windows=looking.windows,
        ledger=looking.ledger,
        compete=adapters.competition(looking.spec),
        lineage=looking.lineage,
    )
