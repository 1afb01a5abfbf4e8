"""What one library cycle costs for one job, part by part, on a demo-sized and a production window.

CPU seconds of this process, all its threads, warm (imports and first calls are done), least of
several runs. The windows follow a formula (`known_job.py`); the engine and the input are in
memory, so that nothing is waited for; the ledger is in memory but where a row says SQLite.
Deciding asks the champion `ridge`, the dearer of the two forecasters.

Promise: judging and deciding together take at most 1 s of CPU for one job.

A cycle that is a process of its own draws the posterior of capacity anew, so the rows that the
promise is about forget it before each run; one of many cycles in a process mostly finds it kept.
What such a cycle costs stands in rows of its own: light evaluator, windows in memory, and a policy
that foresees nothing (`hold`) or the planner.

    python benchmarks/cycle.py [RUNS]
"""

import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table

from horae.control.chance import chance
from horae.control.conclude import Question
from horae.control.decide import decide
from horae.control.entries import Observation
from horae.control.guarding import Scene, guard_situation
from horae.control.history import History
from horae.control.understand import (
    Deciding,
    Understanding,
    bounds,
    partitioning_of,
    running_in,
    understand,
)
from horae.domain.action import RescalePath
from horae.domain.clock import ManualClock
from horae.domain.decision import Mode
from horae.domain.forecast import LoadForecast
from horae.domain.proposal import Proposal, Reason, Stay
from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.errors import HoraeError
from horae.forecasting.darts_forecaster import forget_fits
from horae.ledger.memory import MemoryLedger
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind
from horae.metrics.memory_window_store import MemoryWindowStore
from horae.optimisation.objectives import evaluate
from horae.optimisation.pareto import pareto_front
from horae.optimisation.search_space import search_space
from horae.performance.capacity import forget_posteriors
from horae.performance.fitting import fit_models
from horae.policy.guards import ask_guards
from horae.policy.hold import HoldPolicy
from horae.policy.policy import Situation
from horae.validation.gx_validator import GxValidator
from horae.validation.vector_validator import VectorValidator
from known_job import (
    CHAMPION,
    NOON,
    KnownJob,
    deciding,
    demo_job,
    other,
    production_job,
    remember,
    seen,
)

PROMISE_SECONDS = 1.0
RUNS = 5
WIDTH = 110

JUDGE, LIGHTLY, WHOLE, KEPT, BLIND, ON_SQLITE, CYCLE = (
    "judge the window (Great Expectations)",
    "judge the window (light evaluator)",
    "whole decide",
    "whole decide in memory, posterior kept",
    "whole decide in memory, nothing foreseen",
    "whole decide, ledger on SQLite",
    "judge + decide on SQLite",
)
_cycles = (f"cycle-{number}" for number in count())


def cpu_seconds(do: Callable[[], object], runs: int) -> float:
    """Least CPU time of `runs` calls after one that warms up."""
    do()
    least = float("inf")
    for _ in range(runs):
        begin = time.process_time()
        do()
        least = min(least, time.process_time() - begin)
    return least


def costs(job: KnownJob, runs: int) -> dict[str, float]:
    """Part to CPU seconds."""
    parts, window_id, window = deciding(job, MemoryLedger())
    times = {job.spec.name: job.spec.time}
    validator, light = GxValidator(times=times), VectorValidator(times=times)
    store = MemoryWindowStore(ManualClock(NOON))
    kept_id, in_memory = store.put(window), replace(parts, windows=store)
    blind = replace(in_memory, policy=HoldPolicy())
    verdict = validator.validate({window_id: window}, now=NOON)[0]
    if not verdict.usable:
        raise HoraeError(f"the benchmark's window is not usable: {verdict.broken}")
    found = {
        JUDGE: cpu_seconds(lambda: validator.validate({window_id: window}, now=NOON), runs),
        LIGHTLY: cpu_seconds(lambda: light.validate({window_id: window}, now=NOON), runs),
        **{name: cpu_seconds(do, runs) for name, do in _parts(parts, window_id, window, verdict)},
        WHOLE: cpu_seconds(lambda: _decide_first(parts, window_id, window, verdict), runs),
        KEPT: cpu_seconds(lambda: _decide(in_memory, kept_id, window, verdict), runs),
        BLIND: cpu_seconds(lambda: _decide(blind, kept_id, window, verdict), runs),
    }
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"sqlite:///{Path(folder) / 'ledger.db'}")
        on_disk = deciding(job, ledger)[0]
        found[ON_SQLITE] = cpu_seconds(
            lambda: _decide_first(on_disk, window_id, window, verdict), runs
        )
        ledger.close()
    return found | {CYCLE: found[JUDGE] + found[ON_SQLITE]}


def _decide_first(
    parts: Deciding, window_id: str, window: MetricsWindow, verdict: Verdict
) -> None:
    """One cycle more, as if it were the first of its process."""
    forget_fits()
    forget_posteriors()
    _decide(parts, window_id, window, verdict)


def _decide(parts: Deciding, window_id: str, window: MetricsWindow, verdict: Verdict) -> None:
    """One cycle more, judged already."""
    cycle = next(_cycles)
    judged = replace(verdict, window=window_id)
    remember(parts.ledger, EntryKind.VERDICT, window.job, cycle, judged, NOON)
    decide(parts, seen(window_id, window, cycle))


def _parts(
    parts: Deciding, window_id: str, window: MetricsWindow, verdict: Verdict
) -> Iterator[tuple[str, Callable[[], object]]]:
    """What `decide` does, one after the other, each with the same input every time."""
    spec, load = parts.spec, window.frame["load_records_per_second"]
    steps = round(spec.time.horizon_seconds / spec.time.grid_seconds)
    history = History(parts.ledger, spec.name)
    look = seen(window_id, window, next(_cycles))
    running = running_in(look)
    if isinstance(running, Stay):
        raise SystemExit(f"the benchmark's own job is not running: {running.sentence}")
    known = understand(parts, history, look, verdict, running)
    for champion in ("seasonal_naive", CHAMPION):
        foresee = partial(parts.forecaster(champion).forecast, load, job=spec.name, steps=steps)
        yield f"forecast, {champion}", partial(_foresee, foresee)
    yield "read the window", lambda: parts.windows.get(window_id)
    yield "read past actions and fit the models", lambda: _fit(parts, history, window)
    yield f"search {len(known.space.configurations)} configurations", lambda: _search(parts, known)
    yield "ask the policy (planner)", lambda: parts.policy.propose(_fresh(known))
    yield "ask the guards", lambda: _guard(parts, history, known, seen(window_id, window, "c"))
    yield "5 ledger entries", lambda: _append(parts, verdict)


def _foresee(foresee: Callable[..., LoadForecast]) -> LoadForecast:
    forget_fits()
    return foresee(rng=chance("forecast"))


def _fit(parts: Deciding, history: History, window: MetricsWindow) -> object:
    forget_posteriors()
    return fit_models(
        window,
        version=window.version or "",
        outcomes=[past.outcome for past in history.past_actions()],
        partitioning=partitioning_of(parts, parts.engine.capabilities(parts.spec.engine_job_name)),
    )


def _search(parts: Deciding, known: Understanding) -> object:
    now, spec = known.situation, parts.spec
    capabilities = parts.engine.capabilities(spec.engine_job_name)
    spread = partitioning_of(parts, capabilities)
    space = search_space(bounds(parts, now.window, now.current, capabilities, spread))
    candidates = parts.optimiser.search(
        space.configurations,
        lambda configurations: evaluate(
            configurations,
            forecast=now.forecast,
            models=now.models,
            limits=now.limits,
            prices=now.prices,
            rng=chance("search"),
            backlog_records=now.window.last("lag_records"),
        ),
    )
    return pareto_front(candidates, peak_load=now.forecast.peak(0.5))


def _fresh(known: Understanding) -> Situation:
    """The situation with its source of chance as it was: a policy uses it up."""
    return replace(known.situation, rng=chance("policy"))


def _guard(parts: Deciding, history: History, known: Understanding, look: Observation) -> object:
    current = known.situation.current
    proposal = Proposal(
        target=other(current),
        path=RescalePath.SAVEPOINT,
        reason=Reason.IMPROVE,
        sentence="For the guards.",
        urgent=False,
        predicted_outage_seconds=8.0,
        predicted_catch_up_seconds=None,
        benefit_money=None,
    )
    question = Question(
        id="benchmark",
        job=parts.spec.name,
        at=NOON,
        actor="horae",
        mode=Mode.AUTO,
        by_person=False,
        dry_run=False,
        origin=current,
    )
    scene = Scene(
        seen=look,
        verdict=known.situation.verdict,
        capabilities=known.situation.capabilities,
        legal=known.space.configurations,
    )
    return ask_guards(guard_situation(parts, history, question, proposal, scene))


def _append(parts: Deciding, verdict: Verdict) -> None:
    for kind in (
        EntryKind.WINDOW,
        EntryKind.VERDICT,
        EntryKind.FORECAST,
        EntryKind.MODEL,
        EntryKind.SCORE,
    ):
        remember(parts.ledger, kind, f"{parts.spec.name}-entries", next(_cycles), verdict, NOON)


def main() -> int:
    """Print the parts of both sizes side by side; 1 where the promise does not hold."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    warnings.simplefilter("ignore")
    demo, production = costs(demo_job(), runs), costs(production_job(), runs)
    table = Table(
        title=f"CPU of one cycle for one job, warm, least of {runs}", title_justify="left"
    )
    table.add_column("part")
    for column in ("demo,\n180 rows", "share", "production,\n4,320 rows", "share", "ratio"):
        table.add_column(column, justify="right")
    for (name, small), large, label in zip(
        demo.items(), production.values(), production, strict=True
    ):
        table.add_row(
            name if name == label else f"{name} / {label.split()[1]}",
            f"{small * 1000:.1f} ms",
            f"{small / demo[CYCLE]:.0%}",
            f"{large * 1000:.1f} ms",
            f"{large / production[CYCLE]:.0%}",
            f"{large / small:.1f}",
            end_section=name in (LIGHTLY, "5 ledger entries", ON_SQLITE),
        )
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(table)
    held = max(demo[CYCLE], production[CYCLE]) <= PROMISE_SECONDS
    console.print(f"Promise: {CYCLE} takes at most {PROMISE_SECONDS:g} s: {_verdict(held)}")
    return 0 if held else 1


def _verdict(held: bool) -> str:
    return "holds" if held else "BROKEN"


if __name__ == "__main__":
    sys.exit(main())
