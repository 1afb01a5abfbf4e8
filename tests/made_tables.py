"""Tables of a job whose truth is known, as a person would have measured it."""

from pathlib import Path

import numpy as np
import pandas as pd

from horae.simulation.calibration.forms import TableForm
from horae.simulation.calibration.tables import read_table

LN_RATE, CORES, SLOTS, MEMORY = 9.0, 0.9, -0.5, 0.2
"""Of the job: ln C = 9 + 0.9 ln cores - 0.5 ln(slots a core) + 0.2 ln(GiB a slot)."""
CEILING = 80_000.0
"""Of configurations larger than those that were profiled."""
MISFIT = 0.05
DRAIN = 3.0


def capacity(cores: float, slots_a_core: float = 1.0, gib_a_slot: float = 1.0) -> float:
    """Records/s without any deviation and without the ceiling."""
    ln = LN_RATE + CORES * np.log(cores) + SLOTS * np.log(slots_a_core)
    return float(np.exp(ln + MEMORY * np.log(gib_a_slot)))


def profiles(rows: int = 120, seed: int = 1) -> pd.DataFrame:
    """Profiles of up to six cores, loads around the capacity."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(rows):
        slots, cores = int(rng.integers(1, 4)), float(rng.integers(1, 3))
        managers = int(rng.integers(1, 4))
        memory = float(rng.choice([1024, 2048, 4096]))
        true = capacity(managers * cores, slots / cores, memory / slots / 1024)
        true *= float(np.exp(MISFIT * rng.standard_normal()))
        load = true * float(rng.uniform(0.4, 1.8))
        found.append(
            {
                "scaleOut": managers * slots,
                "taskSlots": slots,
                "cpuVal": cores,
                "memVal": memory,
                "offered": load,
                "avgThr": min(load, true),
                "avgLat": 1_000.0 if load < true else 20_000.0,
            }
        )
    return pd.DataFrame(found)


def failures(rows: int = 40, seed: int = 2, method: str = "static") -> pd.DataFrame:
    """Failures of 12 cores: output gone after 16 s, back after 30 s, drained at 3 x load."""
    rng = np.random.default_rng(seed)
    load = rng.uniform(5_000, 40_000, size=rows)
    speed = np.minimum(DRAIN * load, capacity(12)) * np.exp(MISFIT * rng.standard_normal(rows))
    peak = 36.0
    return pd.DataFrame(
        {
            "run": "one",
            "method": method,
            "t_s": 2_700 * (1 + np.arange(rows)),
            "offered_load": load,
            "checkpoint_interval_s": 10.0,
            "task_managers": 12,
            "cores": 12,
            "slots": 12,
            "pre_latency_ms": 1_000.0,
            "outage_visible_s": 16.0 + rng.integers(-1, 2, size=rows),
            "processing_resumes_s": 30.0 + rng.integers(-2, 3, size=rows),
            "peak_latency_ms": 1_000 * peak,
            "recovery_A_latency_s": 30 + 10 + np.ceil(peak / (speed / load - 1)),
            "drain_rate_x": speed / load,
            "contaminated_before": False,
        }
    )


def changes(rows: int = 40, seed: int = 3, method: str = "reactive") -> pd.DataFrame:
    """Changes far apart: 2 s for a TaskManager at first, more with their number."""
    rng = np.random.default_rng(seed)
    after = rng.integers(2, 24, size=rows)
    outage = 2.0 * after**0.5 * np.exp(0.1 * rng.standard_normal(rows))
    load = rng.uniform(5_000, 15_000, size=rows)
    return pd.DataFrame(
        {
            "run": "one",
            "method": method,
            "t_s": 1_000 + 2_700 * np.arange(rows),
            "offered_load": load,
            "tm_after": after,
            "trigger_to_outage_s": 1.0,
            "outage_s": outage,
            "trigger_to_latency_ok_s": 1 + 4 * outage,
            "peak_latency_ms": 1_000 * (outage + 6),
            "drain_rate_x": 2.0,
        }
    )


def series(hours: float = 6.0, seed: int = 4) -> pd.DataFrame:
    """A run of 12 cores: CPU 0.1 + 5e-5 a record/s and core + 0.01 an hour, latency of 0.9 s."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(0, 3600 * hours, 10)
    load = 20_000 + 10_000 * np.sin(2 * np.pi * seconds / 3_600)
    noise = np.empty(len(seconds))
    noise[0], keep = 0.0, np.exp(-10 / 300)
    for place, shock in enumerate(rng.standard_normal(len(seconds) - 1)):
        noise[place + 1] = keep * noise[place] + 0.02 * np.sqrt(1 - keep**2) * shock
    return pd.DataFrame(
        {
            "t_s": seconds,
            "offered": load,
            "throughput": load,
            "latency": 900 * np.exp(0.1 * rng.standard_normal(len(seconds))),
            "task_managers": 12,
            "cores_alloc": 12.0,
            "cpu_load": 0.1 + 5e-5 * load / 12 + 0.01 * seconds / 3600 + noise,
            "present": 1.0,
        }
    )


def written(folder: Path, **tables: pd.DataFrame) -> dict[str, Path]:
    """Each table as a CSV file of its name."""
    paths = {}
    for name, table in tables.items():
        paths[name] = folder / f"{name}.csv"
        table.to_csv(paths[name], index=False)
    return paths


def read(folder: Path, table: pd.DataFrame, form: TableForm) -> pd.DataFrame:
    """The table as it is read from a file."""
    path = written(folder, **{form.name: table})[form.name]
    return read_table(path, form).assign(run=lambda rows: rows["run"].replace("", "one"))
