"""`horae cycle`: one whole cycle of one job, told as it goes."""

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def cycle(
    job: Annotated[str, typer.Option(help="Name of the job; its spec is in HORAE_JOBS.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide and record, do not act.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Observe, validate, forecast, search, decide, and act where the decision says so.

    Exit codes: 0 a decision was made and, where it was to be, carried out; 1 an action was rolled
    back or failed; 2 unknown job or faulty spec; 3 the ledger is unavailable.
    """
    from horae.cli.exit_codes import ExitCode
    from horae.cli.surroundings import surroundings
    from horae.control import steps
    from horae.control.entries import to_body

    def tell(stage: str, sentence: str) -> None:
        if not as_json:
            typer.echo(f"{stage:<10} {sentence}")

    told = steps.whole_cycle(surroundings(), job, act_on_it=not dry_run, tell=tell)
    if as_json:
        typer.echo(json.dumps(to_body(told), indent=2))
    if told.went_wrong:
        raise typer.Exit(ExitCode.FOUND_WRONG)
