"""Waiting for something to become true, with a deadline."""

from collections.abc import Callable
from datetime import timedelta

from horae.domain.clock import Clock
from horae.errors import LocalStackError


def wait_until(
    holds: Callable[[], bool],
    what: str,
    *,
    clock: Clock,
    seconds: float,
    explain: Callable[[], str] = str,
) -> None:
    """Return as soon as `holds` says so.

    Args:
        holds: Asked four times a second.
        what: What is waited for, in words.
        clock: Tells when the deadline has passed.
        seconds: The deadline from now.
        explain: Asked when it has passed, for what to add to the message.

    Raises:
        LocalStackError: The deadline passed.
    """
    deadline = clock.now() + timedelta(seconds=seconds)
    while not holds():
        if clock.now() > deadline:
            raise LocalStackError(f"{what}: not within {seconds:g} s\n{explain()}".rstrip())
        clock.wait(0.25)
