"""Waiting for a condition with a deadline, in tests of real processes."""

from collections.abc import Callable
from datetime import timedelta

from horae.domain.clock import SystemClock

CLOCK = SystemClock()


def wait_for(condition: Callable[[], bool], what: str, *, seconds: float) -> None:
    """Return when `condition` holds; fail after `seconds`."""
    deadline = CLOCK.now() + timedelta(seconds=seconds)
    while not condition():
        assert CLOCK.now() < deadline, f"{what} did not come within {seconds:.0f} s"
        CLOCK.wait(1)
