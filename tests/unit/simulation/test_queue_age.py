import numpy as np
import pytest
from numpy.typing import NDArray

from flow_builders import a_flow, a_trace
from horae.simulation.world.queue_age import ages


def oldest(load: NDArray[np.float64], waiting: float, second: int) -> float:
    """By going back from the end of a second until all that waits has come."""
    if waiting <= 0:
        return 0.0
    for earlier in range(second, -1, -1):
        if load[earlier] >= waiting:
            return second - earlier + waiting / load[earlier]
        waiting -= load[earlier]
    raise AssertionError("more waits than has come")


def test_the_age_is_that_of_the_oldest_record_that_waits() -> None:
    """Against the search, for loads with pauses and for any part of what came."""
    rng = np.random.default_rng(1)
    load = rng.integers(0, 4, size=300) * 50.0 * (rng.random(300) < 0.7)
    trace = a_trace(load)
    backlog = np.floor(trace.arrived[1:] * rng.random((3, 300)) ** 4)
    found = ages(trace, backlog)
    for row in range(3):
        expected = [oldest(load, backlog[row, second], second) for second in range(300)]
        assert found[row] == pytest.approx(expected, abs=1e-4)


def test_a_queue_that_grows_by_a_fifth_ages_by_a_fifth() -> None:
    """At 500 records/s on 400 the record leaving at t came at 0.8 t."""
    flow = a_flow(a_trace(500.0))
    flow.advance(600)
    found = ages(flow.trace, flow.backlog[0, 1:])
    assert found == pytest.approx(0.2 * np.arange(1, 601), abs=1e-4)


def test_a_job_that_is_down_ages_by_a_second_a_second() -> None:
    """From the moment it stops."""
    flow = a_flow(a_trace(200.0))
    flow.advance(100)
    flow.stop(0)
    flow.advance(600)
    found = ages(flow.trace, flow.backlog[0, 1:])
    assert found[100:] == pytest.approx(np.arange(1.0, 501), abs=1e-4)


def test_what_comes_after_a_pause_is_not_as_old_as_the_pause() -> None:
    """Down since second 10, nothing came until 50: at 60 the oldest waits for 10 s."""
    load = np.concatenate([np.full(10, 100.0), np.zeros(40), np.full(50, 100.0)])
    flow = a_flow(a_trace(load))
    flow.advance(10)
    flow.stop(0)
    flow.advance(100)
    found = ages(flow.trace, flow.backlog[0, 1:])
    assert found[:50].max() == 0
    assert found[59] == pytest.approx(10, abs=1e-4)
    # Arithmetic may leave a trace of a record over, which did not wait since before the pause.
    blurred = ages(flow.trace, flow.backlog[0, 1:] + 1e-6)
    assert blurred == pytest.approx(found, abs=1e-4)


def test_nothing_waits_where_nothing_came() -> None:
    """No load, no age."""
    trace = a_trace(0.0)
    assert not ages(trace, np.zeros((2, 600))).any()
