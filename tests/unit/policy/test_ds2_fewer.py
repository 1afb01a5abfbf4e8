"""How long fewer subtasks must have been wanted before they come."""

import math
from collections.abc import Sequence

import numpy as np

from ds2_builders import DAY, ROWS, a_source, settings, sized
from horae.domain.window import MetricsWindow
from horae.policy.ds2_rates import vertex_rates
from horae.policy.ds2_rows import read_rows
from horae.policy.ds2_sizes import sizes
from policy_builders import GRID, a_forecast, a_situation, a_vertex, a_window, at, with_vertices


def test_fewer_are_wanted_for_long_enough_before_they_come() -> None:
    """5 rows of 300 s: with 17 rows of wishes the largest of the last six counts, else none."""
    slow = settings(scale_down_seconds=5 * GRID, metrics_seconds=2 * GRID, alignment="off")
    plan = [a_vertex("s", 10)]
    # 1000/s at 10 % is 4 (the limit of a step); at 40 %, seen two rows long, 1595 / 2500 x 10 = 7.
    busy = [0.1] * (ROWS - 5) + [0.4] * 2 + [0.1] * 3
    told = {"s": {**a_source(1000, 0.1), "busy_ratio": busy}}
    assert sized(plan, told, slow)["s"].wanted == 7
    # A row that wanted just the ten, 1595 / 1667 x 10 = 9.6, begins the time anew.
    busy = [0.1] * (ROWS - 5) + [0.6] * 2 + [0.1] * 3
    told = {"s": {**a_source(1000, 0.1), "busy_ratio": busy}}
    held = sized(plan, told, slow)["s"]
    assert (held.wanted, held.waiting) == (10, 4)


def restarted(parallelism: Sequence[float] | float = 10.0) -> MetricsWindow:
    """A job that ran for 20 rows, was down for 2, and has run for 8 since; hardly busy."""
    uptime = [*(DAY + GRID * np.arange(20)), math.nan, math.nan, *(GRID * np.arange(1, 9))]
    columns = {"uptime_seconds": uptime, "parallelism": parallelism}
    window = a_window(100.0, rows=30, configuration=at(10), **columns)
    return with_vertices(window, {"s": a_source(1000, 0.1)})


def wanted_after_a_restart(window: MetricsWindow, minutes: int) -> tuple[int, int | None]:
    """Subtasks of its one vertex, where fewer must have been wanted for so many rows."""
    slow = settings(scale_down_seconds=minutes * GRID, alignment="off")
    situation = a_situation(
        current=at(10), forecast=a_forecast([1.0]), window=window, vertices=(a_vertex("s", 10),)
    )
    job = read_rows(situation, slow)
    assert job is not None
    (found,) = sizes(vertex_rates(job, slow), job, slow)
    return found.wanted, found.waiting


def test_what_was_wanted_before_a_failure_still_counts() -> None:
    """A restart clears the samples, not the wishes (`DelayedScaleDown.clearAll` is for rescales).

    7 whole spans since the restart and 19 before it: the first wish is 28 rows old.
    """
    assert wanted_after_a_restart(restarted(), 28) == (4, None)
    assert wanted_after_a_restart(restarted(), 29) == (10, 4)


def test_what_was_wanted_before_a_rescale_is_forgotten() -> None:
    """Where the run before was one of other sizes, only the 7 spans since count: 6 rows."""
    other = restarted([9.0] * 20 + [math.nan] * 2 + [10.0] * 8)
    assert wanted_after_a_restart(other, 6) == (4, None)
    assert wanted_after_a_restart(other, 7) == (10, 4)


def test_of_equal_wishes_the_last_tells_whether_it_was_outside() -> None:
    """As there: a recommendation evicts those before it that are as small or smaller.

    1000 / 0.7 are needed: at 51 % and at 55 % busy 7.3 and 7.9 of 10. The band ends at 53 %.
    """
    chosen = settings(
        scale_down_seconds=5 * GRID, alignment="off", minimum_utilisation=0.53, catch_up_seconds=0
    )
    busy = [0.1] * (ROWS - 6) + [0.51] * 3 + [0.55] * 3
    told = {"s": {**a_source(1000, 0.1), "busy_ratio": busy}}
    found = sized([a_vertex("s", 10)], told, chosen)["s"]
    assert (found.wanted, found.outside) == (8, False)
