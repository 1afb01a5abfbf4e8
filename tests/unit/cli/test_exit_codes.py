"""Exit codes, and how an error becomes one."""

import pytest
import typer

import horae.errors
from horae.cli.exit_codes import (
    ExitCode,
    errors_as_exit_codes,
    exit_code_of,
    show_tracebacks,
)
from horae.errors import HoraeError, Overtaken, SettingsError


def made(kind: type[HoraeError]) -> HoraeError:
    """An error of a kind."""
    if issubclass(kind, SettingsError):
        return kind("a.yaml", [])
    return kind("theirs", "why") if issubclass(kind, Overtaken) else kind("why")


CODES = {
    "HoraeError": 1,
    "SettingsError": 2,
    "ExternalError": 3,
    "Unavailable": 3,
    "Refused": 4,
    "UnexpectedReply": 3,
    "JobNotRunning": 5,
    "NotReady": 5,
    "ActionError": 1,
    "LeaseTaken": 5,
    "Overtaken": 1,
    "LedgerError": 3,
    "LedgerBroken": 1,
    "LeaseLost": 1,
    "LocalStackError": 3,
    "MissingTool": 3,
    "PortInUse": 3,
}


@pytest.mark.parametrize(
    "kind",
    [
        one
        for one in vars(horae.errors).values()
        if isinstance(one, type) and issubclass(one, HoraeError)
    ],
)
def test_each_error_has_its_code(kind: type[HoraeError]) -> None:
    """The table of codes holds for every error there is."""
    assert exit_code_of(made(kind)) == CODES[kind.__name__]


def test_an_error_is_told_once_and_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The message goes to standard error, without a traceback."""
    with pytest.raises(typer.Exit) as caught, errors_as_exit_codes():
        raise horae.errors.Refused("the guard cool-down says no")
    assert caught.value.exit_code == ExitCode.REFUSED
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "error: the guard cool-down says no\n")


def test_the_traceback_comes_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """With --debug the traceback stands before the message."""
    show_tracebacks(True)
    try:
        with pytest.raises(typer.Exit), errors_as_exit_codes():
            raise horae.errors.NotReady("wait")
    finally:
        show_tracebacks(False)
    assert capsys.readouterr().err.startswith("Traceback")


def test_what_is_no_error_of_horae_passes() -> None:
    """A defect is not dressed up as a message."""
    with pytest.raises(ZeroDivisionError), errors_as_exit_codes():
        raise ZeroDivisionError
