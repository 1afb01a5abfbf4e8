"""The live display: a table at a terminal, a line every ten seconds elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console
from rich.live import Live
from rich.table import Table

from horae.demo.watch import Glance
from horae.domain.decision import Decision
from horae.local.load_generator import Progress

_LINE_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is shown at one time.

    Attributes:
        glance: The newest look at the job.
        progress: How far the load is; None before it began.
        decision: The newest decision; None before the first.
        next_cycle: When `observe` runs next.
    """

    glance: Glance
    progress: Progress | None
    decision: Decision | None
    next_cycle: datetime


class Screen:
    """Shows scenes.

    Args:
        console: Where.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._last_line: datetime | None = None

    @contextmanager
    def lit(self) -> Iterator[None]:
        """Keep the table up to date at a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=2) as live:
            self._live = live
            yield
        self._live = None

    def show(self, scene: Scene) -> None:
        """Show a scene."""
        if self._live is not None:
            self._live.update(_table(scene))
            return
        at = scene.glance.at
        if self._last_line is None or at - self._last_line >= _LINE_EVERY:
            self._last_line = at
            self._console.print(_line(scene), highlight=False, soft_wrap=True)


def _rows(scene: Scene) -> dict[str, str]:
    glance, progress = scene.glance, scene.progress
    elapsed = progress.elapsed_seconds if progress else 0.0
    duration = progress.duration_seconds if progress else 0.0
    return {
        "time": f"{elapsed:.0f} of {duration:.0f} s",
        "load": _number(glance.load, "records/s"),
        "lag": _number(glance.lag, "records"),
        "latency": _number(glance.latency_seconds, "s", 1),
        "configuration": str(glance.configuration or glance.presence or "does not answer"),
        "TaskManagers": str(len(glance.task_managers)),
        "last decision": _decision(scene.decision),
        "next cycle": f"{max(0.0, (scene.next_cycle - glance.at).total_seconds()):.0f} s",
    }


def _table(scene: Scene) -> Table:
    table = Table(show_header=False, title="Horae on the Yahoo Streaming Benchmark")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(scene).items():
        table.add_row(name, value)
    return table


def _line(scene: Scene) -> str:
    return " · ".join(f"{name} {value}" for name, value in _rows(scene).items())


def _number(value: float | None, unit: str, digits: int = 0) -> str:
    return "unknown" if value is None else f"{value:,.{digits}f} {unit}"


def _decision(decision: Decision | None) -> str:
    if decision is None:
        return "none yet"
    return f"{decision.verb} ({decision.reason}): {decision.sentence}"
