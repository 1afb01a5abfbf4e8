"""What each stage needs, put together from the settings.

Imports that take long stand inside the functions that need them: a task that only observes loads
neither Darts nor Great Expectations. Every function opens what it needs and closes it again.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from horae.clients.kafka import KafkaClient
from horae.control.acting import Acting
from horae.control.adapters import (
    Reading,
    competition,
    engine,
    lease_terms,
    lineage,
    opened_ledger,
    policy,
    sources,
    window_store,
)
from horae.control.loss import Restarting
from horae.control.observe import Observing
from horae.control.retrain import Retraining
from horae.control.surroundings import Surroundings
from horae.control.understand import Deciding
from horae.control.validate import Validating
from horae.control.watchdog import Minding
from horae.engines.engine import Engine
from horae.ledger.ledger import Ledger
from horae.metrics.collector import Collector
from horae.settings.job_spec import (
    JobSpec,
)
from horae.settings.spec_folder import named_job_spec


@contextmanager
def observing(place: Surroundings, job: str) -> Iterator[Observing]:
    """What observing a job needs."""
    spec = named_job_spec(place.environment.jobs_folder, job)
    with ExitStack() as opened:
        reading = sources(place, spec, opened)
        yield Observing(
            spec=spec,
            engine=engine(place, spec, opened),
            collect=lambda seen, before: Collector(reading(seen), place.clock).collect(
                seen, before, spec.time, job=spec.name
            ),
            windows=window_store(place),
            ledger=opened.enter_context(opened_ledger(place)),
            clock=place.clock,
            lineage=lineage(spec, place.run),
        )


@contextmanager
def validating(place: Surroundings, jobs: Sequence[str]) -> Iterator[Validating]:
    """What validating the windows of jobs needs."""
    from horae.validation.gx_validator import GxValidator
    from horae.validation.reports import Reports

    specs = {job: named_job_spec(place.environment.jobs_folder, job) for job in jobs}
    with opened_ledger(place) as ledger:
        yield Validating(
            validator=GxValidator(
                times={job: spec.time for job, spec in specs.items()},
                reports=Reports(
                    folder=str(place.environment.home / "reports"),
                    keep_hours=max(spec.time.retention_hours for spec in specs.values()),
                ),
            ),
            windows=window_store(place),
            ledger=ledger,
            clock=place.clock,
            lineage={job: lineage(spec, place.run) for job, spec in specs.items()},
        )


@contextmanager
def deciding(place: Surroundings, job: str) -> Iterator[Deciding]:
    """What deciding about a job needs."""
    from horae.forecasting.forecasters import FALLBACK, with_fallback
    from horae.optimisation.exhaustive import ExhaustiveOptimiser

    spec = named_job_spec(place.environment.jobs_folder, job)
    with ExitStack() as opened:
        kafka = opened.enter_context(KafkaClient(place.kafka(spec.kafka.connection)))
        yield Deciding(
            spec=spec,
            engine=engine(place, spec, opened),
            partitions=lambda: len(kafka.partitions(spec.kafka.topics)),
            windows=window_store(place),
            ledger=opened.enter_context(opened_ledger(place)),
            forecaster=lambda champion: with_fallback(
                champion or FALLBACK,
                season_seconds=spec.time.season_seconds,
                grid_seconds=spec.time.grid_seconds,
            ),
            optimiser=ExhaustiveOptimiser(),
            policy=policy(spec),
            clock=place.clock,
            lineage=lineage(spec, place.run),
            kill_switch=place.halted(job),
        )


@contextmanager
def acting(place: Surroundings, job: str) -> Iterator[Acting]:
    """What acting on a job needs."""
    spec = named_job_spec(place.environment.jobs_folder, job)
    with ExitStack() as opened:
        yield Acting(
            spec=spec,
            engine=engine(place, spec, opened),
            ledger=opened.enter_context(opened_ledger(place)),
            clock=place.clock,
            halted=place.halted(job),
            lineage=lineage(spec, place.run),
            lease=lease_terms(place),
        )


@contextmanager
def minding(place: Surroundings, job: str) -> Iterator[Minding]:
    """What minding a job needs."""
    with ExitStack() as opened:
        acts = opened.enter_context(acting(place, job))
        spec = acts.spec
        kafka = opened.enter_context(KafkaClient(place.kafka(spec.kafka.connection)))
        yield Minding(
            acting=acts,
            windows=window_store(place),
            partitions=lambda: len(kafka.partitions(spec.kafka.topics)),
        )


@contextmanager
def restarting(place: Surroundings, job: str) -> Iterator[tuple[Acting, Restarting]]:
    """What starting a lost job again needs."""
    with acting(place, job) as acts:
        yield acts, Restarting.of(acts, windows=window_store(place), halted=acts.halted)


@contextmanager
def watching(place: Surroundings, job: str) -> Iterator[tuple[Engine, Reading, Ledger, JobSpec]]:
    """What looking at a job needs that nobody decides about: engine, sources, ledger, spec."""
    spec = named_job_spec(place.environment.jobs_folder, job)
    with ExitStack() as opened:
        yield (
            engine(place, spec, opened),
            sources(place, spec, opened),
            opened.enter_context(opened_ledger(place)),
            spec,
        )


@contextmanager
def retraining(place: Surroundings, job: str) -> Iterator[Retraining]:
    """What retraining a job's forecasters needs."""
    spec = named_job_spec(place.environment.jobs_folder, job)
    with opened_ledger(place) as ledger:
        yield Retraining(
            spec=spec,
            windows=window_store(place),
            ledger=ledger,
            compete=competition(spec),
            lineage=lineage(spec, place.run),
        )
