"""`horae jobs`: the job specs."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from horae.cli.exit_codes import ExitCode
from horae.cli.jobs_text import faults_json, spec_json, spec_lines
from horae.errors import Fault, SettingsError
from horae.settings.environment import Environment
from horae.settings.job_spec import JobSpec
from horae.settings.reference import job_spec_reference
from horae.settings.spec_file import read_job_spec
from horae.settings.spec_folder import name_faults, spec_paths

app = typer.Typer(no_args_is_help=True, help="Job specs: check them, list them.")

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that was read.

    Attributes:
        path: Which.
        spec: What it says; None where it has faults that keep it from being read.
        faults: All that is wrong with it.
    """

    path: Path
    spec: JobSpec | None
    faults: tuple[Fault, ...]


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, readable=True)
    ],
    as_json: Json = False,
) -> None:
    """Tell every fault of job specs, or what they mean; exit 1 where there is a fault."""
    checked = _check(files)
    if as_json:
        typer.echo(json.dumps({"files": [_as_json(one) for one in checked]}, indent=2))
    else:
        for one in checked:
            _tell(one)
    _exit(checked)


@app.command("list")
def list_jobs(
    folder: Annotated[
        Path | None, typer.Option(help="Folder of the specs; default: HORAE_JOBS or include/jobs.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the jobs under care; exit 1 where a spec has a fault."""
    folder = folder or Environment.from_environ(os.environ).jobs_folder
    checked = _check(spec_paths(folder))
    if as_json:
        typer.echo(json.dumps({"files": [_as_json(one) for one in checked]}, indent=2))
    elif not checked:
        typer.echo(f"no job spec in {folder}")
    else:
        for one in checked:
            typer.echo(_line(one))
    _exit(checked)


@app.command()
def reference() -> None:
    """Print the reference of all settings, as Markdown."""
    typer.echo(job_spec_reference(), nl=False)


def _check(paths: Iterable[Path]) -> Sequence[Checked]:
    checked = [_read(path) for path in paths]
    names = name_faults({one.path: one.spec for one in checked if one.spec is not None})
    wrong = dict(names)
    return [
        replace(one, faults=(*one.faults, wrong[one.path])) if one.path in wrong else one
        for one in checked
    ]


def _read(path: Path) -> Checked:
    try:
        return Checked(path=path, spec=read_job_spec(path), faults=())
    except SettingsError as error:
        return Checked(path=path, spec=None, faults=error.faults)


def _tell(one: Checked) -> None:
    if one.faults:
        typer.echo(str(SettingsError(str(one.path), one.faults)), err=True)
        return
    typer.echo(f"{one.path}: good")
    for line in spec_lines(one.spec) if one.spec else ():
        typer.echo(line)


def _line(one: Checked) -> str:
    if one.spec is None or one.faults:
        noun = "fault" if len(one.faults) == 1 else "faults"
        return f"{one.path.stem}: {len(one.faults)} {noun}; horae jobs check {one.path}"
    return (
        f"{one.spec.name}: {one.spec.mode}, {one.spec.policy.name}, {one.spec.engine.connection}"
    )


def _as_json(one: Checked) -> dict[str, object]:
    spec = spec_json(one.spec) if one.spec and not one.faults else None
    return faults_json(one.path, one.faults) | {"spec": spec}


def _exit(checked: Sequence[Checked]) -> None:
    if any(one.faults for one in checked):
        raise typer.Exit(ExitCode.FOUND_WRONG)
