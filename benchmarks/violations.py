"""What breaks the latency limit in a rehearsal: own actions, failures, or neither.

Each unbroken stretch beyond the limit goes to whatever was under way in it, or within two seconds
of its begin: an action, a failure, both; the rest is want of capacity. 18 hours of `tsw` in the
published world, the first 6 of which are history. Needs the data (`HORAE_DATA`): the loads.

    python benchmarks/violations.py [TRACE] [SEED ...]
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import sys
import warnings
from collections import Counter

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from horae.simulation.backtest.backtest import Rehearsal, rehearse
from horae.simulation.backtest.contenders import contender
from horae.simulation.backtest.job_spec_of import Terms
from horae.simulation.job.models_folder import load_model
from horae.simulation.load.trace_specs import trace
from horae.simulation.score.scores import violated
from horae.simulation.world.record import RunRecord
from horae.simulation.world.worlds import WORLDS

HISTORY_SECONDS = 6 * 3_600
NEAR_SECONDS = 2
"""Latency of what was under way when the tasks stopped is seen so much sooner or later."""

CAUSES = ("own action", "own action and failure", "failure", "neither")


def run(load: str, seed: int) -> RunRecord:
    """A rehearsal of the planner."""
    return rehearse(
        Rehearsal(
            model=load_model("tsw"),
            world=WORLDS["published"],
            trace=trace(load, history_seconds=HISTORY_SECONDS),
            contender=contender("planner"),
            seed=seed,
            terms=Terms(),
        )
    ).record


def by_cause(record: RunRecord) -> Counter[tuple[str, bool]]:
    """Cause and whether there was output, to seconds beyond the limit."""
    limit = Terms().limits.processing_latency_seconds
    broken = violated(record.latency, limit).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], broken, [0]])))
    seconds: Counter[tuple[str, bool]] = Counter()
    for begin, end in edges.reshape(-1, 2).tolist():
        cause, up = _cause(record, begin - NEAR_SECONDS, end), int(record.up[begin:end].sum())
        seconds[cause, True] += up
        seconds[cause, False] += end - begin - up
    return seconds


def _cause(record: RunRecord, begin: int, end: int) -> str:
    acted = any(one.began < end and one.ended >= begin for one in record.actions)
    failed = any(one.at < end and one.resumed_at >= begin for one in record.failures)
    if acted:
        return CAUSES[1] if failed else CAUSES[0]
    return CAUSES[2] if failed else CAUSES[3]


def main() -> None:
    """Print a row a seed and cause."""
    warnings.simplefilter("ignore")
    load, *seeds = sys.argv[1:] or ["demeter-cars", "3"]
    table = Table(title=f"Seconds beyond the limit, planner, {load}", title_justify="left")
    table.add_column("seed", justify="right")
    table.add_column("cause")
    for column in ("without output", "catching up", "share"):
        table.add_column(column, justify="right")
    for seed in track(seeds or ["1"], description="rehearsals", transient=True):
        seconds = by_cause(run(load, int(seed)))
        for cause in CAUSES:
            down, up = seconds[cause, False], seconds[cause, True]
            share = (down + up) / max(1, seconds.total())
            table.add_row(seed, cause, str(down), str(up), f"{share:.0%}")
    Console().print(table)


if __name__ == "__main__":
    main()
