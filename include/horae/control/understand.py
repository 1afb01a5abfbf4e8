"""From a trusted window to a situation: forecast, models and candidates, each of them recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from horae.control.chance import chance
from horae.control.entries import Observation, draft, to_body
from horae.control.history import History
from horae.control.possible import REMEMBERED, failures_among, what_may_be_done
from horae.domain.candidate import Candidate, Front
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.forecast import LoadForecast
from horae.domain.job import Capabilities, JobPresence
from horae.domain.proposal import Reason, Stay
from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.engines.engine import Engine
from horae.forecasting.forecaster import Forecaster
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.window_store import WindowStore
from horae.optimisation.failures import Failure
from horae.optimisation.objectives import evaluate
from horae.optimisation.optimiser import Optimiser
from horae.optimisation.pareto import pareto_front
from horae.optimisation.search_space import Bounds, SearchSpace, search_space
from horae.performance.checkpoints import long_checkpoint_seconds
from horae.performance.fitting import fit_models
from horae.performance.models import PerformanceModels
from horae.performance.partitioning import Partitioning
from horae.policy.policy import Policy, Situation
from horae.settings.job_spec import JobSpec

ACTION_DELAY_SECONDS = 15.0
"""From a decision to the first step of its action, before any was seen: Airflow needs 2-3 s to
trigger a run, a second for each of its two tasks, and up to 6 s for the imports of the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """What deciding needs.

    Attributes:
        spec: The job.
        engine: Asked what it can do, never told to do anything.
        partitions: Number of partitions of the input.
        windows: Where the windows are.
        ledger: Where history comes from and everything goes to.
        forecaster: Champion's name (None: none yet) to the forecaster to ask.
        optimiser: Who searches.
        policy: Who proposes.
        clock: The time.
        lineage: References that each entry carries.
        kill_switch: Why nothing may be done now.
    """

    spec: JobSpec
    engine: Engine
    partitions: Callable[[], int]
    windows: WindowStore
    ledger: Ledger
    forecaster: Callable[[str | None], Forecaster]
    optimiser: Optimiser
    policy: Policy
    clock: Clock
    lineage: dict[str, str]
    kill_switch: Callable[[], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What is believed before a policy is asked.

    Attributes:
        situation: All that a policy may know.
        space: What there is to choose from.
        front: The non-dominated candidates.
        references: Ids of what the decision rests on.
    """

    situation: Situation
    space: SearchSpace
    front: Front
    references: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a running job was seen to run in.

    Attributes:
        configuration: Its configuration.
        version: Id of the job version.
    """

    configuration: Configuration
    version: str


def running_in(seen: Observation) -> Running | Stay:
    """What the job runs in, or why that is not known."""
    if seen.presence is None:
        sentence = f"the engine did not answer: {seen.detail}"
        return Stay(reason=Reason.SOURCE_UNAVAILABLE, sentence=sentence)
    if seen.presence is not JobPresence.RUNNING:
        sentence = f"the job is {seen.presence}: {seen.detail}"
        return Stay(reason=Reason.NOT_RUNNING, sentence=sentence)
    if seen.configuration is None or seen.version is None:
        sentence = f"what the job runs in is not known: {seen.detail}"
        return Stay(reason=Reason.UNKNOWN_CONFIGURATION, sentence=sentence)
    return Running(configuration=seen.configuration, version=seen.version)


def understand(
    parts: Deciding, history: History, seen: Observation, verdict: Verdict, running: Running
) -> Understanding:
    """Forecast, fit, search, and record each.

    Raises:
        NotReady: The window is too short for a forecast or for the models.
        ExternalError: The engine or Kafka does not answer.
    """
    window = parts.windows.get(verdict.window)
    current = running.configuration
    rng = chance(parts.spec.name, verdict.window)
    forecast = _foresee(parts, history, window, rng)
    capabilities = what_may_be_done(parts.spec, parts.engine)
    partitioning = partitioning_of(parts, capabilities)
    models = _model(parts, history, window, running.version, partitioning)
    past = [action.outcome for action in history.past_actions(limit=REMEMBERED)]
    failures = failures_among(
        past, spec=parts.spec, history=history, version=running.version, now=parts.clock.now()
    )
    space = admissible(parts, window, current, capabilities, partitioning, failures)
    candidates = _search(parts, window, forecast, models, space, rng)
    return Understanding(
        situation=Situation(
            now=parts.clock.now(),
            window=window,
            verdict=verdict,
            forecast=forecast,
            models=models,
            current=current,
            candidates=tuple(candidates),
            capabilities=capabilities,
            limits=parts.spec.limits.limits(),
            prices=parts.spec.prices.prices(),
            action_delay_seconds=action_delay(parts.spec, history),
            rng=rng,
        ),
        space=space,
        front=pareto_front(candidates, peak_load=forecast.peak(0.5)),
        references=_record(parts, seen, forecast, models),
    )


def action_delay(spec: JobSpec, history: History) -> float:
    """Seconds from measuring to the first step of an action.

    A whole cycle at worst, and what past actions took from their decision to their first step
    (95 % quantile).
    """
    waits = [
        (past.outcome.started_at - past.decision.decided_at).total_seconds()
        for past in history.past_actions(limit=20)
    ]
    usual = float(np.quantile(waits, 0.95)) if waits else ACTION_DELAY_SECONDS
    return spec.time.cycle_seconds + spec.time.sampling_seconds + usual


def _foresee(
    parts: Deciding, history: History, window: MetricsWindow, rng: np.random.Generator
) -> LoadForecast:
    time = parts.spec.time
    steps = max(1, round(time.horizon_seconds / time.grid_seconds))
    load = window.frame["load_records_per_second"]
    forecaster = parts.forecaster(history.champion())
    return forecaster.forecast(load, job=parts.spec.name, steps=steps, rng=rng)


def _model(
    parts: Deciding,
    history: History,
    window: MetricsWindow,
    version: str,
    partitioning: Partitioning,
) -> PerformanceModels:
    return fit_models(
        window,
        version=version,
        outcomes=[past.outcome for past in history.past_actions()],
        partitioning=partitioning,
        version_since=history.version_since(version),
    )


def admissible(
    parts: Deciding,
    window: MetricsWindow,
    current: Configuration,
    capabilities: Capabilities,
    partitioning: Partitioning,
    failures: tuple[Failure, ...] = (),
) -> SearchSpace:
    """What the job may run in, by its spec, its engine, its input and what failed."""
    return search_space(
        Bounds(
            current=current,
            search=parts.spec.search,
            capabilities=capabilities,
            partitioning=partitioning,
            checkpoint_seconds_p95=long_checkpoint_seconds(window.frame),
            commit_latency_seconds=parts.spec.limits.commit_latency_seconds,
            failures=failures,
        )
    )


def partitioning_of(parts: Deciding, capabilities: Capabilities) -> Partitioning:
    """How the input is spread over subtasks.

    Raises:
        ExternalError: Kafka does not answer.
    """
    return Partitioning(partitions=parts.partitions(), key_groups=capabilities.maximum_parallelism)


def _search(
    parts: Deciding,
    window: MetricsWindow,
    forecast: LoadForecast,
    models: PerformanceModels,
    space: SearchSpace,
    rng: np.random.Generator,
) -> Sequence[Candidate]:
    def predict(configurations: Sequence[Configuration]) -> Sequence[Candidate]:
        return evaluate(
            configurations,
            forecast=forecast,
            models=models,
            limits=parts.spec.limits.limits(),
            prices=parts.spec.prices.prices(),
            rng=rng,
            backlog_records=window.last("lag_records"),
        )

    return parts.optimiser.search(space.configurations, predict)


def _record(
    parts: Deciding,
    seen: Observation,
    forecast: LoadForecast,
    models: PerformanceModels,
) -> dict[str, str]:
    references = basis(parts, seen)
    now = parts.clock.now()
    told = {
        EntryKind.FORECAST: forecast_body(forecast),
        EntryKind.MODEL: {"proven_load": models.proven_load, **models.summary()},
    }
    for kind, body in told.items():
        entry = draft(
            kind,
            job=parts.spec.name,
            key=seen.cycle,
            at=now,
            body=to_body(body),
            references=references,
        )
        # A try that died after this entry may have known less of the past: the first one stands.
        told_before = parts.ledger.find(entry.chain, entry.identity)
        kept = told_before or parts.ledger.append(entry)
        references = references | {kind.value: kept.id}
    return references


def basis(parts: Deciding, seen: Observation) -> dict[str, str]:
    """Ids of what every conclusion from a look rests on: spec, code, window, verdict, version."""
    verdict = parts.ledger.find(parts.spec.name, f"{EntryKind.VERDICT}:{seen.cycle}")
    ids = {
        "window": seen.window,
        "verdict": verdict.id if verdict else None,
        "job_version": seen.version,
    }
    return parts.lineage | {name: known for name, known in ids.items() if known is not None}


def forecast_body(forecast: LoadForecast) -> dict[str, Any]:
    """A forecast for the ledger; its paths follow from window and seed, so they are left out."""
    return {
        "forecaster": forecast.forecaster,
        "start": forecast.start,
        "grid_seconds": forecast.grid_seconds,
        "levels": list(forecast.levels),
        "quantiles": np.round(forecast.quantiles, 3).tolist(),
        "trained_on_rows": forecast.trained_on_rows,
    }
