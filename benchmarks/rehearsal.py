"""How fast a rehearsal is: 18 hours in steps of a second, with a decision a minute.

CPU seconds of this process. The job is the shipped model `tsw` under a load by formula, with a
season of 6 h whose first one is history; failures come as published. The policies go through the
real cycle, with their own search, forecast, validation, guards and ledger.

Promises, on one core: `threshold` takes at most 10 s, `planner` at most 60 s, and 100 replications
of the simulator alone at most 20 s.

    python benchmarks/rehearsal.py [POLICY ...]
"""

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from horae.simulation.backtest.backtest import Rehearsal, rehearse
from horae.simulation.backtest.contenders import contender
from horae.simulation.backtest.job_spec_of import Terms
from horae.simulation.job.models_folder import load_model
from horae.simulation.load.trace_specs import trace
from horae.simulation.world.flow import Flow
from horae.simulation.world.worlds import WORLDS

LOAD = "sine:mean=75000,amplitude=0.55,period=6h,hours=24 * noise:deviation=0.03"
HISTORY_SECONDS = 6 * 3_600
MINUTE: dict[str, Any] = {"time": {"grid_seconds": 60, "cycle_seconds": 60, "stale_seconds": 300}}
PROMISES = {"threshold": 10.0, "planner": 60.0}
REPLICATIONS, REPLICATIONS_SECONDS = 100, 20.0
WIDTH = 100


def cpu_seconds(do: Callable[[], object]) -> float:
    """CPU time of one call."""
    begin = time.process_time()
    do()
    return time.process_time() - begin


def run_of(policy: str, load: str = LOAD, history: int = HISTORY_SECONDS) -> Rehearsal:
    """18 hours with a policy that decides once a minute."""
    return Rehearsal(
        model=load_model("tsw"),
        world=WORLDS["published"],
        trace=trace(load, history_seconds=history),
        contender=contender(policy, MINUTE),
        seed=1,
        terms=Terms(),
    )


def warm_up(policy: str) -> None:
    """Import and compile what a run needs, in an hour of its own."""
    rehearse(run_of(policy, "constant:mean=60000,hours=2", 3_600))


def replicate() -> None:
    """The simulator alone, many replications at once."""
    run = run_of("static")
    starts = [run.start().configuration()] * REPLICATIONS
    flow = Flow(run.model, run.world, run.offered(), starts, range(REPLICATIONS))
    flow.advance(flow.ends_at)


def main() -> int:
    """Print what each takes beside its promise; 1 where one does not hold."""
    warnings.simplefilter("ignore")
    wanted = sys.argv[1:] or list(PROMISES)
    table = Table(title="CPU of a rehearsal of 18 h, warm, on one core", title_justify="left")
    table.add_column("what")
    for column in ("CPU s", "promise, s", "ratio", "decisions", "ms a decision"):
        table.add_column(column, justify="right")
    held = True
    for policy in wanted:
        warm_up(policy)
        run, begin = run_of(policy), time.process_time()
        seen = rehearse(run)
        taken, count = time.process_time() - begin, len(seen.decision_seconds)
        promise = PROMISES.get(policy)
        held = held and (promise is None or taken <= promise)
        table.add_row(policy, *_cells(taken, promise), str(count), f"{1000 * taken / count:.1f}")
    taken = cpu_seconds(replicate)
    held = held and taken <= REPLICATIONS_SECONDS
    table.add_row(f"{REPLICATIONS} replications alone", *_cells(taken, REPLICATIONS_SECONDS))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table)
    console.print(f"Promises: {'hold' if held else 'BROKEN'}")
    return 0 if held else 1


def _cells(taken: float, promise: float | None) -> tuple[str, str, str]:
    if promise is None:
        return f"{taken:.2f}", "–", "–"  # noqa: RUF001 (a dash is meant)
    return f"{taken:.2f}", f"{promise:g}", f"{taken / promise:.2f}"


if __name__ == "__main__":
    sys.exit(main())
