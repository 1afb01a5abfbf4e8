"""What `horae calibrate` shows while it works, and in the end."""

from collections.abc import Sequence
from pathlib import Path

import typer

from horae.simulation.calibration.calibrate import calibrate
from horae.simulation.calibration.wanted import Calibration, Tables, Wanted


def fitted_while_shown(tables: Tables, wanted: Wanted) -> Calibration:
    """Fit, with a bar that moves with the bootstrap; it goes to standard error and then goes."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"fitting {wanted.name}", total=wanted.draws)
        return calibrate(tables, wanted, told=lambda done: bar.advance(task, done))


def told(found: Calibration, files: Sequence[Path]) -> None:
    """Say what came of it."""
    fitted = len(found.model.deviations)
    typer.echo(f"{found.model.name}: {fitted} parameters fitted")
    if found.missing:
        typer.echo(f"{len(found.missing)} not identified:")
    for one in found.missing:
        typer.echo(f"  {one.name}: {one.reason}")
    model, report, *points = files
    typer.echo(f"{model}\n{report}")
    if points:
        typer.echo(f"{points[0].parent} ({len(points)} files)")
