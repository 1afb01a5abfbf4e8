"""`horae action`: what is under way with a job, and how a person goes on with it.

What it starts heeds the kill switch that it can read: the files in HORAE_HOME, not Airflow's
variables.

Exit codes: 0 good; 1 the action was rolled back or failed; 2 unknown job or faulty spec; 3 the
ledger or the engine is unavailable; 4 refused; 5 another process acts on the job, or nothing is
under way.
"""

import getpass
import json
from dataclasses import replace
from typing import Annotated

import typer

from horae.cli.action_text import action_json, action_lines, outcome_text
from horae.cli.exit_codes import ExitCode
from horae.cli.ledger_text import printable, step_line
from horae.cli.overheard import Overheard
from horae.cli.surroundings import SWITCH, jobs, surroundings
from horae.control import steps, wiring
from horae.control.act import act
from horae.control.acting import Acting
from horae.control.entries import to_body
from horae.control.loss import as_seen
from horae.control.lost import decide_on_loss
from horae.control.under_way import abandon as take_over
from horae.control.under_way import resume as go_on
from horae.control.under_way import under_way
from horae.domain.action import Outcome
from horae.errors import Refused
from horae.ledger.canonical import time_text
from horae.ledger.records import Entry, EntryKind

app = typer.Typer(
    no_args_is_help=True, help=f"What is under way with a job; go on with it.\n\n{SWITCH}"
)

Job = Annotated[str, typer.Argument(help="Name of the job; its spec is in HORAE_JOBS.")]
Action = Annotated[str | None, typer.Argument(help="Default: the one that has not ended.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Why = Annotated[str, typer.Option(help="Recorded with your name.")]


@app.command()
def show(
    job: Annotated[str | None, typer.Argument(help="Default: every job.")] = None,
    action: Action = None,
    as_json: Json = False,
) -> None:
    """Show the steps so far, who has the lease, what the engine shows, and what comes next."""
    found = []
    for name in [job] if job else jobs():
        with wiring.acting(surroundings(), name) as parts:
            seen = under_way(parts, action)
        found += [seen] if seen else []
        if seen is None and not as_json:
            typer.echo(f"{name}: nothing is under way")
        elif seen is not None and not as_json:
            typer.echo("\n".join(action_lines(seen)))
    if as_json:
        typer.echo(json.dumps([action_json(seen) for seen in found], indent=2))


@app.command()
def resume(job: Job, action: Action = None, as_json: Json = False) -> None:
    """Go on with an action whose process is gone; its steps are told as they go.

    While the kill switch is thrown (files in HORAE_HOME), one that has not touched the job is
    abandoned instead.
    """
    with wiring.acting(surroundings(), job) as parts:
        outcome = go_on(_told(parts, as_json), action, person=_person())
    _end(outcome, as_json)


@app.command()
def restart(job: Job, reason: Why = "", as_json: Json = False) -> None:
    """Start a job again that its engine has lost, or that an action of ours left down.

    From its newest state; not while the kill switch is thrown (files in HORAE_HOME).
    """
    with wiring.restarting(surroundings(), job) as (parts, needed):
        shown = parts.engine.describe(parts.spec.engine_job_name)
        key = f"restart-{steps.cycle_id(parts.clock.now())}"
        seen = as_seen(needed, shown)
        decision = decide_on_loss(needed, seen, key=key, actor=_person(), reason=reason)
        if decision is None:
            raise Refused(f"job {job} was not lost, or an action is under way: {shown.detail}")
        if not decision.execute:
            raise Refused(decision.sentence)
        if not as_json:
            typer.echo(decision.sentence)
        outcome = act(_told(parts, as_json), decision.id, actor=_person())
    _end(outcome, as_json)


@app.command()
def abandon(
    job: Job,
    action: Annotated[str, typer.Argument(help="Its id, as `show` tells it.")],
    reason: Annotated[str, typer.Option(help="Recorded with your name.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also from a process that lives.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take an action over: it ends in the ledger, and the job is left as the engine shows it."""
    with wiring.acting(surroundings(), job) as parts:
        seen = under_way(parts, action)
        if seen is not None and not as_json:
            typer.echo("\n".join(action_lines(seen)))
        outcome = take_over(parts, action, person=_person(), reason=reason, force=force)
    typer.echo(json.dumps(to_body(outcome), indent=2) if as_json else outcome_text(outcome))


def _told(parts: Acting, quiet: bool) -> Acting:
    """The same, whose steps are told as they are recorded."""
    if quiet:
        return parts

    def tell(entry: Entry) -> None:
        if entry.kind is EntryKind.STEP:
            typer.echo(f"{time_text(entry.time)[:19]}Z  {printable(step_line(entry))}")

    return replace(parts, ledger=Overheard(parts.ledger, tell))


def _person() -> str:
    """Who sits at the keyboard."""
    return getpass.getuser()


def _end(outcome: Outcome, as_json: bool) -> None:
    typer.echo(json.dumps(to_body(outcome), indent=2) if as_json else outcome_text(outcome))
    if outcome.result in steps.WENT_WRONG:
        raise typer.Exit(ExitCode.FOUND_WRONG)
