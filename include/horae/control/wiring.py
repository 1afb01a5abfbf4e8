"""Settings to concrete objects: the only file that names them all.

Imports that take long stand inside the functions that need them: a task that only observes loads
neither Darts nor Great Expectations. Every function opens what it needs and closes it again.
"""

import os
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

import pandas as pd

from horae import __version__
from horae.clients.flink import FlinkClient
from horae.clients.kafka import KafkaClient
from horae.control.act import Acting
from horae.control.chance import chance
from horae.control.holding import LeaseTerms
from horae.control.loss import Restarting
from horae.control.observe import Observing
from horae.control.retrain import Retraining
from horae.control.surroundings import Surroundings
from horae.control.understand import Deciding
from horae.control.validate import Validating
from horae.control.watchdog import Minding
from horae.domain.job import JobDescription
from horae.engines.engine import Engine
from horae.engines.flink import FlinkEngine
from horae.engines.provisioner import Provisioner
from horae.forecasting.promotion import Promotion
from horae.ledger.ledger import Ledger
from horae.ledger.opening import open_ledger
from horae.local.paths import LocalPaths
from horae.local.stack_settings import StackSettings
from horae.local.task_managers import TaskManagers
from horae.metrics.collector import Collector
from horae.metrics.flink_source import FlinkSource
from horae.metrics.kafka_source import KafkaSource
from horae.metrics.source import MetricSource
from horae.metrics.window_store import WindowStore
from horae.policy.hold import HoldPolicy
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Policy
from horae.policy.threshold import ThresholdPolicy
from horae.settings.job_spec import (
    HoldSettings,
    JobSpec,
    ThresholdSettings,
)
from horae.settings.spec_file import spec_id
from horae.settings.spec_folder import named_job_spec

Reading = Callable[[JobDescription], Mapping[str, MetricSource]]
"""A job as it was found to its metric sources by name; they live for one observation."""


def lineage(spec: JobSpec) -> dict[str, str]:
    """What every entry of a job refers to: its spec and the code."""
    return {"spec": spec_id(spec), "code": __version__}


@contextmanager
def opened_ledger(place: Surroundings) -> Iterator[Ledger]:
    """The ledger."""
    ledger = open_ledger(place.environment.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


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
            lineage=lineage(spec),
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
            lineage={job: lineage(spec) for job, spec in specs.items()},
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
            lineage=lineage(spec),
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
            lineage=lineage(spec),
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
        yield (
            acts,
            Restarting(
                spec=acts.spec,
                engine=acts.engine,
                windows=window_store(place),
                ledger=acts.ledger,
                clock=acts.clock,
                lineage=acts.lineage,
                halted=acts.halted,
            ),
        )


def lease_terms(place: Surroundings) -> LeaseTerms:
    """How this very call takes leases; the next one is another holder."""
    holder = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    return LeaseTerms(holder=holder, seconds=place.environment.lease_seconds)


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
            lineage=lineage(spec),
        )


def competition(
    spec: JobSpec,
) -> Callable[[str | None, pd.Series, str], tuple[Promotion, ...]]:
    """Lets every challenger meet whoever is champion by then."""
    from horae.forecasting.forecasters import FALLBACK, challengers, forecaster
    from horae.forecasting.promotion import compete

    season, grid = spec.time.season_seconds, spec.time.grid_seconds
    steps = max(1, round(spec.time.horizon_seconds / grid))

    def run(champion: str | None, load: pd.Series, window: str) -> tuple[Promotion, ...]:
        names = champion or FALLBACK
        found: list[Promotion] = []
        for name in challengers(names):
            meeting = compete(
                forecaster(names, season_seconds=season, grid_seconds=grid),
                forecaster(name, season_seconds=season, grid_seconds=grid),
                load,
                steps=steps,
                rng=chance(spec.name, window),
            )
            found.append(meeting)
            names = meeting.winner
        return tuple(found)

    return run


def engine(place: Surroundings, spec: JobSpec, opened: ExitStack) -> Engine:
    """The engine of a job."""
    client = opened.enter_context(FlinkClient(place.flink(spec.engine.connection)))
    return FlinkEngine(
        client, settings=spec.engine, provisioner=provisioner(place, spec), clock=place.clock
    )


def provisioner(place: Surroundings, spec: JobSpec) -> Provisioner | None:
    """Who adds and removes TaskManagers; None: nobody."""
    if spec.engine.provisioner is None:
        return None
    paths = LocalPaths.under(place.environment.home)
    settings = StackSettings.read(paths.stack) or StackSettings()
    return TaskManagers(paths, maximum=settings.maximum_task_managers, clock=place.clock)


def sources(place: Surroundings, spec: JobSpec, opened: ExitStack) -> Reading:
    """Where the metrics of a job are read, once it was found."""
    flink = opened.enter_context(FlinkClient(place.flink(spec.engine.connection)))
    kafka = opened.enter_context(KafkaClient(place.kafka(spec.kafka.connection)))
    topics = spec.kafka.topics

    def reading(seen: JobDescription) -> Mapping[str, MetricSource]:
        partitions = partial(kafka.partitions, topics)
        return {
            "kafka": KafkaSource(kafka, topics=topics, group=spec.kafka.group),
            "flink": FlinkSource(flink, job=seen, partitions=partitions, clock=place.clock),
        }

    return reading


def window_store(place: Surroundings) -> WindowStore:
    """Where windows are kept."""
    return WindowStore(place.environment.windows_url)


def policy(spec: JobSpec) -> Policy:
    """The policy that a spec names."""
    settings = spec.policy
    if isinstance(settings, HoldSettings):
        return HoldPolicy()
    if isinstance(settings, ThresholdSettings):
        return ThresholdPolicy(settings=settings)
    return PlannerPolicy(
        settings=settings,
        time=spec.time,
        minimum_stay_seconds=spec.guards.cooldown_seconds,
    )
