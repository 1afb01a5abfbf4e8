"""The model of DS2 and the autoscaler of the Flink operator, by the numbers published of them."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from horae.domain.job import Vertex
from horae.domain.window import MetricsWindow
from horae.policy.ds2_rates import rolling_mean, vertex_rates
from horae.policy.ds2_rows import JobRows, read_rows
from horae.policy.ds2_sizes import Size, any_is_outside, sizes
from horae.policy.policy import Situation
from horae.settings.policy_settings import Ds2Settings
from policy_builders import (
    GRID,
    a_forecast,
    a_situation,
    a_vertex,
    a_window,
    at,
    with_vertices,
)

ROWS = 20
DAY = 86_400.0

Told = Mapping[str, Mapping[str, float | Sequence[float]]]


def settings(**changes: object) -> Ds2Settings:
    """The operator's, but that rates are measured over two rows and fewer are wanted at once."""
    quick = {"metrics_seconds": 2 * GRID, "stabilisation_seconds": 0, "scale_down_seconds": 0}
    return Ds2Settings.model_validate({"name": "ds2", **quick, **changes})


# What DS2 itself has of it: no room, no backlog, no restart, no limit of a step, no alignment.
MODEL = settings(
    target_utilisation=1,
    catch_up_seconds=0,
    restart_seconds=0,
    alignment="off",
    scale_down_factor=1,
    maximum_parallelism=32_768,
)


def rows_of(
    vertices: Sequence[Vertex], told: Told, chosen: Ds2Settings, rows: int = ROWS
) -> JobRows:
    """What the policy reads of vertices that have run for long."""
    window = with_vertices(a_window(100.0, rows=rows, uptime_seconds=DAY), told)
    read = read_rows(facing(window, tuple(vertices)), chosen)
    assert read is not None
    return read


def facing(window: MetricsWindow, vertices: tuple[Vertex, ...] = ()) -> Situation:
    """A job of one slot with that window."""
    return a_situation(current=at(1), forecast=a_forecast([1.0]), window=window, vertices=vertices)


def sized(vertices: Sequence[Vertex], told: Told, chosen: Ds2Settings) -> dict[str, Size]:
    """What is wanted of each vertex."""
    job = rows_of(vertices, told, chosen)
    found = sizes(vertex_rates(job, chosen), job, chosen)
    return {one.vertex.id: one for one in found}


def growing(by: float) -> list[float]:
    """A backlog that grows by so many records/s."""
    return [by * GRID * row for row in range(ROWS)]


@pytest.mark.parametrize(
    ("sources", "load", "first", "second", "expected"),
    [
        (1, 100, (50, 400), 100, (2, 8)),
        (1, 200, (40, 700), 99, (5, 36)),  # the second by the un-rounded first: 3500 / 99
        (1, 200, (10, 700), 201, (20, 70)),
        (2, 100, (50, 400), 100, (4, 16)),
        (2, 200, (40, 700), 99, (10, 71)),
        (2, 200, (10, 700), 201, (40, 140)),
    ],
)
def test_the_model_gives_what_ds2_gives(
    sources: int,
    load: float,
    first: tuple[float, float],
    second: float,
    expected: tuple[int, int],
) -> None:
    """The vectors of DS2's own tests, of a job that is held back by its slowest operator.

    What comes through is the least of the load, of what the first operator can take in, and of
    what the second can, through the first one's output ratio; the rest of the load waits.
    """
    true_in, true_out = first
    ratio = true_out / true_in
    through = min(load * sources, true_in, second / ratio)
    names = [f"s{number}" for number in range(sources)]
    share = through / sources
    told: dict[str, dict[str, float | Sequence[float]]] = {
        name: {
            "records_in_per_second": share,
            "records_out_per_second": share,
            "busy_ratio": 0.5,
            "backpressured_ratio": 0.5,
            "lag_records": growing(load - share),
        }
        for name in names
    }
    told["a"] = {
        "records_in_per_second": through,
        "records_out_per_second": through * ratio,
        "busy_ratio": through / true_in,
    }
    told["b"] = {
        "records_in_per_second": through * ratio,
        "records_out_per_second": 0.0,
        "busy_ratio": through * ratio / second,
    }
    plan = [a_vertex(name) for name in names]
    plan += [a_vertex("a", 1, *names), a_vertex("b", 1, "a")]
    found = sized(plan, told, MODEL)
    assert (found["a"].wanted, found["b"].wanted) == expected


def a_source(
    rate: float, busy: float, lag: float | Sequence[float] = 0.0, **more: float
) -> dict[str, float | Sequence[float]]:
    """What is told of a source."""
    known = {"records_in_per_second": rate, "busy_ratio": busy, "lag_records": lag}
    return {**known, "records_out_per_second": rate, "backpressured_ratio": 0.0, **more}


def test_what_is_needed_has_room_and_the_time_of_a_restart() -> None:
    """1000 / 0.7 + 1000 x 300 / 1800 = 1595.2; a backlog of 9000 adds 9000 / 1800 = 5: 1600."""
    chosen = settings()
    assert sized([a_vertex("s", 4)], {"s": a_source(1000, 0.9)}, chosen)["s"].needed == 1595
    more = sized([a_vertex("s", 4)], {"s": a_source(1001, 0.9)}, chosen)["s"]
    assert more.needed == 1597, "1596.8, rounded as Java's `Math.round` does"
    behind = sized([a_vertex("s", 4)], {"s": a_source(1000, 0.9, 9000.0)}, chosen)["s"]
    assert behind.needed == 1600
    assert behind.true_rate == pytest.approx(1000 / 0.9)


@pytest.mark.parametrize(("busy", "outside"), [(0.99, False), (1.0, False), (0.45, False)])
def test_at_the_defaults_nothing_grows_below_all_that_it_can(busy: float, outside: bool) -> None:
    """The band reaches up to a busy share of 1.0, so that only a growing backlog is too much."""
    found = sized([a_vertex("s", 4)], {"s": a_source(1000, busy)}, settings())["s"]
    assert found.outside is outside


def test_a_growing_backlog_is_demand() -> None:
    """950 read and 100 more waiting each second are 1050; it can 1000: outside, and 7 of 4.

    1050 / 0.7 + 1050 x 300 / 1800 and the newest backlog, 19 x 60 x 100 = 114,000, over 1800 s
    are 1500 + 175 + 63.3 = 1738, so 4 x 1.738 = 6.95.
    """
    told = {"s": a_source(950, 0.95, growing(100))}
    found = sized([a_vertex("s", 4)], told, settings(backlog_seconds=DAY))["s"]
    assert (found.demand, found.needed) == (pytest.approx(1050), 1738)
    assert (found.wanted, found.outside) == (7, True)


def test_a_step_down_is_limited() -> None:
    """10 % busy with 10 subtasks: 0.16 of them would do, and at most 60 % may go: 4."""
    found = sized([a_vertex("s", 10)], {"s": a_source(1000, 0.1)}, settings())["s"]
    assert (found.wanted, found.outside) == (4, True)


def test_who_gets_nothing_shrinks() -> None:
    """A rate of nothing is no bound: at most 60 % go at a time."""
    found = sized([a_vertex("s", 10)], {"s": a_source(0, 0.0)}, settings())["s"]
    assert math.isinf(found.true_rate)
    assert (found.wanted, found.outside) == (4, True)


@pytest.mark.parametrize(("can", "outside"), [(2600, False), (2700, True)])
def test_too_much_counts_the_time_of_a_restart(can: float, outside: bool) -> None:
    """1000 / 0.4 + 1000 / 6 = 2667 is the upper end of the band; without a restart it is 2500."""
    found = sized([a_vertex("s", 10)], {"s": a_source(1000, 1000 / can)}, settings())["s"]
    assert found.outside is outside


@pytest.mark.parametrize(("present", "expected"), [(2, 5), (7, 7)])
def test_a_vertex_has_at_most_so_many_subtasks_or_those_it_has(
    present: int, expected: int
) -> None:
    """At 10 % ten times as many would be needed: 5 are the most, but 7 stay 7."""
    chosen = settings(target_utilisation=0.1, minimum_utilisation=0.1, maximum_parallelism=5)
    found = sized([a_vertex("s", present)], {"s": a_source(1000, 1.0)}, chosen)["s"]
    assert found.wanted == expected


@pytest.mark.parametrize(
    ("vertex", "partitions", "expected"),
    [
        (a_vertex("t", 10, "s", max_parallelism=128), math.nan, 15),  # shares nothing
        (
            a_vertex("t", 10, "s", hashed=True, max_parallelism=128),
            math.nan,
            16,
        ),  # the next divisor of 128
        (a_vertex("t", 10, "s", max_parallelism=128), 20.0, 20),  # the next divisor of 20
    ],
)
def test_subtasks_are_fitted_to_key_groups_or_partitions(
    vertex: Vertex, partitions: float, expected: int
) -> None:
    """1000 / 0.7 = 1429 of 1000: 10 x 1.43 are 15."""
    sink = {"records_in_per_second": 1000.0, "records_out_per_second": 0.0, "busy_ratio": 1.0}
    told = {"s": a_source(1000, 0.5), "t": sink | {"partitions": partitions}}
    found = sized([a_vertex("s"), vertex], told, settings(catch_up_seconds=0))
    assert found["t"].wanted == expected


@pytest.mark.parametrize("missing", ["records_in_per_second", "busy_ratio"])
def test_what_was_not_measured_changes_nothing(missing: str) -> None:
    """NaN anywhere: no change."""
    told = {"s": a_source(1000, 0.1) | {missing: math.nan}}
    found = sized([a_vertex("s", 10)], told, settings())["s"]
    assert not found.changes


def test_the_busiest_mean_or_least_busy_subtask_counts_as_asked() -> None:
    """100 records/s at 50, 40 or 20 % are 200, 250 or 500 records/s."""
    told = {"s": a_source(100, 0.5, busy_ratio_mean=0.4, busy_ratio_min=0.2)}
    rates = [
        sized([a_vertex("s")], told, settings(busy_aggregator=which))["s"].true_rate
        for which in ("max", "mean", "min")
    ]
    assert rates == pytest.approx([200, 250, 500])


def test_while_catching_up_the_rate_is_the_capacity() -> None:
    """60,000 behind at 1000/s is 60 s: 1000 / (1 - 0.2) = 1250; busy time says 2000: not true."""
    told = {"s": a_source(1000, 0.5, 60_000.0, backpressured_ratio=0.2)}
    assert sized([a_vertex("s")], told, settings())["s"].true_rate == pytest.approx(1250)


def test_what_busy_time_promises_counts_where_the_two_are_close() -> None:
    """1000 / 0.9 = 1111 is less than 15 % above 1000."""
    told = {"s": a_source(1000, 0.9, 60_000.0)}
    assert sized([a_vertex("s")], told, settings())["s"].true_rate == pytest.approx(1000 / 0.9)


def test_what_was_seen_while_catching_up_is_remembered() -> None:
    """Rows 2 to 5 were catching up at 1000; now 500 at 25 % promise 2000: still 1000."""
    catching = [2 <= row <= 5 for row in range(ROWS)]
    rate = [1000.0 if row else 500.0 for row in catching]
    lag = [60_000.0 if row else 0.0 for row in catching]
    told = {"s": {**a_source(0, 0.25, lag), "records_in_per_second": rate}}
    assert sized([a_vertex("s")], told, settings())["s"].true_rate == pytest.approx(1000)


def test_what_is_seen_lately_counts_more_than_what_was_seen_before() -> None:
    """Caught up at 1000 long ago, now at 800: 800."""
    rate = [1000.0] * 10 + [800.0] * (ROWS - 10)
    told = {"s": {**a_source(0, 0.25, 60_000.0), "records_in_per_second": rate}}
    assert sized([a_vertex("s")], told, settings())["s"].true_rate == pytest.approx(800)


def test_one_row_of_catching_up_is_too_few() -> None:
    """Two observations are needed: busy time counts."""
    lag = [60_000.0 if row == 3 else 0.0 for row in range(ROWS)]
    told = {"s": a_source(500, 0.25, lag)}
    assert sized([a_vertex("s")], told, settings())["s"].true_rate == pytest.approx(2000)


def test_while_far_behind_nothing_shrinks() -> None:
    """301 s behind: the sink is 10 % busy and stays, where it would shrink at 299 s."""
    plan = [a_vertex("s", 1), a_vertex("t", 10, "s")]
    sink = {"records_in_per_second": 100.0, "records_out_per_second": 0.0, "busy_ratio": 0.1}
    outside = {
        seconds: sized(plan, {"s": a_source(100, 0.5, 100.0 * seconds), "t": sink}, settings())
        for seconds in (299, 301)
    }
    assert outside[299]["t"].outside
    assert not outside[301]["t"].outside


def test_while_far_behind_all_that_a_vertex_can_is_used() -> None:
    """130 of 100 and 17 to catch up are too little at a busy share of 0.8, and enough at 1.0."""
    plan = [a_vertex("s", 1), a_vertex("t", 10, "s")]
    sink = {"records_in_per_second": 100.0, "records_out_per_second": 0.0, "busy_ratio": 1 / 1.3}
    chosen = settings(maximum_utilisation=0.8)
    outside = {
        seconds: sized(plan, {"s": a_source(100, 0.5, 100.0 * seconds), "t": sink}, chosen)
        for seconds in (299, 301)
    }
    assert outside[299]["t"].outside
    assert not outside[301]["t"].outside


def test_with_two_inputs_the_one_that_sends_nowhere_else_is_subtracted() -> None:
    """`t` gets 300: 100 from `b`, which only sends there, so 200 from `a`, which sends 500 in all.

    With twice the load of `a` alone, by its backlog, t needs 2 x 200 + 100 = 500.
    """
    plan = [a_vertex("a"), a_vertex("b"), a_vertex("t", 1, "a", "b"), a_vertex("u", 1, "a")]
    told = {
        "a": a_source(250, 0.5, growing(250)) | {"records_out_per_second": 500.0},
        "b": a_source(100, 0.5),
        "t": {"records_in_per_second": 300.0, "records_out_per_second": 0.0, "busy_ratio": 0.5},
        "u": {"records_in_per_second": 300.0, "records_out_per_second": 0.0, "busy_ratio": 0.5},
    }
    found = sized(plan, told, settings(backlog_seconds=DAY))
    # Of `b` to `t` the other input, `a`, sends elsewhere too: all that `b` sends counts.
    assert found["t"].demand == pytest.approx(2 * 200 + 100)
    assert found["u"].demand == pytest.approx(2 * 300)


def test_all_changes_are_made_once_one_vertex_is_outside() -> None:
    """Else none is. Of 1200 wanted `s` can 1250 and is inside, `t` can 1053 and is not."""
    plan = [a_vertex("s", 4), a_vertex("t", 4, "s")]
    chosen = settings(catch_up_seconds=0, backlog_seconds=DAY)
    sink = {"records_in_per_second": 1000.0, "records_out_per_second": 0.0, "busy_ratio": 0.95}
    calm = sized(plan, {"s": a_source(1000, 0.8), "t": sink}, chosen)
    assert calm["s"].changes
    assert not any_is_outside(list(calm.values()))
    held_back = a_source(1000, 0.8, growing(200), backpressured_ratio=0.2)
    late = sized(plan, {"s": held_back, "t": sink}, chosen)
    assert [(one.changes, one.outside) for one in late.values()] == [(True, False), (True, True)]
    assert any_is_outside(list(late.values()))


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


def test_means_leave_out_gaps_and_what_is_endless() -> None:
    """Over two rows: nothing before the second, one of two is enough, only endless stays so."""
    values = np.array([1.0, 3.0, np.nan, np.inf, np.inf, np.nan, np.nan])
    expected = [np.nan, 2.0, 3.0, np.inf, np.inf, np.inf, np.nan]
    assert rolling_mean(values, 2) == pytest.approx(expected, nan_ok=True)


def test_rows_before_the_stabilisation_has_passed_do_not_count() -> None:
    """Up for 600 s at a row a minute: less 300 s these are 5 rows; two are needed."""
    window = a_window(100.0, uptime_seconds=600.0)
    job = read_rows(facing(window), settings(stabilisation_seconds=300))
    assert job is not None
    assert (job.count, job.needed, job.missing_seconds) == (5, 2, -180)


def test_a_job_whose_start_is_not_known_is_not_read() -> None:
    """The newest row has no uptime: the job is down, or nothing new was told."""
    assert read_rows(facing(a_window(100.0)), settings()) is None


def test_a_job_that_was_rescaled_since_the_newest_row_is_not_read() -> None:
    """The row tells of two subtasks where there is one, of the job or of a vertex."""
    window = a_window(100.0, uptime_seconds=DAY)
    assert read_rows(facing(window), settings()) is not None
    of_two = a_window(100.0, uptime_seconds=DAY, parallelism=2.0)
    assert read_rows(facing(of_two), settings()) is None
    apart = with_vertices(window, {"s": {"parallelism": 2.0}})
    assert read_rows(facing(apart, (a_vertex("s", 1),)), settings()) is None
