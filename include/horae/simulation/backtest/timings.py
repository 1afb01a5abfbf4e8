"""How long decisions took: told beside a back-test's folder, for no two calls take the same."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from horae.simulation.backtest.backtest import Rehearsed
from horae.simulation.backtest.results import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The wall time of one run.

    Attributes:
        policy: The contender's name.
        trace: The trace's name.
        world: The world's name.
        seed: The seed.
        run_seconds: Of the whole run.
        decisions: How many.
        decision_mean_ms: From the look at the job to the decision.
        decision_p95_ms: The same.
        decision_max_ms: The same; the first one warms up.
    """

    policy: str
    trace: str
    world: str
    seed: int
    run_seconds: float
    decisions: int
    decision_mean_ms: float
    decision_p95_ms: float
    decision_max_ms: float


def timing_of(who: Who, seen: Rehearsed, run_seconds: float) -> Timing:
    """The wall time of a run."""
    taken = 1_000 * np.array(seen.decision_seconds or (0.0,))
    return Timing(
        **asdict(who),
        run_seconds=round(run_seconds, 3),
        decisions=len(seen.decision_seconds),
        decision_mean_ms=round(float(taken.mean()), 3),
        decision_p95_ms=round(float(np.quantile(taken, 0.95)), 3),
        decision_max_ms=round(float(taken.max()), 3),
    )


def timings_file(folder: Path) -> Path:
    """Beside the folder of a back-test, never in it."""
    return folder.with_name(f"{folder.name}.timings.csv")


def note_timings(timings: Sequence[Timing], folder: Path) -> None:
    """Add a row a run; those of earlier calls stay."""
    if not timings:
        return
    path = timings_file(folder)
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow([field.name for field in fields(Timing)])
        writer.writerows(asdict(timing).values() for timing in timings)
