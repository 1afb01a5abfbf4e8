"""`horae calibrate`: fit a model of a job to what was measured of it."""

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False)


def _files(row: str) -> Any:
    """The option of a table, with what a row of it is."""
    return typer.Option(metavar="FILE", exists=True, dir_okay=False, help=f"A row is {row}.")


@app.command()
def calibrate(
    name: Annotated[str, typer.Option(help="Of the model.")],
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="Where it goes.")],
    profiles: Annotated[
        list[Path] | None, _files("one run in one configuration under one load")
    ] = None,
    failures: Annotated[list[Path] | None, _files("one failure")] = None,
    reconfigurations: Annotated[
        list[Path] | None, _files("one change of the configuration")
    ] = None,
    series: Annotated[
        list[Path] | None, _files("one moment of one run, at equal distances")
    ] = None,
    from_ledger: Annotated[
        str | None,
        typer.Option(metavar="JOB", help="Instead of tables: what this job ran through itself."),
    ] = None,
    run: Annotated[
        list[str] | None,
        typer.Option(help="Only failures, reconfigurations and series of this run; repeatable."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLE.COLUMN=VALUE,...",
            help="Only rows with these values, such as failures.config=10000,120000.",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLE.NAME=COLUMN",
            help="Which column is which, and its factor: profiles.latency_seconds=lat_ms*0.001.",
        ),
    ] = None,
    failures_of: Annotated[
        list[str] | None,
        typer.Option(metavar="METHOD", help="Whose failures the model is about; default: all."),
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METHOD=PATH",
            help="Path of a method's changes: in_place, savepoint, pod_restart or ignore.",
        ),
    ] = None,
    start: Annotated[
        str,
        typer.Option(
            metavar="AXIS:VALUE,...",
            help="What the job is started in; tables that leave out a shape mean it as well.",
        ),
    ] = "",
    setting: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="What no table tells, in YAML: partitions=24, reactive_mode=true, "
            "'search={parallelism: [4, 8]}'.",
        ),
    ] = None,
    kind: Annotated[str, typer.Option(help="Name of the kind of failure.")] = "task_manager_lost",
    source: Annotated[
        str, typer.Option(help="Where the figures come from, in words; default: the tables.")
    ] = "",
    latency_limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds; above, a job has fallen behind.")
    ] = 2.0,
    draws: Annotated[int, typer.Option(min=2, help="Of the bootstrap for the errors.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of all chance.")] = 1,
) -> None:
    """Fit a job model to tables of profiles, failures and changes, or to a job's own ledger.

    DIR/model.yaml is the model, DIR/report.html how well it fits and what could
    not be identified, DIR/points/*.csv what its plots show. Which columns tables
    have: docs/rehearsal-calibrating.md. The same tables and seed give the same
    files.

    Exit codes: 0 done; 2 a table or an option has faults, all told at once; 5 the
    tables do not show a capacity, or the job has no window yet.
    """
    from horae.cli.calibrate_plan import Asked, tables_and_wanted
    from horae.cli.calibrate_text import fitted_while_shown, told
    from horae.cli.exit_codes import errors_as_exit_codes
    from horae.cli.option_faults import made_folder
    from horae.simulation.calibration.output import write_calibration

    asked = Asked(
        name=name,
        files={
            "profiles": tuple(profiles or ()),
            "failures": tuple(failures or ()),
            "reconfigurations": tuple(reconfigurations or ()),
            "series": tuple(series or ()),
        },
        job=from_ledger,
        runs=tuple(run or ()),
        only=tuple(only or ()),
        columns=tuple(column or ()),
        failures_of=tuple(failures_of or ()),
        paths=tuple(path or ()),
        start=start,
        settings=tuple(setting or ()),
        kind=kind,
        source=source,
        latency_limit=latency_limit,
        draws=draws,
        seed=seed,
    )
    with errors_as_exit_codes():
        tables, wanted = tables_and_wanted(asked)
        folder = made_folder("horae calibrate", out)
        found = fitted_while_shown(tables, wanted)
    told(found, write_calibration(found, folder))
