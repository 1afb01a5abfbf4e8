"""How long Horae interrupts a job compared with bare REST calls, and how well it foretells that.

On the real Kafka and Flink, without high availability, with one job under load: a small state,
two parallelisms, slots enough for both. Horae and a script of the bare calls take turns in place
and by savepoint; between these pairs Horae acts by all its paths. An interruption is the time from
the last task stopping to the last one RUNNING, by Flink's own times, read by the same function for
both. Before each of its actions Horae predicts the outage from the outcomes so far, with the
functions that its decisions use.

Promises: Horae's median interruption is at most 1.2 x that of the bare calls, on each of both
paths; at least 32 of 40 outages lie within the interval that was predicted for them with 90 %. An
outage that Horae cannot tell counts as outside.

    python benchmarks/interruption.py [--pairs 10] [--actions 40]

Takes about a quarter of an hour and 2.5 GB of memory. Everything lies in a temporary folder and is
taken down at the end, however that comes.
"""

import signal
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from horae.errors import HoraeError
from interruption_play import Taken, play, warm_up
from interruption_report import line, report
from interruption_scene import opened_scene
from interruption_turns import schedule

WIDTH = 110


def main(
    pairs: Annotated[int, typer.Option(help="Of Horae and the bare script, on each path.")] = 10,
    actions: Annotated[int, typer.Option(help="Of Horae, those in pairs among them.")] = 40,
) -> None:
    """Measure, and print what came of both promises; 1 where one does not hold."""
    # Ended so, it takes down what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    try:
        held = report(console, _measured(console, pairs, actions))
    except HoraeError as error:
        console.print(f"Given up: {error}", markup=False, highlight=False)
        held = False
    raise typer.Exit(code=0 if held else 1)


def _measured(console: Console, pairs: int, actions: int) -> list[Taken]:
    turns = schedule(pairs, actions)
    taken: list[Taken] = []
    with _bar(console) as bar:

        def tell(text: str) -> None:
            bar.console.print(text, highlight=False, markup=False, soft_wrap=True)

        task = bar.add_task("actions", total=len(turns))
        with opened_scene(tell) as scene:
            warm_up(scene)
            for one in play(scene, turns):
                taken.append(one)
                tell(line(len(taken), one))
                bar.update(task, advance=1)
    return taken


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
