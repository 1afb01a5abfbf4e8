"""What tables say of capacity: bounds and values from profiles, drain speeds from catching up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.performance.models import Floats
from horae.simulation.calibration.part import Places
from horae.simulation.job.job_model import Start

SATURATED = 0.95
"""An overloaded row that processed less than this share of its load shows its capacity itself;
one nearer to its load may have caught up or fallen behind only slowly, and shows a bound."""

AXES = ("cores_exponent", "slots_exponent", "memory_exponent")
"""What ln C depends on, in the order of a design's columns after the constant."""

COLUMNS = 5
"""Of a design: those of the axes between a constant and what has no exponent."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """What profiles say.

    Attributes:
        design: `n x 5`: one, ln cores, ln slots a core, ln GiB a slot, ln share of slots in use.
        ln_rate: `n`, the bound or value, records/s.
        ln_load: `n`, what was offered; what was processed, where that is not known.
        value: `n`, it is the capacity.
        upper: `n`, the capacity is at most that; the others: at least.
    """

    design: Floats
    ln_rate: Floats
    ln_load: Floats
    value: Flags
    upper: Flags

    def __len__(self) -> int:
        return len(self.ln_rate)

    def at(self, rows: Places) -> "Bounds":
        """Some rows, in their order."""
        return Bounds(
            design=self.design[rows],
            ln_rate=self.ln_rate[rows],
            ln_load=self.ln_load[rows],
            value=self.value[rows],
            upper=self.upper[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drains:
    """Speeds of catching up: the capacity, or a multiple of the load, whichever is less.

    Attributes:
        design: `n x 5`, as in `Bounds`; NaN where the configuration is not known.
        ln_load: `n`, offered records/s.
        ln_speed: `n`, processed records/s.
        groups: Names of what they belong to: failures, or a path of changes.
        group: `n`, place of each row's group in `groups`.
    """

    design: Floats
    ln_load: Floats
    ln_speed: Floats
    groups: tuple[str, ...]
    group: Places

    def __len__(self) -> int:
        return len(self.ln_load)

    def at(self, rows: Places) -> "Drains":
        """Some rows, in their order."""
        return Drains(
            design=self.design[rows],
            ln_load=self.ln_load[rows],
            ln_speed=self.ln_speed[rows],
            groups=self.groups,
            group=self.group[rows],
        )


def profile_bounds(profiles: pd.DataFrame | None, *, latency_limit: float) -> Bounds:
    """Read the bounds and values of profiles.

    Args:
        profiles: In the form of profiles; None: none.
        latency_limit: Seconds above which a row counts as overloaded, where the table does not
            say itself which do.
    """
    if profiles is None:
        return _no_bounds()
    load = profiles["load"].fillna(profiles["throughput"])
    said = bool(profiles["overloaded"].any())
    slow = profiles["latency_seconds"] > latency_limit
    overloaded = profiles["overloaded"] if said else slow
    short = profiles["throughput"] < SATURATED * load
    value = profiles["capacity_run"] | (overloaded & (short | profiles["load"].isna()))
    upper = overloaded & ~value
    rate = profiles["throughput"].where(value, load)
    return Bounds(
        design=_profile_design(profiles),
        ln_rate=np.log(rate.to_numpy(dtype=np.float64)),
        ln_load=np.log(load.to_numpy(dtype=np.float64)),
        value=value.to_numpy(),
        upper=upper.to_numpy(),
    )


def joined_drains(parts: Sequence[tuple[str, pd.DataFrame, Floats]]) -> Drains:
    """Drains of several groups, one under the other.

    Args:
        parts: Name of a group, its rows (with `load` and `drain`), and the design of each row.
    """
    kept = [(name, rows, design) for name, rows, design in parts if rows["drain"].notna().any()]
    if not kept:
        empty = np.empty(0)
        none = np.empty(0, dtype=np.intp)
        design = np.empty((0, COLUMNS))
        return Drains(design=design, ln_load=empty, ln_speed=empty, groups=(), group=none)
    has_drain = [rows["drain"].notna().to_numpy() for _, rows, _ in kept]
    load = np.concatenate(
        [p[1]["load"].to_numpy()[k] for p, k in zip(kept, has_drain, strict=True)]
    )
    drain = np.concatenate(
        [p[1]["drain"].to_numpy()[k] for p, k in zip(kept, has_drain, strict=True)]
    )
    return Drains(
        design=np.concatenate([p[2][k] for p, k in zip(kept, has_drain, strict=True)]),
        ln_load=np.log(load),
        ln_speed=np.log(load * drain),
        groups=tuple(name for name, _, _ in kept),
        group=np.repeat(np.arange(len(kept)), [int(k.sum()) for k in has_drain]),
    )


def failure_design(failures: pd.DataFrame, start: Start) -> Floats:
    """`n x 5`: what a job ran in when it failed; what a table leaves out is as at the start."""
    managers = failures["task_managers"]
    cores = failures["cores"].fillna(managers * start.cpu_cores)
    slots = failures["slots_total"].fillna(managers * start.slots)
    memory = np.full(len(failures), start.memory_mb / start.slots / 1024)
    return _design(cores.to_numpy(), slots.to_numpy(), memory, slots.to_numpy())


def change_design(changes: pd.DataFrame, start: Start) -> Floats:
    """`n x 5`: what a job was changed to; NaN where the table does not say the size."""
    slots = changes["slots"].fillna(start.slots)
    cores = changes["cpu_cores"].fillna(start.cpu_cores)
    memory = changes["memory_mb"].fillna(start.memory_mb)
    needed = pd.Series(np.ceil(changes["parallelism"] / slots))
    managers = changes["task_managers"].fillna(needed)
    return _design(
        (managers * cores).to_numpy(),
        (managers * slots).to_numpy(),
        (memory / slots / 1024).to_numpy(),
        changes["parallelism"].fillna(managers * slots).to_numpy(),
    )


def _profile_design(profiles: pd.DataFrame) -> Floats:
    slots = profiles["slots"].fillna(1.0)
    managers = pd.Series(np.ceil(profiles["parallelism"] / slots))
    cores = managers * profiles["cpu_cores"].fillna(1.0)
    memory = profiles["memory_mb"].fillna(1024.0) / slots / 1024
    return _design(
        cores.to_numpy(),
        (managers * slots).to_numpy(),
        memory.to_numpy(),
        profiles["parallelism"].to_numpy(),
    )


def _design(cores: Floats, slots: Floats, memory: Floats, subtasks: Floats) -> Floats:
    cores, slots = cores.astype(np.float64), slots.astype(np.float64)
    used = np.minimum(subtasks, slots) / slots
    columns = (np.ones(len(cores)), cores, slots / cores, memory, used)
    return np.column_stack([columns[0], *np.log(columns[1:])])


def _no_bounds() -> Bounds:
    none, empty = np.empty(0, dtype=bool), np.empty(0)
    design = np.empty((0, COLUMNS))
    return Bounds(design=design, ln_rate=empty, ln_load=empty, value=none, upper=none)
