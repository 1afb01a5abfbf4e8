"""The report of a back-test."""

from dataclasses import replace
from pathlib import Path

import pytest

from backtest_builders import a_plan, a_rehearsal
from horae.simulation.backtest.backtest import rehearse
from horae.simulation.backtest.plan import Plan
from horae.simulation.backtest.report import report, shown_mean
from horae.simulation.backtest.results import Result, code_version, result_of
from horae.simulation.backtest.runner import Made
from horae.simulation.backtest.scoreboard import lines, mean_of, rows


@pytest.fixture(scope="module")
def results() -> tuple[Result, ...]:
    """Of two policies."""
    runs = [a_rehearsal(policy) for policy in ("static", "threshold")]
    return tuple(result_of(run, rehearse(run), shown=True) for run in runs)


def a_report(plan: Plan, results: tuple[Result, ...]) -> str:
    """Without references."""
    made = Made(results=results, static_best=(), oracles=(), timings=())
    return report(plan, made, lines(rows(plan, made)))


@pytest.fixture(scope="module")
def page(results: tuple[Result, ...]) -> str:
    """Their report."""
    return a_report(a_plan("static", "threshold"), results)


def test_it_shows_what_was_run_and_every_plot_in_words_too(page: str) -> None:
    """Six plots, each with what it shows in its label; the settings, and the code."""
    assert page.count("<svg") == 6
    assert page.count('role="img" aria-label="') == 6
    for words in (
        "Share of time within the limit: static",
        "Load and capacity over 0.333 hours, a row each for static, threshold",
        "CPU cores held over time: static between 4 and 4",
        "Highest processing latency over time",
        "Recovery after each failure: static none",
        "Money spent until the end: static",
    ):
        assert words in page
    assert "target 0.8" in page
    assert code_version() in page


def test_it_needs_nothing_else_and_tells_no_place(page: str) -> None:
    """No script, nothing fetched, no path of this machine, and small enough to send around."""
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert str(Path.cwd()) not in page
    assert len(page) < 1_000_000


def test_the_same_results_give_the_same_page(page: str, results: tuple[Result, ...]) -> None:
    """Byte for byte."""
    assert a_report(a_plan("static", "threshold"), results) == page


def test_the_cheapest_with_violations_priced_in_is_marked(results: tuple[Result, ...]) -> None:
    """Late for 20 s more at 0.01 a second, threshold is dearer than what it saves."""
    static, threshold = results
    late = replace(
        threshold,
        score=replace(
            threshold.score,
            money_with_violations=static.score.money_with_violations + 0.01,
        ),
    )
    told = a_report(a_plan("static", "threshold"), (static, late))
    paid = static.score.money_with_violations
    assert (
        f"Over one seed, under test in the world calm static is cheapest (money {paid:.4g}, "
        in told
    )
    assert f"before threshold (money {paid + 0.01:.4g}, " in told


def test_a_mean_of_some_seeds_alone_says_of_how_many() -> None:
    """A figure that is missing for a seed is left out of the mean, and that is told."""
    some = mean_of([1.0, None, 3.0])
    assert shown_mean(some, 1, seeds=3) == "2 ± 13 (2 of 3)"
    assert shown_mean(some, 1, seeds=2) == "2 ± 13"
