"""What the references of a back-test may be held against."""

from dataclasses import replace

import pytest

from backtest_builders import a_rehearsal
from horae.errors import HoraeError
from horae.simulation.backtest.backtest import Rehearsal, rehearse
from horae.simulation.backtest.results import Result, result_of
from horae.simulation.backtest.yardsticks import configurations_of, find_oracles
from horae.simulation.job.job_model import Start


def a_result(run: Rehearsal) -> Result:
    """What comes of it."""
    return result_of(run, rehearse(run), shown=False)


def test_all_that_a_policy_may_choose_is_known() -> None:
    """Every legal size and memory, that of the start, and any size for who asks for any.

    Of 8 partitions or key groups the busiest of 5, 6 and 7 subtasks has as many as that of 4.
    """
    search = {"parallelism": (1, 2, 3, 4, 5, 6, 7, 8), "memory_mb": (1024, 2048, 4096)}
    job = {"search": search, "partitions": 8, "key_groups": 8}
    even = a_rehearsal("planner", **job)
    found = configurations_of([even])
    assert {one.memory_mb for one in found} == {1024, 2048, 4096}
    assert {one.parallelism for one in found} == {1, 2, 3, 4, 8}
    started = a_rehearsal("static", said={"start": {"parallelism": 7}}, **job)
    assert {one.parallelism for one in configurations_of([even, started])} == {1, 2, 3, 4, 7, 8}
    uneven = a_rehearsal("threshold", **job)
    both = configurations_of([even, uneven])
    assert {one.parallelism for one in both} == set(range(1, 9))
    assert {one.memory_mb for one in both if one.parallelism == 7} == {4096}, "it only resizes"


def test_a_run_in_none_of_them_is_an_error() -> None:
    """The bound says nothing of it, so that no ratio may be told; the run is named."""
    run = a_rehearsal("static")
    result, some = a_result(run), configurations_of([run])
    other = Start(parallelism=4, memory_mb=512).configuration()
    with pytest.raises(HoraeError, match=r"policy='static'.*512 MB.*no policy may choose"):
        find_oracles([(run, replace(result, configurations=(other,)))], some)
    fewer = replace(result.configurations[0], vertices=(("source", 1),))
    find_oracles([(run, replace(result, configurations=(fewer,)))], some)


def test_a_run_below_its_bound_is_an_error() -> None:
    """The bound of a run that costs a hundredth cannot be one; the run is named."""
    run = a_rehearsal("static")
    result, some = a_result(run), configurations_of([run])
    (asked,) = find_oracles([(run, result)], some).oracles
    assert asked.attained == pytest.approx(result.score.money)
    below = replace(result, score=replace(result.score, money=0.99 * asked.bound))
    with pytest.raises(HoraeError, match=r"policy='static'.*nothing can cost less"):
        find_oracles([(run, below)], some)
