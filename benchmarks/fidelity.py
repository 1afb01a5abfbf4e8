"""Whether simulated runs come out as the published ones did, with the published settings.

    .venv/bin/python benchmarks/fidelity.py [--seeds 20] [--jobs 2] [--only reactive]

Static, reactive (Flink's reactive mode under a Horizontal Pod Autoscaler at 35 % CPU) and DS2 (the
Flink operator's autoscaler) on the TSW load of Demeter's experiments (arXiv 2403.02129), 18 hours
each with a failure every 2,700 s: the mean over the seeds against the mean of the published runs.
The models were fitted on the published profiles and one run of each kind (`shipped_models.py`);
of static there is no other, so that static is in-sample. Needs the data (`HORAE_DATA`): the load.

The table is printed either way; exit code 0 only where everything is inside its tolerance.
"""

import argparse
import math
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from data_folder import data_folder, why_absent
from horae.simulation.backtest.backtest import Rehearsal, rehearse
from horae.simulation.backtest.contender_text import contenders
from horae.simulation.backtest.job_spec_of import Terms
from horae.simulation.job.models_folder import load_model
from horae.simulation.load.trace_specs import trace
from horae.simulation.score.scores import score
from horae.simulation.world.record import RunRecord
from horae.simulation.world.worlds import WORLDS

STATIC_CORE_HOURS = 24 * 18.0
LOAD = "demeter-cars"
SETTINGS = Path(__file__).parent / "as_published"
"""What the published runs were set to, as files for `horae backtest --policy NAME=FILE`."""
WIDTH = 118


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is compared.

    Attributes:
        cpu_ratio: Core-hours over those of static.
        within: Share of wall time with latency within 2 s.
        recovered: Share of the failures recovered from within 180 s (definition A).
        actions: Number of changes.
    """

    cpu_ratio: float
    within: float
    recovered: float
    actions: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of published run.

    Attributes:
        model: Name of the shipped model.
        policy: The policy that runs it here, as `horae backtest --policy` has it.
        published: The published runs.
        pause_seconds: Changes that are closer together count as one; 0: each counts.
        after_failure_seconds: Changes so soon after a failure count as its consequence.
    """

    model: str
    policy: str
    published: tuple[Figures, ...]
    pause_seconds: float = 0.0
    after_failure_seconds: float = 0.0


def _published(*rows: tuple[float, float, float, float]) -> tuple[Figures, ...]:
    """Rows of CPU ratio, share within 2 s in %, recovered within 180 s in %, actions."""
    return tuple(
        Figures(cpu_ratio=cpu, within=within / 100, recovered=recovered / 100, actions=actions)
        for cpu, within, recovered, actions in rows
    )


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "static": Kind(
            model="tsw",
            policy="static",
            published=_published((1.0, 97.9, 100.0, 0)),
        ),
        "reactive": Kind(
            model="tsw-reactive",
            policy=f"threshold-demeter={SETTINGS / 'threshold-demeter.yaml'}",
            published=_published(
                (0.826, 85.2, 91.3, 142), (0.815, 85.9, 87.0, 144), (0.830, 85.0, 100.0, 153)
            ),
            # As the published ones were counted: clusters of changes outside failures.
            pause_seconds=60,
            after_failure_seconds=90,
        ),
        "ds2": Kind(
            model="tsw-operator",
            policy=f"ds2-demeter={SETTINGS / 'ds2-demeter.yaml'}",
            published=_published(
                (0.919, 63.6, 81.0, 90), (0.918, 72.0, 72.7, 71), (0.922, 67.6, 77.3, 85)
            ),
        ),
    }
)
"""Name to what was published of it: allocated cores, share of wall time with latency within 2 s,
recoveries (A) within 180 s, reconfigurations; reactive in the order of its runs."""


def simulated(kind: str, seed: int) -> Figures:
    """One run of 18 hours."""
    wanted = KINDS[kind]
    model = load_model(wanted.model)
    (contender,), _ = contenders([wanted.policy], model.start)
    run = Rehearsal(
        model=model,
        world=WORLDS["published"],
        trace=trace(LOAD, data_folder=data_folder()),
        contender=contender,
        seed=seed,
        terms=Terms(),
    )
    record = rehearse(run).record
    found = score(record, limits=run.terms.limits.limits(), prices=run.terms.prices.prices())
    return Figures(
        cpu_ratio=found.core_hours / STATIC_CORE_HOURS,
        within=found.share_within,
        recovered=math.nan if found.recovery_a_share is None else found.recovery_a_share,
        actions=changes(record, wanted),
    )


def changes(record: RunRecord, kind: Kind) -> int:
    """Changes as the published ones were counted."""
    failed = [failure.at for failure in record.failures]
    began = [
        action.began
        for action in record.actions
        if not any(0 <= action.began - at < kind.after_failure_seconds for at in failed)
    ]
    apart = [later for earlier, later in pairwise(began) if later - earlier >= kind.pause_seconds]
    return len(began[:1]) + len(apart)


def tolerances(published: tuple[Figures, ...]) -> Figures:
    """How far the mean may be off: 0.05; 4 points or the published range; 10 points; 25 %."""
    within = [run.within for run in published]
    return Figures(
        cpu_ratio=0.05,
        within=max(0.04, max(within) - min(within)),
        recovered=0.1,
        actions=0.25 * float(np.mean([run.actions for run in published])),
    )


def rows(kind: str, runs: list[Figures]) -> Iterator[tuple[str, float, float, float, float]]:
    """Figure, published mean, simulated mean, half its 95 % interval, tolerance."""
    published = KINDS[kind].published
    allowed = tolerances(published)
    for name in Figures.__slots__:
        told = float(np.mean([getattr(run, name) for run in published]))
        seen = np.array([getattr(run, name) for run in runs], dtype=np.float64)
        spread = 1.96 * float(seen.std(ddof=1)) / len(seen) ** 0.5 if len(seen) > 1 else 0.0
        yield name, told, float(seen.mean()), spread, float(getattr(allowed, name))


def simulate(kinds: list[str], seeds: int, jobs: int) -> dict[str, list[Figures]]:
    """All runs, by kind, in the order of the seeds."""
    asked = [(kind, seed) for kind in kinds for seed in range(1, seeds + 1)]
    found: dict[tuple[str, int], Figures] = {}
    with (
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
        Progress(console=Console(stderr=True)) as progress,
    ):
        bar = progress.add_task("runs of 18 h", total=len(asked))
        futures = {pool.submit(simulated, *one): one for one in asked}
        for done in as_completed(futures):
            found[futures[done]] = done.result()
            progress.advance(bar)
    return {kind: [found[kind, seed] for seed in range(1, seeds + 1)] for kind in kinds}


def show(runs: Mapping[str, list[Figures]]) -> bool:
    """Print the table; whether everything is inside its tolerance."""
    table = Table(title="Simulated against published runs (TSW, 18 h)", title_justify="left")
    for column in ("kind", "figure", "published", "simulated", "95 %", "off by", "allowed", ""):
        table.add_column(column, justify="left" if column in ("kind", "figure") else "right")
    good = True
    for kind, figures in runs.items():
        for name, told, seen, spread, allowed in rows(kind, figures):
            inside = abs(seen - told) <= allowed
            good = good and inside
            sample = f"{kind} (in-sample)" if len(KINDS[kind].published) == 1 else kind
            shown = [f"{value:.3f}" for value in (told, seen, spread, seen - told, allowed)]
            table.add_row(sample, name, *shown, "inside" if inside else "OUTSIDE")
        table.add_section()
    Console(width=WIDTH).print(table)
    return good


def main() -> int:
    """Simulate and compare."""
    parser = argparse.ArgumentParser(description="Simulated against published runs.")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", choices=list(KINDS), action="append")
    said = parser.parse_args()
    if data_folder() is None:
        print(why_absent())
        return 1
    return 0 if show(simulate(said.only or list(KINDS), said.seeds, said.jobs)) else 1


if __name__ == "__main__":
    sys.exit(main())
