"""Fits the job models that come with Horae to the published measurements, and writes them.

    .venv/bin/python benchmarks/shipped_models.py [FOLDER]

needs the data (`HORAE_DATA`); the same data gives the same files, byte for byte.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from data_folder import data_folder, why_absent
from horae.simulation.calibration.calibrate import calibrate
from horae.simulation.calibration.forms import CHANGES, FAILURES, PROFILES, SERIES
from horae.simulation.calibration.tables import read_tables
from horae.simulation.calibration.wanted import Calibration, Tables, Wanted
from horae.simulation.job.job_model import MODELS, JobModel, Start
from horae.simulation.job.models_folder import save_model

STATIC, REACTIVE, OPERATOR = (
    f"1_{method}_CARS_24" for method in ("baseline", "reactive35", "operator35")
)
FIRST_RUNS = (STATIC, REACTIVE, OPERATOR)
"""One run of each kind: the others are there to be predicted."""

EVERY_PARALLELISM = tuple(float(number) for number in range(1, 25))
TSW_SEARCH = {
    "parallelism": tuple(float(number) for number in range(4, 25, 4)),
    "slots": (1.0, 2.0, 3.0, 4.0),
    "cpu_cores": (1.0, 2.0, 3.0),
    "memory_mb": (1024.0, 2048.0, 3072.0, 4096.0),
    "checkpoint_interval_seconds": (10.0, 30.0, 50.0, 70.0, 90.0),
}
"""What Demeter searches (its section 5): full workers up to the static configuration."""

TSW_SOURCE = """\
TSW, a traffic job of Demeter's published experiments (dos-group/demeter, arXiv 2403.02129):
Flink 1.17 on Kubernetes, RocksDB, three sawtooth days of 6 h, a network failure every 2700 s.
Capacity: all profiling runs, and how fast run 1 of static, of reactive and of DS2 caught up.
"""
TSW_ASSUMED = """\
Assumed: durations, cost and size of checkpoints, busy time as shown, the vertices, the time a
TaskManager takes to come, what the client's gauges remember.
"""


BY_SIMULATION = """\
By simulation, so that run 1's share of static's cores and number of changes come out
(`benchmarks/fidelity.py`): {names}.
"""


def simulated_until_alike(fitted: Calibration, found: dict[str, Any]) -> Calibration:
    """A fit, with what no table shows as it was found by simulating run 1 of its kind.

    Args:
        fitted: From the tables.
        found: Parameter, such as `cpu.noise`, to its value.
    """
    content = fitted.model.model_dump()
    for name, value in found.items():
        section, _, parameter = name.rpartition(".")
        (content[section] if section else content)[parameter] = value
    content["source"] += BY_SIMULATION.format(names=", ".join(found))
    deviations = {k: v for k, v in content["deviations"].items() if k not in found}
    model = JobModel.model_validate(content | {"deviations": deviations})
    return replace(fitted, model=model)


def tsw(data: Path) -> Calibration:
    """Static: failures, CPU and latency of its run 1; changes by both paths."""
    source = (
        f"{TSW_SOURCE}Failures, CPU and latency: run 1 of static. Outages: in place from run 1 of "
        f"reactive, with\na replacement of pods from run 1 of DS2 (the operator's autoscaler).\n"
        f"{TSW_ASSUMED}"
    )
    start = Start(parallelism=24)
    wanted = Wanted(
        name="tsw",
        source=source,
        start=start,
        failures_of=("static",),
        settings={"search": TSW_SEARCH},
    )
    return calibrate(_tsw_tables(data, STATIC), wanted)


def tsw_reactive(data: Path) -> Calibration:
    """Reactive mode: takes whatever slots there are, from its newest checkpoint."""
    source = (
        f"{TSW_SOURCE}Failures, CPU, latency and outages: run 1 of reactive, at a target of 35 % "
        f"CPU.\nIts checkpoints are 20 s apart (its job file, and a line of 20 s in its CPU).\n"
        f"{TSW_ASSUMED}"
    )
    wanted = Wanted(
        name="tsw-reactive",
        source=source,
        start=Start(parallelism=24, checkpoint_interval_seconds=20.0),
        failures_of=("reactive",),
        paths={"ds2_operator": "ignore"},
        settings={"search": {"parallelism": EVERY_PARALLELISM}, "reactive_mode": True},
    )
    return simulated_until_alike(
        calibrate(_tsw_tables(data, REACTIVE), wanted),
        {
            # Measured: a third of the CPU for the 40 s after a change.
            "cpu.starting": 0.22,
            "cpu.starting_seconds": 40.0,
            "cpu.noise": 0.05,
            "cpu.noise_seconds": 60.0,
        },
    )


def tsw_operator(data: Path) -> Calibration:
    """The Flink operator's autoscaler: every change replaces the pods."""
    source = (
        f"{TSW_SOURCE}Failures, CPU, latency and outages: run 1 of DS2, the Flink operator's "
        f"autoscaler\nat a utilisation of 0.35.\n{TSW_ASSUMED}"
    )
    wanted = Wanted(
        name="tsw-operator",
        source=source,
        start=Start(parallelism=24),
        failures_of=("ds2_operator",),
        paths={"reactive": "ignore"},
        settings={
            "search": {"parallelism": EVERY_PARALLELISM},
            "key_groups": 24,  # divisors of 24 are what it shrank to
            "starts_vertices": True,
        },
    )
    return simulated_until_alike(
        calibrate(_tsw_tables(data, OPERATOR), wanted),
        {
            "busy.catching_up": 1.0,
            "busy.noise": 0.2,
            "busy.bias": -0.05,
            # Recoveries at the peak of its run 1 take three times as long as those of static.
            "capacity.ceiling": 145_000.0,
        },
    )


def ysb_khaos(data: Path) -> Calibration:
    """The checkpointing of the Yahoo Streaming Benchmark under Khaos' failures."""
    source = """\
YSB, the Yahoo Streaming Benchmark of Khaos' published experiments (dos-group/khaos, arXiv
2109.02340): parallelism 4, five static checkpoint intervals, a worker killed 12 times in 24 h just
before a checkpoint. Capacity and dark time: the 60 recovery times, by
recovery = d + load (w I + d) / (C - load).
Assumed: the shape of a TaskManager, CPU, outages of changes, durations, cost and size of
checkpoints, busy time as shown, the vertices. Published latency falls by a quarter from 10 s to
120 s between checkpoints; here it does not.
"""
    intervals = tuple(float(seconds) for seconds in range(10, 121, 10))
    tables = Tables(
        failures=read_tables(
            [data / "khaos_ysb" / "published_failures.csv"],
            FAILURES,
            names={"checkpoint_interval_seconds": "config*0.001"},
            only={"config": KHAOS_STATIC},
        )
    )
    wanted = Wanted(
        name="ysb-khaos",
        source=source,
        start=Start(parallelism=4),
        kind="worker_killed",
        settings={
            "search": {"checkpoint_interval_seconds": intervals},
            "partitions": 4,
            "maximum_task_managers": 4,
        },
    )
    return calibrate(tables, wanted)


KHAOS_STATIC = ("10000", "30000", "60000", "90000", "120000")
"""Names of the configurations that kept one interval, ms."""


def cars_phoebe(data: Path) -> Calibration:
    """The traffic job of Phoebe, by scale-out."""
    source = """\
TopSpeedWindowing, the traffic job of Phoebe's published experiments (dos-group/phoebe, arXiv
2206.09679): Flink 1.14, workers of one core, one slot and 2048 MB. Capacity and latency: its
profiling runs at 2, 5, ..., 23 workers.
Assumed: failures, CPU, outages of changes, durations, cost and size of checkpoints, busy time as
shown, the vertices.
"""
    tables = Tables(profiles=read_tables([data / "phoebe_cars" / "profiles.csv"], PROFILES))
    search = {"parallelism": EVERY_PARALLELISM[1:]}
    start = Start(parallelism=6, memory_mb=2048)
    wanted = Wanted(name="cars-phoebe", source=source, start=start, settings={"search": search})
    return calibrate(tables, wanted)


RECIPES: dict[str, Callable[[Path], Calibration]] = {
    "tsw": tsw,
    "tsw-reactive": tsw_reactive,
    "tsw-operator": tsw_operator,
    "ysb-khaos": ysb_khaos,
    "cars-phoebe": cars_phoebe,
}


def _tsw_tables(data: Path, series: str) -> Tables:
    folder = data / "demeter_tsw"
    only = {"run": FIRST_RUNS}
    return Tables(
        profiles=read_tables([folder / "profiles.csv"], PROFILES),
        failures=read_tables([folder / "failures.csv"], FAILURES, only=only),
        changes=read_tables([folder / "reconfigurations.csv"], CHANGES, only=only),
        series=read_tables([folder / f"{series}.csv.gz"], SERIES),
    )


def main() -> None:
    """Write all of them."""
    data = data_folder()
    if data is None:
        sys.exit(why_absent())
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else MODELS
    for name, recipe in RECIPES.items():
        save_model(recipe(data).model, folder / f"{name}.yaml")
        print(folder / f"{name}.yaml")


if __name__ == "__main__":
    main()
