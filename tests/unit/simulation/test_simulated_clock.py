from datetime import UTC, datetime, timedelta, timezone

import pytest

from flow_builders import a_flow, a_trace
from horae.simulation.cluster.clock import EndOfTrace, SimulatedClock

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def a_clock(seconds: int = 600) -> SimulatedClock:
    """At the beginning of a flow."""
    return SimulatedClock(a_flow(a_trace(200.0, seconds=seconds)), MIDNIGHT)


class TestSimulatedClock:
    """Waiting is what makes records flow."""

    def test_waiting_moves_the_flow_by_whole_seconds(self) -> None:
        """Three waits of 0.4 s are 1.2 s on the clock and one second of the flow."""
        flow = a_flow(a_trace(200.0))
        clock = SimulatedClock(flow, MIDNIGHT)
        for _ in range(3):
            clock.wait(0.4)
        assert clock.now() == MIDNIGHT + timedelta(seconds=1.2)
        assert (clock.second, flow.now) == (1, 1)

    @pytest.mark.parametrize("seconds", [0.0, -5.0])
    def test_zero_or_less_does_nothing(self, seconds: float) -> None:
        """As every clock."""
        clock = a_clock()
        clock.wait(seconds)
        assert clock.now() == MIDNIGHT

    def test_seconds_and_times_are_each_others_inverse(self) -> None:
        """Second 90 is half past one minute after midnight, and what lies within it is it."""
        clock = a_clock()
        assert clock.at(90) == MIDNIGHT + timedelta(seconds=90)
        assert clock.second_of(clock.at(90) + timedelta(seconds=0.9)) == 90
        assert clock.second_of(MIDNIGHT - timedelta(seconds=0.1)) == -1

    def test_what_is_due_happens_in_its_second_and_in_order(self) -> None:
        """Due after 7, 3 and 3 s: at 3, 3 and 7 within a wait of 10, the flow being there too."""
        flow = a_flow(a_trace(200.0))
        clock = SimulatedClock(flow, MIDNIGHT)
        seen: list[tuple[str, int, int]] = []
        for name, seconds in (("late", 7), ("early", 3), ("next", 3)):
            clock.later(seconds, lambda name=name: seen.append((name, clock.second, flow.now)))
        clock.wait(10)
        assert seen == [("early", 3, 3), ("next", 3, 3), ("late", 7, 7)]
        assert flow.now == 10

    def test_what_needs_no_wait_happens_at_once(self) -> None:
        """Before anybody waits."""
        seen: list[int] = []
        a_clock().later(0, lambda: seen.append(1))
        assert seen == [1]

    def test_nothing_comes_after_the_load(self) -> None:
        """600 s of load: the wait from 590 by 20 ends at 600 and says so, and 10 s did not."""
        clock = a_clock(600)
        clock.wait(600)
        again = a_clock(600)
        again.wait(590)
        with pytest.raises(EndOfTrace, match="2026-03-01T00:10:00"):
            again.wait(20)
        assert again.now() == clock.now() == MIDNIGHT + timedelta(seconds=600)

    @pytest.mark.parametrize(
        "start",
        [
            datetime(2026, 3, 1),
            datetime(2026, 3, 1, 12, tzinfo=UTC),
            datetime(2026, 3, 1, tzinfo=timezone(timedelta(hours=2))),
        ],
    )
    def test_a_run_starts_at_midnight_in_utc(self, start: datetime) -> None:
        """Neither without a zone, nor at noon, nor at somebody else's midnight."""
        with pytest.raises(ValueError, match="midnight in UTC"):
            SimulatedClock(a_flow(a_trace()), start)
