"""Trying on while an engine is away."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from horae.domain.clock import Clock
from horae.errors import ExternalError, Unavailable

T = TypeVar("T")

_PAUSE_SECONDS = 2.0


def persistently(
    do: Callable[[], T],
    clock: Clock,
    timeout_seconds: float,
    *,
    over: type[ExternalError] = Unavailable,
) -> T:
    """Do what may be repeated safely until the engine answers, yes or no.

    Args:
        do: What is done.
        clock: For waiting.
        timeout_seconds: After this no further try is begun.
        over: The errors that are tried again.

    Raises:
        ExternalError: The last of them, once the time is over.
    """
    deadline = clock.now() + timedelta(seconds=timeout_seconds)
    while True:
        try:
            return do()
        except over:
            if clock.now() >= deadline:
                raise
            clock.wait(_PAUSE_SECONDS)
