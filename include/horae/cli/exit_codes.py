"""Exit codes, and how an error becomes one: the same for all commands.

| code | meaning |
|---|---|
| 0 | good |
| 1 | something was found wrong, or an action failed |
| 2 | what was asked for is unknown or not valid: usage, a job, a setting |
| 3 | an outside system, the ledger or a program that Horae needs cannot be reached or used |
| 4 | refused: a guard or an outside system says no |
| 5 | not ready: not enough was seen yet, the job does not run, or another acts on it |
| 130 | interrupted by Ctrl-C |
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum

import typer

from horae.errors import (
    ExternalError,
    HoraeError,
    JobNotRunning,
    LeaseLost,
    LeaseTaken,
    LedgerBroken,
    LedgerError,
    LocalStackError,
    NotReady,
    Refused,
    SettingsError,
)


class ExitCode(IntEnum):
    """What the shell is told."""

    GOOD = 0
    FOUND_WRONG = 1
    USAGE = 2
    UNAVAILABLE = 3
    REFUSED = 4
    NOT_READY = 5


_CODES: tuple[tuple[type[HoraeError], ExitCode], ...] = (
    (SettingsError, ExitCode.USAGE),
    (Refused, ExitCode.REFUSED),
    (NotReady, ExitCode.NOT_READY),
    (JobNotRunning, ExitCode.NOT_READY),
    (LeaseTaken, ExitCode.NOT_READY),
    (LedgerBroken, ExitCode.FOUND_WRONG),
    (LeaseLost, ExitCode.FOUND_WRONG),
    (LedgerError, ExitCode.UNAVAILABLE),
    (LocalStackError, ExitCode.UNAVAILABLE),
    (ExternalError, ExitCode.UNAVAILABLE),
    (HoraeError, ExitCode.FOUND_WRONG),
)
"""The first that fits; a class stands before its parents."""

_tracebacks: ContextVar[bool] = ContextVar("tracebacks", default=False)


def show_tracebacks(wanted: bool) -> None:
    """Whether an error is told with its traceback from now on."""
    _tracebacks.set(wanted)


def exit_code_of(error: HoraeError) -> ExitCode:
    """The exit code of an error."""
    return next(code for kind, code in _CODES if isinstance(error, kind))


@contextmanager
def errors_as_exit_codes() -> Iterator[None]:
    """Turn an error of Horae into its message on standard error and its exit code."""
    try:
        yield
    except HoraeError as error:
        if _tracebacks.get():
            traceback.print_exc()
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(exit_code_of(error)) from error
