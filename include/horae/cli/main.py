"""The command `horae`: each part of it is loaded when it is called, so that help comes at once."""

import importlib
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from horae import __version__
from horae.cli.exit_codes import errors_as_exit_codes, show_tracebacks

PARTS = {
    "local": "Kafka, Flink and TaskManagers on this machine: start, stop, look.",
    "demo": "Two compressed days on the real Kafka, Flink and Airflow.",
    "jobs": "Job specs: check them, list them.",
    "cycle": "Run one whole cycle of a job, told as it goes.",
    "backtest": "Replay loads on a model of a job, and see what each policy makes of them.",
    "calibrate": "Fit a model of a job to what was measured of it.",
    "action": "What is under way with a job: show it, go on with it, take it over.",
    "watchdog": "Bring jobs to safety while no cycle looks after them.",
    "ledger": "What was seen, decided and done, and whether the record still holds.",
}
"""Name of a part to what it does; the module of the same name has it as `app`."""


class _Parts(TyperGroup):
    """Knows the parts by name, and loads one when it is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands.update({name: TyperCommand(name, help=PARTS[name]) for name in PARTS})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, _load(name) if name in PARTS else command, rest

    def invoke(self, ctx: Any) -> Any:
        with errors_as_exit_codes():
            return super().invoke(ctx)


def _load(name: str) -> Any:
    command = typer.main.get_command(importlib.import_module(f"horae.cli.{name}").app)
    command.name = name
    return command


app = typer.Typer(
    cls=_Parts,
    no_args_is_help=True,
    add_completion=False,
    # A pretty traceback may print local variables, and with them a password.
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"horae {__version__}")
        raise typer.Exit


@app.callback()
def horae(
    debug: Annotated[
        bool, typer.Option("--debug", help="Tell errors with their tracebacks.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print it and end."
        ),
    ] = False,
) -> None:
    """Right-size streaming jobs, and always say why.

    Exit codes: 0 good; 1 found wrong; 2 usage, or unknown; 3 an outside system is unavailable;
    4 refused; 5 not ready.
    """
    show_tracebacks(debug)
