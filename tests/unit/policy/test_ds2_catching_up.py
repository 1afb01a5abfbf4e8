"""What DS2 takes for a vertex's rate, and leaves alone, while a backlog is worked off."""

import pytest

from ds2_builders import ROWS, a_source, settings, sized
from policy_builders import a_vertex


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
