"""`horae backtest`: replay loads on a model of a job, and see what each policy makes of them."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def backtest(
    job: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A model's name, or its file.")
    ] = None,
    trace: Annotated[
        list[str] | None,
        typer.Option(metavar="T", help="A trace's name, formula or file; several are welcome."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="P",
            help="A policy's name, NAME=parallelism:24,slots:1 for its start, or NAME=FILE "
            "with its settings; several are welcome.",
        ),
    ] = None,
    world: Annotated[
        list[str] | None,
        typer.Option(metavar="W", help="What is added to the model; default: published."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs with other chances each.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Where it goes.")
    ] = None,
    history: Annotated[
        str, typer.Option(help="Leading part of a trace that policies have seen: 6h, 90m, 0.")
    ] = "6h",
    latency_limit: Annotated[
        float, typer.Option(help="Limit of the processing latency, seconds.")
    ] = 2.0,
    recovery_limit: Annotated[
        float, typer.Option(help="Limit of the recovery after a failure, seconds.")
    ] = 180.0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that compute.")] = 1,
    references: Annotated[
        bool, typer.Option(help="Also look for the best constant configuration and the oracle.")
    ] = True,
    list_jobs: Annotated[bool, typer.Option("--list-jobs", help="List the models.")] = False,
    list_traces: Annotated[bool, typer.Option("--list-traces", help="List the traces.")] = False,
    list_policies: Annotated[
        bool, typer.Option("--list-policies", help="List the policies.")
    ] = False,
    list_worlds: Annotated[bool, typer.Option("--list-worlds", help="List the worlds.")] = False,
) -> None:
    """Run policies on a model of a job, through the real cycle in simulated time.

    DIR/scoreboard.csv has a row a run, DIR/summary.csv the means over the seeds,
    DIR/report.html the plots. Calling it again makes only what is missing. How
    long decisions took goes to DIR.timings.csv beside it.

    Exit codes: 0 done; 1 a run failed; 2 what was asked for is unknown or
    contradicts itself.
    """
    from horae.cli.backtest_plan import Asked, plan_of
    from horae.cli.backtest_text import listed, told, watched
    from horae.simulation.backtest.whole import whole_backtest

    wanted = {
        "jobs": list_jobs,
        "traces": list_traces,
        "policies": list_policies,
        "worlds": list_worlds,
    }
    if any(wanted.values()):
        for line in listed(kind for kind, is_wanted in wanted.items() if is_wanted):
            typer.echo(line)
        return
    asked = Asked(
        job=job,
        traces=tuple(trace or ()),
        policies=tuple(policy or ()),
        worlds=tuple(world or ("published",)),
        seeds=seeds,
        out=out,
        history=history,
        latency_limit=latency_limit,
        recovery_limit=recovery_limit,
        references=references,
    )
    plan, folder = plan_of(asked)
    with watched(plan) as tell:
        lines = whole_backtest(plan, folder, jobs=jobs, tell=tell)
    told(lines, folder)
