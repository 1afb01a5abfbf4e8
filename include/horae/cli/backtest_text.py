"""What `horae backtest` shows: lists, progress, and the scoreboard at the end."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from horae.simulation.backtest.contenders import POLICIES
from horae.simulation.backtest.plan import Plan
from horae.simulation.backtest.scoreboard import Line, Mean
from horae.simulation.backtest.timings import timings_file
from horae.simulation.job.models_folder import load_model, shipped
from horae.simulation.load.trace_specs import all_traces
from horae.simulation.world.worlds import WORLDS

WIDTH = 165
"""Of a scoreboard that nobody looks at right now."""

COLUMNS: tuple[tuple[str, str, float], ...] = (
    ("within\nlimit, %", "share_within", 100),
    ("core-h", "core_hours", 1),
    ("GB-h", "gb_hours", 1),
    ("money", "money", 1),
    ("with all\nbeside", "money_all", 1),
    ("recovery\nA, s", "recovery_a_mean", 1),
    ("in time,\n%", "recovery_a_share", 100),
    ("actions", "actions", 1),
    ("own out-\nage, s", "action_outage_seconds", 1),
    ("money /\noracle", "ratio_to_oracle", 1),
    ("money /\nbound", "ratio_to_bound", 1),
    ("money /\nstatic", "ratio_to_static", 1),
    ("money /\nst.-best", "ratio_to_static_best", 1),
)
"""Head, figure and what it is multiplied by."""


def listed(kinds: Iterable[str]) -> Iterator[str]:
    """Name and description of each thing of some kinds: jobs, traces, policies, worlds."""
    for kind in kinds:
        for name, description in _ENTRIES[kind]():
            yield f"{name}\n{indent(description, '    ')}"


@contextmanager
def watched(plan: Plan) -> Iterator[Callable[[float], None]]:
    """Show how far a plan is, on standard error; yields what to tell of each step."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    begin, hours = time.monotonic(), 0.0
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("runs", total=plan.steps, speed="")

        def tell(computed: float) -> None:
            nonlocal hours
            hours += computed
            speed = hours / max(1e-9, time.monotonic() - begin)
            progress.update(task, advance=1, speed=f"{speed:.2f} simulated h/s" if hours else "")

        yield tell


def told(lines: Sequence[Line], folder: Path) -> None:
    """Print the scoreboard: means over the seeds, and half their interval of 95 %."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    for trace, world in dict.fromkeys((line.trace, line.world) for line in lines):
        console.print(_table(trace, world, lines))
    files = f"{folder / 'report.html'}, scoreboard.csv and summary.csv there"
    console.print(escape(f"{files}; {timings_file(folder)}"), soft_wrap=True)


def _table(trace: str, world: str, lines: Sequence[Line]) -> Table:
    table = Table(title=escape(f"{trace}, world {world}"), title_justify="left")
    table.add_column("policy", no_wrap=True)
    for head, _, _ in COLUMNS:
        table.add_column(head, justify="right")
    for line in lines:
        if (line.trace, line.world) == (trace, world):
            cells = [cell(line.means[figure], factor) for _, figure, factor in COLUMNS]
            table.add_row(escape(line.policy), *cells)
    return table


def cell(mean: Mean, factor: float = 1) -> str:
    """A mean, and half of its interval beneath; a dash where there is none."""
    if mean.mean is None:
        return "–"  # noqa: RUF001 (a dash is meant)
    half = 0.0 if mean.low is None else factor * (mean.mean - mean.low)
    return _short(factor * mean.mean) + (f"\n± {_short(half, 2)}" if half else "")


def _short(value: float, digits: int = 3) -> str:
    return f"{value:.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _models() -> Iterator[tuple[str, str]]:
    for name in shipped():
        model = load_model(name)
        yield name, model.source.strip()


_ENTRIES: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
    "jobs": _models,
    "traces": all_traces,
    "policies": lambda: POLICIES.items(),
    "worlds": lambda: ((name, world.sentence) for name, world in WORLDS.items()),
}
