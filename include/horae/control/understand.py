"""From a trusted window to a situation.

A policy that looks ahead is told forecast, models and candidates; for one that does not, none is
made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from horae.control.chance import chance
from horae.control.entries import Observation
from horae.control.history import History
from horae.control.possible import REMEMBERED, failures_among, what_may_be_done
from horae.domain.action import Outcome
from horae.domain.candidate import Candidates, Front
from horae.domain.clock import Clock
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.domain.forecast import LoadForecast
from horae.domain.job import Capabilities, JobPresence, Vertex
from horae.domain.proposal import Reason, Stay
from horae.domain.quantile import quantile
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
from horae.performance.fitting import fit_models, learned_outage
from horae.performance.models import PerformanceModels
from horae.performance.partitioning import Partitioning
from horae.policy.policy import Foresight, Policy, Situation
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
        front: The non-dominated candidates; None: the policy foresees nothing, so none were made.
        references: Ids of what the decision rests on.
    """

    situation: Situation
    space: SearchSpace
    front: Front | None
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
    """What may be chosen, and for a policy that foresees: forecast, fit, search.

    Nothing is recorded.

    Raises:
        NotReady: The window is too short for a forecast or for the models.
        ExternalError: The engine or Kafka does not answer.
    """
    window = parts.windows.get(verdict.window)
    capabilities = what_may_be_done(parts.spec, parts.engine)
    partitioning = partitioning_of(parts, capabilities)
    past = history.past_outcomes(limit=REMEMBERED)
    failures = failures_among(
        past, spec=parts.spec, history=history, version=running.version, now=parts.clock.now()
    )
    space = search_space(
        bounds(parts, window, running.configuration, capabilities, partitioning, failures)
    )
    known = Understanding(
        situation=_situation(parts, history, window, verdict, space, capabilities, past),
        space=space,
        front=None,
        references=basis(parts, seen),
    )
    if not parts.policy.foresees:
        return known
    foreseen = _foresee(parts, history, known.situation, past, running.version, partitioning)
    return _with_foresight(known, foreseen)


def _situation(
    parts: Deciding,
    history: History,
    window: MetricsWindow,
    verdict: Verdict,
    space: SearchSpace,
    capabilities: Capabilities,
    past: Sequence[Outcome],
) -> Situation:
    """What every policy is told."""
    return Situation(
        now=parts.clock.now(),
        window=window,
        verdict=verdict,
        current=space.current,
        admissible=space.configurations,
        capabilities=capabilities,
        limits=parts.spec.limits.limits(),
        prices=parts.spec.prices.prices(),
        outage=learned_outage(past),
        action_delay_seconds=action_delay(parts.spec, history),
        rng=chance(parts.spec.name, verdict.window),
        foresight=None,
        vertices=_vertices(parts, window),
    )


def _vertices(parts: Deciding, window: MetricsWindow) -> tuple[Vertex, ...]:
    """The job's vertices; none where the window tells nothing of single ones."""
    if window.vertices is None:
        return ()
    return parts.engine.describe(parts.spec.engine_job_name).vertices


def _with_foresight(known: Understanding, foreseen: Foresight) -> Understanding:
    return replace(
        known,
        situation=replace(known.situation, foresight=foreseen),
        front=pareto_front(foreseen.candidates, peak_load=foreseen.forecast.peak(0.5)),
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
    usual = quantile(waits, 0.95) if waits else ACTION_DELAY_SECONDS
    return spec.time.cycle_seconds + spec.time.sampling_seconds + usual


def _foresee(
    parts: Deciding,
    history: History,
    situation: Situation,
    past: Sequence[Outcome],
    version: str,
    partitioning: Partitioning,
) -> Foresight:
    """Forecast, models and candidates, in this order from the same source of chance."""
    forecast = _forecast(parts, history, situation)
    models = fit_models(
        situation.window,
        version=version,
        outcomes=past,
        partitioning=partitioning,
        version_since=history.version_since(version),
    )
    return Foresight(
        forecast=forecast,
        models=models,
        candidates=_search(parts, situation, forecast, models),
    )


def _forecast(parts: Deciding, history: History, situation: Situation) -> LoadForecast:
    time = parts.spec.time
    steps = max(1, round(time.horizon_seconds / time.grid_seconds))
    load = situation.window.frame["load_records_per_second"]
    forecaster = parts.forecaster(history.champion())
    return forecaster.forecast(load, job=parts.spec.name, steps=steps, rng=situation.rng)


def bounds(
    parts: Deciding,
    window: MetricsWindow,
    current: Configuration,
    capabilities: Capabilities,
    partitioning: Partitioning,
    failures: tuple[Failure, ...] = (),
) -> Bounds:
    """What bounds the job's configurations: its spec, its engine, its input and what failed."""
    return Bounds(
        current=current,
        search=parts.spec.search,
        capabilities=capabilities,
        partitioning=partitioning,
        checkpoint_seconds_p95=long_checkpoint_seconds(
            window.column("checkpoint_duration_seconds")
        ),
        commit_latency_seconds=parts.spec.limits.commit_latency_seconds,
        failures=failures,
        run_in=window.shapes(),
    )


def partitioning_of(parts: Deciding, capabilities: Capabilities) -> Partitioning:
    """How the input is spread over subtasks.

    Raises:
        ExternalError: Kafka does not answer.
    """
    return Partitioning(partitions=parts.partitions(), key_groups=capabilities.maximum_parallelism)


def _search(
    parts: Deciding, situation: Situation, forecast: LoadForecast, models: PerformanceModels
) -> Candidates:
    def predict(configurations: Configurations) -> Candidates:
        return evaluate(
            configurations,
            forecast=forecast,
            models=models,
            limits=situation.limits,
            prices=situation.prices,
            rng=situation.rng,
            backlog_records=situation.window.last("lag_records"),
        )

    return parts.optimiser.search(situation.admissible, predict)


def basis(parts: Deciding, seen: Observation) -> dict[str, str]:
    """Ids of what every conclusion from a look rests on: spec, code, window, verdict, version."""
    verdict = parts.ledger.find(parts.spec.name, f"{EntryKind.VERDICT}:{seen.cycle}")
    ids = {
        "window": seen.window,
        "verdict": verdict.id if verdict else None,
        "job_version": seen.version,
    }
    return parts.lineage | {name: known for name, known in ids.items() if known is not None}
