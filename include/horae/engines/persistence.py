"""Trying on while an engine is away."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from horae.domain.clock import Clock
from horae.errors import Unavailable

T = TypeVar("T")

_PAUSE_SECONDS = 2.0


def persistently(do: Callable[[], T], clock: Clock, timeout_seconds: float) -> T:
    """Do what may be repeated safely until the engine answers, yes or no.

    Raises:
        Unavailable: The engine was away for the whole time.
    """
    deadline = clock.now() + timedelta(seconds=timeout_seconds)
    while True:
        try:
            return do()
        except Unavailable:
            if clock.now() >= deadline:
                raise
            clock.wait(_PAUSE_SECONDS)
