"""Settings to concrete objects: the only file that names them all.

Imports that take long stand inside the functions that need them: a task that only observes loads
neither Darts nor Great Expectations.
"""

import os
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial

import pandas as pd

from horae import __version__
from horae.clients.flink import FlinkClient
from horae.clients.kafka import KafkaClient
from horae.control.chance import chance
from horae.control.holding import LeaseTerms
from horae.control.surroundings import Surroundings
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
from horae.metrics.file_window_store import FileWindowStore
from horae.metrics.flink_source import FlinkSource
from horae.metrics.kafka_source import KafkaSource
from horae.metrics.source import MetricSource
from horae.metrics.window_store import WindowStore
from horae.policy.ds2 import Ds2Policy
from horae.policy.hold import HoldPolicy
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Policy
from horae.policy.threshold import ThresholdPolicy
from horae.settings.job_spec import JobSpec
from horae.settings.policy_settings import Ds2Settings, HoldSettings, ThresholdSettings
from horae.settings.spec_file import spec_id

Reading = Callable[[JobDescription], Mapping[str, MetricSource]]
"""A job as it was found to its metric sources by name; they live for one observation."""


def lineage(spec: JobSpec, run: str = "") -> dict[str, str]:
    """What every entry of a job refers to: its spec, the code, and the run that wrote it.

    Args:
        spec: The job's.
        run: As in `Surroundings`.
    """
    written_by = {"airflow_run": run} if run else {}
    return {"spec": spec_id(spec), "code": __version__} | written_by


@contextmanager
def opened_ledger(place: Surroundings) -> Iterator[Ledger]:
    """The ledger."""
    ledger = open_ledger(place.environment.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


def lease_terms(place: Surroundings) -> LeaseTerms:
    """How this very call takes leases; the next one is another holder."""
    holder = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    return LeaseTerms(holder=holder, seconds=place.environment.lease_seconds)


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
    return FileWindowStore(place.environment.windows_url)


def policy(spec: JobSpec) -> Policy:
    """The policy that a spec names."""
    settings = spec.policy
    if isinstance(settings, HoldSettings):
        return HoldPolicy()
    if isinstance(settings, ThresholdSettings):
        return ThresholdPolicy(settings=settings)
    if isinstance(settings, Ds2Settings):
        return Ds2Policy(settings=settings)
    return PlannerPolicy(
        settings=settings,
        time=spec.time,
        minimum_stay_seconds=spec.guards.cooldown_seconds,
    )
