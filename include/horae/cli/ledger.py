"""`horae ledger`: what was seen, decided and done, and whether the record still holds.

The ledger is the one that HORAE_LEDGER names by its SQLAlchemy URL; default: `.horae/ledger.db`.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from horae.cli.exit_codes import ExitCode, errors_as_exit_codes
from horae.cli.ledger_index import index
from horae.cli.ledger_text import (
    entry_json,
    entry_line,
    entry_page,
    report_json,
    report_lines,
)
from horae.domain.clock import SystemClock
from horae.errors import LedgerBroken, LedgerError, Unavailable
from horae.ledger.audit import ChainReport, audit
from horae.ledger.exported_heads import heads_text, read_heads
from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryKind, Head
from horae.ledger.sql import SqlLedger
from horae.settings.environment import Environment
from horae.story.decision.belonging import decision_of
from horae.story.decision.paragraph import paragraph
from horae.story.decision.telling import TOLD, story_of
from horae.story.wording import Text

app = typer.Typer(no_args_is_help=True, help="Read and check the ledger.")
app.command()(index)

Job = Annotated[str | None, typer.Option("--job", help="Only this job; default: all.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_entries(
    job: Job = None,
    kind: Annotated[
        list[EntryKind] | None, typer.Option(help="Only this kind; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """List entries, newest first."""
    with _ledger() as ledger:
        chains = _chains(ledger, job)
        streams = [
            ledger.read(chain, kinds=kind or None, limit=limit, newest_first=True)
            for chain in chains
        ]
        newest = merge(*streams, key=lambda entry: entry.time, reverse=True)
        entries = list(islice(newest, limit))
    if as_json:
        typer.echo(json.dumps([entry_json(entry) for entry in entries], indent=2))
    else:
        for entry in entries:
            typer.echo(entry_line(entry))


@app.command()
def show(
    entry_id: Annotated[
        str, typer.Argument(metavar="ID", help="Job and number, as ysb:12; or a decision's id.")
    ],
    as_json: Json = False,
) -> None:
    """Show one entry whole, in short what came of it, its hash and its neighbours.

    A decision is told in a paragraph first; an entry that belongs to one names it.
    """
    with _ledger() as ledger:
        entry = _found(ledger, entry_id)
        neighbours = _neighbours(ledger, entry)
        story = _story(ledger, entry)
        decision = None if story else _decision_of(ledger, entry)
    if as_json:
        shown = entry_json(entry) | {
            name: neighbour and {"id": neighbour.id, "hash": neighbour.hash}
            for name, neighbour in neighbours.items()
        }
        told = {"story": str(story)} if story else {"decision": decision}
        typer.echo(json.dumps(shown | told, indent=2))
    else:
        typer.echo(entry_page(entry, neighbours, story=story, decision=decision))


@app.command()
def verify(
    job: Job = None,
    heads: Annotated[
        Path | None, typer.Option(help="Compare with this file by `horae ledger export`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Recompute every hash; exit 1 and name the entries if one was changed, moved or removed."""
    with _ledger() as ledger:
        kept: Mapping[str, Head] = {} if heads is None else read_heads(_content(heads), str(heads))
        reports = audit(ledger, chain=_known(ledger, kept, job), kept=kept)
    if as_json:
        typer.echo(json.dumps(report_json(reports), indent=2))
    else:
        typer.echo("\n".join(report_lines(reports)))
    if _broken(reports):
        raise typer.Exit(ExitCode.FOUND_WRONG)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="File to write; default: print.")] = None,
) -> None:
    """Give the heads of all chains as JSON, to be kept where the ledger's keeper cannot write."""
    with _ledger() as ledger:
        text = heads_text(ledger.heads(), SystemClock().now())
    if out is None:
        typer.echo(text, nl=False)
        return
    with errors_as_exit_codes():
        _write(out, text)


@contextmanager
def _ledger() -> Iterator[SqlLedger]:
    with errors_as_exit_codes():
        ledger = open_ledger(Environment.from_environ(os.environ).ledger_url, create=False)
        try:
            yield ledger
        finally:
            ledger.close()


def _chains(ledger: SqlLedger, job: str | None) -> list[str]:
    chain = _known(ledger, {}, job)
    return [chain] if chain else list(ledger.heads())


def _known(ledger: SqlLedger, kept: Mapping[str, Head], job: str | None) -> str | None:
    """The chain that was asked for."""
    if job is None:
        return None
    with ledger.snapshot() as snapshot:
        known = sorted({*snapshot.chains(), *kept})
    if job not in known:
        raise typer.BadParameter(
            f"--job: got {job}; expected one of: {', '.join(known) or '(none yet)'}"
        )
    return job


def _found(ledger: SqlLedger, wanted: str) -> Entry:
    """The entry that was asked for; one that is not there is a wrong call, not an outage."""
    try:
        return _decision(ledger, wanted) or ledger.get(wanted)
    except LedgerBroken:
        raise
    except LedgerError as error:
        raise typer.BadParameter(str(error)) from error


def _decision(ledger: SqlLedger, wanted: str) -> Entry | None:
    """The entry of a decision by its id, which begins with its job's name; None: it is none."""
    jobs = [job for job in ledger.heads() if wanted.startswith(f"{job}-")]
    found = (ledger.find(job, f"{kind}:{wanted}") for job in jobs for kind in TOLD)
    return next((entry for entry in found if entry is not None), None)


def _story(ledger: SqlLedger, entry: Entry) -> Text | None:
    """A decision in a paragraph; None: it is none.

    An entry can be shown even where another one, which its story needs, was damaged.
    """
    if entry.kind not in TOLD:
        return None
    try:
        return paragraph(story_of(ledger, entry))
    except LedgerBroken as error:
        return Text((f"What came of it cannot be told: {error}.",))


def _decision_of(ledger: SqlLedger, entry: Entry) -> str | None:
    """Id of the decision that an entry belongs to, as far as its neighbours can be read."""
    try:
        return decision_of(ledger, entry)
    except LedgerBroken:
        return None


def _neighbours(ledger: SqlLedger, entry: Entry) -> dict[str, Entry | None]:
    nearby = ledger.read(entry.chain, after=max(0, entry.number - 2), limit=3)
    by_number = {near.number: near for near in nearby}
    return {
        "previous": by_number.get(entry.number - 1),
        "next": by_number.get(entry.number + 1),
    }


def _broken(reports: tuple[ChainReport, ...]) -> bool:
    return any(report.breaks for report in reports)


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"--heads: {path} cannot be read ({error})") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise Unavailable(f"--out: {path} cannot be written ({error.strerror})") from error
