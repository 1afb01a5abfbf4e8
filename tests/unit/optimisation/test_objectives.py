"""Money, latency risk and recovery of configurations."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from horae.domain.candidate import Candidates
from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.domain.forecast import LoadForecast
from horae.domain.limits import Limits, Prices
from horae.optimisation.exhaustive import ExhaustiveOptimiser
from horae.optimisation.objectives import evaluate, latency_risk, peak_load
from horae.performance.models import Floats, PerformanceModels
from horae.performance.outage import fit_outage
from horae.performance.partitioning import Partitioning
from horae.performance.recovery import fit_recovery

ONE = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)
LIMITS = Limits(processing_latency_seconds=10.0, latency_confidence=0.95)
PRICES = Prices(core_hour=0.04, gb_hour=0.005, violation_second=0.01, action=0.05)
PARTITIONING = Partitioning(partitions=4)


class KnownCapacity:
    """500 records/s a slot, known exactly."""

    def draws(
        self, configurations: Sequence[Configuration], count: int, rng: np.random.Generator
    ) -> Floats:
        """The same in every draw."""
        return np.tile([500.0 * one.parallelism for one in configurations], (count, 1))

    def summary(self) -> dict[str, float | str | None]:
        """Nothing to tell."""
        return {}


MODELS = PerformanceModels(
    job="j",
    version="v",
    capacity=KnownCapacity(),
    recovery=fit_recovery(
        [], checkpoint_seconds=None, partitioning=PARTITIONING, replacement_seconds=0
    ),
    outage=fit_outage([]),
    proven_load=None,
    proven_utilisation=None,
)


def forecast(paths: list[list[float]]) -> LoadForecast:
    """Of these paths, on a grid of 5 s."""
    values = np.array(paths)
    return LoadForecast(
        job="j",
        forecaster="known",
        start=datetime(2026, 1, 5, tzinfo=UTC),
        grid_seconds=5.0,
        levels=(0.5,),
        quantiles=np.median(values, axis=0)[:, None],
        paths=values,
        trained_on_rows=1,
    )


def test_the_risk_is_the_share_of_futures_above_the_capacity() -> None:
    """Peaks 400, 600, 900 and 1,100: 3/4 above one slot of 500, 1/4 above two."""
    ahead = forecast([[300, 400], [600, 300], [300, 900], [1100, 200]])
    one, two = evaluate(
        Configurations([ONE, replace(ONE, parallelism=2)]),
        forecast=ahead,
        models=MODELS,
        limits=LIMITS,
        prices=PRICES,
        rng=np.random.default_rng(1),
    )
    assert (one.latency_risk, two.latency_risk) == (0.75, 0.25)
    assert (one.capacity, two.capacity) == (500, 1000)


def test_money_counts_whole_task_managers() -> None:
    """Two TaskManagers of a core and a GiB: 2 x 0.04 + 2 x 0.005 = 0.09 an hour."""
    (two,) = evaluate(
        Configurations([replace(ONE, parallelism=2)]),
        forecast=forecast([[300.0]]),
        models=MODELS,
        limits=LIMITS,
        prices=PRICES,
        rng=np.random.default_rng(1),
    )
    assert two.money_per_hour == pytest.approx(0.09)


def test_recovery_is_taken_at_the_median_peak() -> None:
    """Dark 25 s, age 10 + 1, peak 300, capacity 500: 25 + 300 x 36 / 200 = 79 s; never at 600."""

    def recovery(load: float) -> float:
        (one,) = evaluate(
            Configurations([ONE]),
            forecast=forecast([[100.0, load]]),
            models=MODELS,
            limits=LIMITS,
            prices=PRICES,
            rng=np.random.default_rng(1),
        )
        return one.recovery_seconds

    assert peak_load(forecast([[100.0, 300.0]])) == 300
    assert recovery(300.0) == pytest.approx(79)
    assert recovery(600.0) == math.inf


def test_a_backlog_that_is_worked_off_in_time_is_no_risk() -> None:
    """5,000 records at 500 - 300 = 200/s: 1,000 are done in 5 s, 4,000 in 20 s.

    After 5 s 4,000 wait for 8 s at 500/s, within 10 s; with 7,000 to start with 6,000 wait 12 s.
    """
    paths, capacity = np.array([[300.0]]), np.array([[500.0]])

    def risk(backlog: float) -> float:
        return float(
            latency_risk(
                paths, capacity, grid_seconds=5.0, limit_seconds=10.0, backlog_records=backlog
            )[0]
        )

    assert (risk(0), risk(5000), risk(7000)) == (0, 0, 1)


def test_the_risk_with_a_backlog_is_that_of_a_queue_played_step_by_step() -> None:
    """For 200 drawn paths and capacities a queue that is played says the same, draw by draw."""
    rng = np.random.default_rng(5)
    paths, capacity = rng.uniform(100, 900, (200, 12)), rng.uniform(400, 900, (200, 1))
    backlog, grid, limit = 20_000.0, 5.0, 10.0
    waiting = np.full(200, backlog)
    for load in paths.T:
        waiting = np.maximum(0, waiting + grid * (load - capacity[:, 0]))
    broken = (paths.max(axis=1) > capacity[:, 0]) | (waiting > limit * capacity[:, 0])
    assert 0 < (waiting > limit * capacity[:, 0]).mean() < 1
    for draw in range(200):
        one = slice(draw, draw + 1)
        (risk,) = latency_risk(
            paths[one],
            capacity[one],
            grid_seconds=grid,
            limit_seconds=limit,
            backlog_records=backlog,
        )
        assert risk == broken[draw]


def test_the_exhaustive_optimiser_looks_at_all_in_their_order() -> None:
    """Three configurations in, three candidates out; the same state of chance, the same ones."""
    space = Configurations(replace(ONE, parallelism=size) for size in (4, 1, 2))

    def search(seed: int) -> Candidates:
        return ExhaustiveOptimiser().search(
            space,
            lambda some: evaluate(
                some,
                forecast=forecast([[300.0, 700.0], [100.0, 400.0]]),
                models=MODELS,
                limits=LIMITS,
                prices=PRICES,
                rng=np.random.default_rng(seed),
            ),
        )

    first = search(3)
    assert first.configurations == space
    assert list(first) == list(search(3))
