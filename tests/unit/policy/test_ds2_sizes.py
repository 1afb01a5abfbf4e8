"""The model of DS2 and the autoscaler of the Flink operator, by the numbers published of them."""

import math
from collections.abc import Sequence

import pytest

from ds2_builders import DAY, a_source, growing, settings, sized
from horae.domain.job import Vertex
from horae.policy.ds2_sizes import any_is_outside
from policy_builders import a_vertex

# What DS2 itself has of it: no room, no backlog, no restart, no limit of a step, no alignment.
MODEL = settings(
    target_utilisation=1,
    catch_up_seconds=0,
    restart_seconds=0,
    alignment="off",
    scale_down_factor=1,
    maximum_parallelism=32_768,
)


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
