"""Situations with known models, for the tests of policies and guards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from horae.domain.action import RescalePath
from horae.domain.candidate import Candidates
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.domain.forecast import LoadForecast
from horae.domain.job import Capabilities, Vertex
from horae.domain.limits import Limits, Prices
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.verdict import Verdict
from horae.domain.vertex_catalogue import VERTEX_METRICS
from horae.domain.window import MetricsWindow
from horae.performance.models import Floats, PerformanceModels
from horae.policy.policy import Foresight, Situation

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GRID = 60.0
SLOT = 500.0  # records/s that a slot of the known job carries

SMALL = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)
CAPABLE = Capabilities(
    in_place=True,
    vertices=True,
    savepoint=True,
    checkpoint=False,
    restart=False,
    provisioned=True,
    maximum_task_managers=4,
    maximum_slots=None,
    maximum_parallelism=128,
    why_not={},
)


def at(parallelism: int, **changes: float) -> Configuration:
    """The small configuration at another parallelism, changed further."""
    return replace(SMALL, parallelism=parallelism, **changes)


@dataclass(frozen=True)
class KnownCapacity:
    """`SLOT` records/s a subtask, all draws off by the same log-normal factor."""

    spread: float = 0.03

    def draws(
        self, configurations: Sequence[Configuration], count: int, rng: np.random.Generator
    ) -> Floats:
        """`count x configurations`, records/s."""
        factor = np.exp(self.spread * rng.standard_normal((count, 1)))
        return factor * SLOT * np.array([float(x.parallelism) for x in configurations])

    def summary(self) -> dict[str, float | str | None]:
        """The truth."""
        return {"slot": SLOT}


@dataclass(frozen=True)
class KnownRecovery:
    """Interval and dark time of 20 s, caught up with the spare capacity."""

    def seconds(
        self, configurations: Sequence[Configuration], *, load: Floats | float, capacity: Floats
    ) -> Floats:
        """The shape that load and capacity have together, seconds."""
        age = np.array([x.checkpoint_interval_seconds for x in configurations])
        spare = capacity - load
        endless = np.full(spare.shape, np.inf)
        return 20 + np.divide(load * (age + 20), spare, out=endless, where=spare > 0)

    def summary(self) -> dict[str, float | str | None]:
        """Nothing to learn."""
        return {}


@dataclass(frozen=True)
class KnownOutage:
    """4 s in place, 8 s by savepoint, 6 s from a checkpoint."""

    def draws(self, path: RescalePath, count: int, rng: np.random.Generator) -> Floats:
        """`count`, seconds."""
        return np.full(count, self.quantile(path, 0.5))

    def quantile(self, path: RescalePath, level: float) -> float:
        """The same at any level."""
        return {RescalePath.IN_PLACE: 4.0, RescalePath.SAVEPOINT: 8.0}.get(path, 6.0)

    def summary(self) -> dict[str, float | str | None]:
        """Nothing to learn."""
        return {}


def a_window(
    load: Sequence[float] | float,
    *,
    configuration: Configuration = SMALL,
    rows: int = 30,
    **columns: Sequence[float] | float,
) -> MetricsWindow:
    """`rows` rows up to `NOW` of a job that is calm unless `columns` say otherwise."""
    count = rows if isinstance(load, float | int) else len(load)
    index = pd.date_range(end=NOW, periods=count, freq=f"{GRID:.0f}s")
    frame = pd.DataFrame(np.nan, index=index, columns=list(COLUMNS))
    calm = {"lag_records": 0.0, "processing_latency_seconds": 0.5, "busy_ratio_max": 0.6}
    known = {**calm, **configuration.to_json(), **columns, "load_records_per_second": load}
    for name, value in known.items():
        frame[name] = value
    return MetricsWindow(
        job="j",
        job_id="1",
        version="v",
        configuration=configuration,
        grid_seconds=GRID,
        frame=frame,
        collected_at=NOW,
    )


def a_vertex(
    name: str,
    parallelism: int = 1,
    *inputs: str,
    hashed: bool = False,
    max_parallelism: int = 32_768,
) -> Vertex:
    """A vertex that runs; without inputs it is a source."""
    return Vertex(
        id=name,
        name=name,
        parallelism=parallelism,
        max_parallelism=max_parallelism,
        running_subtasks=parallelism,
        running_since=NOW,
        is_source=not inputs,
        inputs=inputs,
        hashed=hashed,
    )


def with_vertices(
    window: MetricsWindow, told: Mapping[str, Mapping[str, Sequence[float] | float]]
) -> MetricsWindow:
    """The window with what is told of each vertex, a value for all rows or one a row."""
    columns = pd.MultiIndex.from_product([tuple(told), VERTEX_METRICS])
    frame = pd.DataFrame(np.nan, index=window.frame.index, columns=columns)
    for vertex, metrics in told.items():
        for metric, values in metrics.items():
            frame[vertex, metric] = values
    return replace(window, vertices=frame)


def a_forecast(paths: Floats | Sequence[float]) -> LoadForecast:
    """The given paths (`paths x steps`); one path is repeated."""
    known = np.atleast_2d(np.asarray(paths, dtype=np.float64))
    levels = (0.05, 0.5, 0.95)
    return LoadForecast(
        job="j",
        forecaster="known",
        start=NOW + timedelta(seconds=GRID),
        grid_seconds=GRID,
        levels=levels,
        quantiles=np.quantile(known, levels, axis=0).T,
        paths=known,
        trained_on_rows=100,
    )


PRICES = Prices(core_hour=0.04, gb_hour=0.005, violation_second=0.0005, action=0.001)
LIMITS = Limits(processing_latency_seconds=30.0, latency_confidence=0.95)


def a_situation(
    *,
    current: Configuration,
    forecast: LoadForecast,
    window: MetricsWindow,
    choices: Sequence[Configuration] = tuple(at(p) for p in (1, 2, 3, 4)),
    capabilities: Capabilities = CAPABLE,
    limits: Limits = LIMITS,
    prices: Prices = PRICES,
    spread: float = 0.03,
    proven_utilisation: float | None = 0.95,
    action_delay_seconds: float = 120.0,
    vertices: tuple[Vertex, ...] = (),
    seed: int = 1,
) -> Situation:
    """A situation with the known models; candidates are predicted by the same models."""
    models = PerformanceModels(
        job="j",
        version="v",
        capacity=KnownCapacity(spread),
        recovery=KnownRecovery(),
        outage=KnownOutage(),
        proven_load=1900.0,
        proven_utilisation=proven_utilisation,
    )
    rng = np.random.default_rng(seed)
    configurations = Configurations(dict.fromkeys((*choices, current)))
    return Situation(
        now=NOW,
        window=window,
        verdict=Verdict(job="j", window="w", usable=True, broken=(), rules=9),
        current=current,
        admissible=Configurations(sorted(configurations)),
        capabilities=capabilities,
        limits=limits,
        prices=prices,
        outage=models.outage,
        action_delay_seconds=action_delay_seconds,
        rng=rng,
        foresight=Foresight(
            forecast=forecast,
            models=models,
            candidates=_candidates(configurations, models, forecast, prices),
        ),
        vertices=vertices,
    )


def _candidates(
    configurations: Configurations,
    models: PerformanceModels,
    forecast: LoadForecast,
    prices: Prices,
) -> Candidates:
    capacity = models.capacity.draws(configurations, 500, np.random.default_rng(7))
    largest = np.random.default_rng(8).choice(forecast.paths.max(axis=1), size=(500, 1))
    peak = forecast.peak(0.5)
    recovery = models.recovery.seconds(configurations, load=peak, capacity=capacity)
    return Candidates(
        configurations=configurations,
        money_per_hour=np.array([prices.per_hour(x) for x in configurations]),
        latency_risk=(largest > capacity).mean(axis=0),
        recovery_seconds=np.median(recovery, axis=0),
        capacity=np.median(capacity, axis=0),
    )
