"""The scoreboard, from results made by hand."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from record_builder import SMALL, a_record

from backtest_builders import a_plan
from horae.domain.limits import Limits
from horae.simulation.backtest.job_spec_of import Terms
from horae.simulation.backtest.results import Result, Who
from horae.simulation.backtest.runner import Made
from horae.simulation.backtest.scoreboard import (
    FIGURES,
    STATIC_BEST,
    lines,
    mean_of,
    rows,
    write_scoreboard,
    write_summary,
)
from horae.simulation.backtest.yardsticks import Oracle, OraclesFound, StaticBestFound
from horae.simulation.score.scores import score

LIMITS = Limits(processing_latency_seconds=2.0, latency_confidence=0.95, recovery_seconds=180.0)
PRICES = Terms().prices.prices()
TRACE, WORLD = "test", "calm"


def a_result(policy: str, *, cores: float, seed: int = 1) -> Result:
    """An hour on so many cores and as many GiB: 0.045 of money a core."""
    run = a_record(np.ones(3_600), cores=cores, memory_gb=cores)
    return Result(
        who=Who(policy=policy, trace=TRACE, world=WORLD, seed=seed),
        score=score(run, limits=LIMITS, prices=PRICES),
        changes=0,
        configurations=(),
        cycles=60,
        failed_cycles=(),
        entries=0,
        last_hash="",
        actions=(),
        failed_at=(),
        recovered=(),
        curves=None,
    )


def an_oracle(result: Result, *, attained: float | None, bound: float) -> Oracle:
    """Of one result."""
    return Oracle(who=result.who, violation_seconds=0, changes=0, attained=attained, bound=bound)


def made(*results: Result, oracles: tuple[Oracle, ...] = ()) -> Made:
    """With the best constant configuration on 2 cores."""
    best = a_result(STATIC_BEST, cores=2.0)
    found = StaticBestFound(
        trace=TRACE, world=WORLD, configuration=SMALL, meets=True, scores=((1, best.score),)
    )
    return Made(
        results=results,
        static_best=(found,),
        oracles=(OraclesFound(oracles=oracles),),
        timings=(),
    )


def test_money_is_told_beside_that_of_others() -> None:
    """3 cores cost 0.135, static's 4 cost 0.18, the best 2 cost 0.09, the oracle 0.1."""
    own, static = a_result("threshold", cores=3), a_result("static", cores=4)
    seen = made(static, own, oracles=(an_oracle(own, attained=0.1, bound=0.09),))
    row = next(one for one in rows(a_plan("static", "threshold"), seen) if one.who == own.who)
    assert row.compared.ratio_to_static == pytest.approx(3 / 4)
    assert row.compared.ratio_to_static_best == pytest.approx(3 / 2)
    assert row.compared.ratio_to_oracle == pytest.approx(1.35)
    assert row.compared.ratio_to_bound == pytest.approx(1.5)


def test_without_static_one_compares_with_the_models_start() -> None:
    """An hour on its 4 cores of 1 GiB and 4 GiB each costs 4 x 0.04 + 16 x 0.005 = 0.24."""
    (row, _) = rows(a_plan("threshold"), made(a_result("threshold", cores=3)))
    assert row.compared.ratio_to_static == pytest.approx(0.135 / 0.24)


def test_an_oracle_that_found_no_plan_has_no_ratio_but_its_bound_has() -> None:
    """Nothing is not zero."""
    own = a_result("threshold", cores=3)
    seen = made(own, oracles=(an_oracle(own, attained=None, bound=0.09),))
    (row, _) = rows(a_plan("threshold"), seen)
    assert row.compared.ratio_to_oracle is None
    assert row.compared.ratio_to_bound == pytest.approx(1.5)


def test_rows_stand_as_the_plan_has_them_and_the_reference_last() -> None:
    """By contender and seed, whatever the order of the results."""
    plan = a_plan("threshold", "ds2", seeds=2)
    results = [
        a_result(name, cores=1, seed=seed) for seed in (2, 1) for name in ("ds2", "threshold")
    ]
    order = [(row.who.policy, row.who.seed) for row in rows(plan, made(*results))]
    assert order == [
        ("threshold", 1),
        ("threshold", 2),
        ("ds2", 1),
        ("ds2", 2),
        (STATIC_BEST, 1),
    ]


def test_the_interval_of_a_mean_is_students() -> None:
    """Of 1, 2, 3: the deviation is 1, t(0.975; 2) is 4.3027, hence 2 +/- 4.3027 / sqrt(3)."""
    mean = mean_of([1, 2.0, None, 3])
    assert (mean.mean, mean.seeds) == (2.0, 3)
    assert mean.high == pytest.approx(2 + 4.302653 / 3**0.5, abs=1e-6)
    assert mean.low == pytest.approx(2 - 4.302653 / 3**0.5, abs=1e-6)


def test_one_seed_has_a_mean_without_an_interval_and_none_has_nothing() -> None:
    """A figure that is missing in every seed is missing."""
    assert (mean_of([5]).mean, mean_of([5]).low, mean_of([5]).high) == (5.0, None, None)
    assert (mean_of([None, None]).mean, mean_of([]).seeds) == (None, 0)


def test_files_have_every_figure_and_leave_empty_what_is_missing(tmp_path: Path) -> None:
    """A row a run, a line a figure; a recovery without a failure is empty, not zero."""
    found = rows(a_plan("threshold"), made(a_result("threshold", cores=3)))
    write_scoreboard(found, tmp_path / "scoreboard.csv")
    write_summary(lines(found), tmp_path / "summary.csv")
    with (tmp_path / "scoreboard.csv").open() as file:
        first, second = csv.DictReader(file)
    assert tuple(first)[4:] == FIGURES
    assert (first["policy"], first["core_hours"], first["recovery_a_mean"]) == (
        "threshold",
        "3.0",
        "",
    )
    assert (second["policy"], second["failed_cycles"]) == (STATIC_BEST, "")
    with (tmp_path / "summary.csv").open() as file:
        table = list(csv.DictReader(file))
    assert len(table) == 2 * len(FIGURES)
    assert next(one for one in table if one["figure"] == "money")["mean"] == "0.135"


def test_means_are_taken_over_the_seeds_of_a_contender() -> None:
    """1 and 3 cores in two seeds are 2 in the mean."""
    results = [a_result("ds2", cores=cores, seed=seed) for seed, cores in ((1, 1.0), (2, 3.0))]
    found = lines(rows(a_plan("ds2", seeds=2), replace(made(*results), static_best=())))
    (line,) = found
    assert (line.policy, line.means["core_hours"].mean) == ("ds2", 2.0)
