"""What calibrating takes, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from horae.simulation.calibration.part import Comparison, Missing
from horae.simulation.job.job_model import JobModel, Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What was measured; None where there is no such table."""

    profiles: pd.DataFrame | None = None
    failures: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    series: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the model is to be.

    Attributes:
        name: Of the model.
        source: In words: which data, which fit.
        start: What the job is started in; tables that leave out a shape mean this one.
        kind: Name of the one kind of failure.
        failures_of: Methods whose failures the model is about; empty: all. Recoveries of the
            others still tell of the capacity.
        paths: How a job was run to the path of its changes, beyond the usual ones.
        latency_limit: Seconds; above, a job has fallen behind.
        draws: Of the bootstrap that gives the standard errors.
        seed: Of all chance.
        settings: Entries of the model that no table tells: search, partitions, and such.
    """

    name: str
    source: str
    start: Start
    kind: str = "task_manager_lost"
    failures_of: tuple[str, ...] = ()
    paths: Mapping[str, str] = field(default_factory=dict)
    latency_limit: float = 2.0
    draws: int = 100
    seed: int = 1
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """A model and how well it fits.

    Attributes:
        model: The model, its figures rounded to what their errors are worth.
        missing: What could not be identified, by its place in the model's file.
        quality: Part to figures.
        comparisons: Predicted against measured, by part.
    """

    model: JobModel
    missing: tuple[Missing, ...]
    quality: Mapping[str, Mapping[str, float]]
    comparisons: tuple[Comparison, ...]
