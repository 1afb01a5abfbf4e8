"""`make chaos`: every case that was not played yet, on both clusters, and the report."""

import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chaos.case import Case
from chaos.cases import all_cases, wanted
from chaos.report import print_report, shortcomings
from chaos.results import Result, Results, faults_of
from chaos.scene import opened_scene
from chaos.suite import Suite

FOLDER = Path(".horae/chaos")
JARS = Path(".horae/jars")
Tell = Callable[[Result], None]


def main(
    minutes: Annotated[float, typer.Option(help="No further case is begun after.")] = math.inf,
    only: Annotated[str, typer.Option(help="Words, one of which a case's name holds.")] = "",
    folder: Annotated[Path, typer.Option(help="Where results and clusters lie.")] = FOLDER,
    again: Annotated[bool, typer.Option("--again", help="Forget earlier results.")] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Only name what would be played.")
    ] = False,
) -> None:
    """Play what is left, and report on everything that was played so far."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # Ended so, it takes down what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    console = Console()
    if again:
        shutil.rmtree(folder, ignore_errors=True)
    results = Results.read(folder / "results.jsonl")
    words = [word.strip() for word in only.split(",") if word.strip()]
    left = [case for case in wanted(all_cases(), words) if case.id not in results.cases]
    if listed:
        for case in left:
            console.print(case.id, highlight=False)
        return
    _play(console, results, left, folder, minutes * 60)
    whole = not words and minutes == math.inf
    print_report(console, results, whole=whole)
    raise typer.Exit(code=1 if shortcomings(results, whole=whole) else 0)


def _play(
    console: Console, results: Results, cases: Sequence[Case], folder: Path, seconds: float
) -> None:
    """Both clusters, one after the other, each with its share of the time."""
    began = time.monotonic()
    with _bar(console) as bar:
        task = bar.add_task("chaos", total=len(cases), faults=faults_of(results.cases.values()))

        def tell(result: Result) -> None:
            faults = faults_of([result])
            bar.update(task, advance=1, faults=bar.tasks[0].fields["faults"] + faults)
            verdict = "; ".join(one.sentence for one in result.problems) or "holds"
            bar.console.print(
                f"{result.seconds:5.0f} s  {result.case}: {', '.join(result.outcomes)}; {verdict}",
                highlight=False, markup=False, soft_wrap=True,
            )  # fmt: skip

        for highly_available in (False, True):
            ours = [case for case in cases if case.highly_available == highly_available]
            share = 1.0 if highly_available else len(ours) / max(1, len(cases))
            until = began + share * seconds
            if ours and time.monotonic() < until:
                home = folder / ("ha" if highly_available else "plain")
                _play_on(results, ours, home, until, tell)


def _play_on(
    results: Results, cases: Sequence[Case], home: Path, until: float, tell: Tell
) -> None:
    """One cluster, from nothing."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    logs = home / "processes"
    logs.mkdir()
    with opened_scene(home, JARS, high_availability=cases[0].highly_available) as scene:
        Suite(scene=scene, results=results, folder=logs, tell=tell).play(cases, until=until)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("cases, {task.fields[faults]} faults"), TimeElapsedColumn(), console=console,
    )  # fmt: skip


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    app()
