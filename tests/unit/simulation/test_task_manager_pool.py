from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flow_builders import FOUR, a_flow, a_trace
from horae.errors import Refused
from horae.simulation.cluster.clock import SimulatedClock
from horae.simulation.cluster.task_manager_pool import TaskManagerPool, task_managers_of
from horae.simulation.world.record import Held
from simulated_jobs import SIX

TWO = replace(FOUR, parallelism=2)
BIG = replace(FOUR, parallelism=2, slots=2, cpu_cores=3.0, memory_mb=8_192)
"""One TaskManager of another shape."""


@pytest.fixture
def clock() -> SimulatedClock:
    """At the beginning of ten minutes."""
    return SimulatedClock(a_flow(a_trace(200.0)), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def pool(clock: SimulatedClock) -> TaskManagerPool:
    """Four TaskManagers of a core and 4 GiB; eight may run, and one takes 30 s to come."""
    return TaskManagerPool(clock, FOUR, maximum=8, seconds=30)


class TestTaskManagerPool:
    """What is there, and what is paid for."""

    def test_new_ones_come_together_and_are_paid_for_from_their_request(
        self, pool: TaskManagerPool, clock: SimulatedClock
    ) -> None:
        """Asked for at 100, there at 130; six cores and 24 GiB from 100 on."""
        clock.wait(100)
        used = task_managers_of(FOUR)
        assert pool.request(task_managers_of(SIX), used=used, keep=True) == 30
        assert pool.slots == 4
        clock.wait(30)
        pool.arrive()
        assert pool.slots == 6
        assert pool.held == (
            Held(second=0, cores=4.0, memory_gb=16.0),
            Held(second=100, cores=6.0, memory_gb=24.0),
        )

    def test_asking_again_asks_for_nothing_more(
        self, pool: TaskManagerPool, clock: SimulatedClock
    ) -> None:
        """After ten of the thirty seconds twenty are left, and six are paid for, not eight."""
        used = task_managers_of(FOUR)
        pool.request(task_managers_of(SIX), used=used, keep=True)
        clock.wait(10)
        assert pool.request(task_managers_of(SIX), used=used, keep=True) == 20
        assert pool.held[-1].cores == 6.0

    def test_what_is_not_needed_goes_at_once_but_for_what_is_used(
        self, pool: TaskManagerPool, clock: SimulatedClock
    ) -> None:
        """Needed are two, used are four: all stay; used are two: two stay, and are paid for."""
        clock.wait(50)
        pool.request(task_managers_of(TWO), used=task_managers_of(FOUR), keep=False)
        assert pool.slots == 4
        pool.request(task_managers_of(TWO), used=task_managers_of(TWO), keep=False)
        assert pool.slots == 2
        assert pool.held[1:] == (Held(second=50, cores=2.0, memory_gb=8.0),)

    def test_what_was_asked_for_in_vain_is_not_waited_for(self, pool: TaskManagerPool) -> None:
        """Two that were on their way are called off."""
        used = task_managers_of(FOUR)
        pool.request(task_managers_of(SIX), used=used, keep=True)
        assert pool.request(task_managers_of(FOUR), used=used, keep=False) == 0
        assert pool.held == (Held(second=0, cores=4.0, memory_gb=16.0),)

    def test_another_shape_comes_beside_those_there_are(self, pool: TaskManagerPool) -> None:
        """4 x 1 + 1 x 3 cores, 4 x 4 + 1 x 8 GiB."""
        pool.request(task_managers_of(BIG), used=task_managers_of(FOUR), keep=True)
        assert pool.held == (Held(second=0, cores=7.0, memory_gb=24.0),)

    def test_too_many_are_refused_and_none_is_asked_for(self, pool: TaskManagerPool) -> None:
        """Nine where eight may run."""
        nine = task_managers_of(replace(FOUR, parallelism=9))
        with pytest.raises(Refused, match="9 TaskManagers would run, and at most 8 may"):
            pool.request(nine, used=task_managers_of(FOUR), keep=True)
        with pytest.raises(Refused, match="9 TaskManagers were asked for"):
            pool.exchange(nine)
        assert pool.held == (Held(second=0, cores=4.0, memory_gb=16.0),)

    def test_an_exchange_takes_no_time_of_its_own(
        self, pool: TaskManagerPool, clock: SimulatedClock
    ) -> None:
        """Four of one shape until 70, one of another from 70 on."""
        clock.wait(70)
        pool.exchange(task_managers_of(BIG))
        assert (pool.slots, pool.held[-1]) == (2, Held(second=70, cores=3.0, memory_gb=8.0))
