"""`horae watchdog`: beside the cluster, without Airflow, for when no cycle looks after a job."""

import json
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Annotated

import typer

from horae.cli.exit_codes import ExitCode, errors_as_exit_codes, exit_code_of
from horae.cli.surroundings import SWITCH, jobs, surroundings
from horae.control import steps
from horae.control.surroundings import Surroundings
from horae.control.watchdog import Minded
from horae.errors import HoraeError

AT_ONCE = 8
"""Jobs that are minded at the same time; an action of one must not keep the others waiting."""

app = typer.Typer(add_completion=False)


@app.command(epilog=SWITCH)
def watchdog(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds from round to round.")] = 30,
    runbook: Annotated[
        str | None,
        typer.Option(metavar="JOB", help="Print what to do by hand for a job, and end."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Bring jobs to safety while no cycle comes to a conclusion, and tell each round what is seen.

    Only in the modes grow and auto, only ever to more resources, never while the kill switch is
    thrown; what an action has begun is brought to an end in any case. Run one of it beside the
    cluster, with the same ledger, windows and specs.

    Exit codes of --once: 0 good; 1 an action was rolled back or failed; 3 the ledger, the engine
    or a spec cannot be used; 5 something needed was not seen yet.
    """
    place = surroundings()
    if runbook is not None:
        with errors_as_exit_codes():
            typer.echo(steps.runbook_of(place, runbook))
        return
    if once:
        raise typer.Exit(_worst([_round(place, job, as_json) for job in jobs()]))
    _for_ever(place, every, as_json)


def _for_ever(place: Surroundings, every: float, as_json: bool) -> None:
    """Round after round; a job whose round has not ended is left out of the next one."""
    busy: dict[str, Future[Minded]] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="watchdog") as pool:
        while True:
            begun = place.clock.now()
            for job in jobs():
                if job not in busy or busy[job].done():
                    busy[job] = pool.submit(_round, place, job, as_json)
            left = begun + timedelta(seconds=every) - place.clock.now()
            place.clock.wait(max(0.0, left.total_seconds()))


def _round(place: Surroundings, job: str, as_json: bool) -> Minded:
    """One round of one job, told; a defect of Horae's own is told and ends that round only."""
    try:
        minded = steps.mind_job(place, job)
    except Exception as error:
        typer.echo(f"{job}:\n{traceback.format_exc()}", err=True)
        sentence = f"this round ended with {type(error).__name__}: {error}"
        minded = Minded(
            job=job, at=place.clock.now(), sentence=sentence, error=HoraeError(sentence)
        )
    if as_json:
        typer.echo(json.dumps(_as_json(minded)))
    else:
        typer.echo(f"{minded.at:%Y-%m-%dT%H:%M:%SZ}  {job}: {minded.sentence}")
    return minded


def _as_json(minded: Minded) -> dict[str, object]:
    return {
        "job": minded.job,
        "at": minded.at.isoformat(),
        "sentence": minded.sentence,
        "result": minded.outcome.result.value if minded.outcome else None,
        "error": type(minded.error).__name__ if minded.error else None,
    }


def _worst(seen: list[Minded]) -> int:
    """What went wrong counts most, then what could not be reached."""
    if any(one.outcome and one.outcome.result in steps.WENT_WRONG for one in seen):
        return ExitCode.FOUND_WRONG
    codes = {exit_code_of(one.error) for one in seen if one.error is not None}
    order = (ExitCode.FOUND_WRONG, ExitCode.UNAVAILABLE, ExitCode.USAGE, ExitCode.REFUSED)
    return next((code for code in order if code in codes), max(codes, default=ExitCode.GOOD))
