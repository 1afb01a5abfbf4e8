"""`horae ledger index`: what pages are told from, brought up to date or made anew."""

import os
from contextlib import closing
from typing import Annotated

import typer

from horae.cli.exit_codes import errors_as_exit_codes
from horae.ledger.opening import open_ledger
from horae.settings.environment import Environment
from horae.story.index.keeping import bring_all_up_to_date, bring_up_to_date, rebuild


def index(
    job: Annotated[str | None, typer.Option("--job", help="Only this job; default: all.")] = None,
    anew: Annotated[
        bool, typer.Option("--rebuild", help="Throw it away first, and make it anew.")
    ] = False,
) -> None:
    """Bring the index that pages are told from up to date; the entries stay as they are."""
    with errors_as_exit_codes():
        address = Environment.from_environ(os.environ).ledger_url
        with closing(open_ledger(address, create=False)) as ledger:
            _require_known(list(ledger.heads()), job)
            if anew:
                folded = rebuild(ledger, job)
            elif job is None:
                folded = bring_all_up_to_date(ledger)
            else:
                folded = bring_up_to_date(ledger, job)
    typer.echo(f"{folded} entries folded; the index is up to date")


def _require_known(jobs: list[str], job: str | None) -> None:
    if job is not None and job not in jobs:
        known = ", ".join(jobs) or "(none yet)"
        raise typer.BadParameter(f"--job: got {job}; expected one of: {known}")
