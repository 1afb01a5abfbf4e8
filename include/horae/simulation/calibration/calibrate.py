"""From tables to a job model: every part fitted by itself, and what could not be says why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from horae.errors import NotReady
from horae.simulation.calibration import defaults
from horae.simulation.calibration.capacity import CapacityFit, Told, fit_capacity
from horae.simulation.calibration.capacity_quality import capacity_quality
from horae.simulation.calibration.capacity_rows import (
    Drains,
    change_design,
    failure_design,
    joined_drains,
    profile_bounds,
)
from horae.simulation.calibration.catch_ups import after_changes, after_failures
from horae.simulation.calibration.changing import PathRows, changes_by_path, fit_outage
from horae.simulation.calibration.failing import fit_failures
from horae.simulation.calibration.form_parts import parts_of_form
from horae.simulation.calibration.part import Comparison, Fitted, Missing, Part
from horae.simulation.calibration.recovering import RAMP_FROM, CatchUps, fit_ramp
from horae.simulation.calibration.recovery_form import (
    RecoveryForm,
    fit_recovery_form,
    recovery_rows,
)
from horae.simulation.calibration.rounding import rounded
from horae.simulation.calibration.steady import fit_cpu, fit_latency
from horae.simulation.job_model import (
    CapacityModel,
    CpuModel,
    FailureModel,
    JobModel,
    LatencyModel,
    LogNormal,
    OutageModel,
    Outages,
    RecoveryModel,
    Start,
)

AFTER_FAILURES = "failures"
"""Group of the drains after the failures that the model is about."""
AFTER_OTHER_FAILURES = "failures of other methods"


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


class _Collector:
    """Gathers errors, gaps and figures of the parts under their places in the model."""

    def __init__(self) -> None:
        self.deviations: dict[str, float] = {}
        self.missing: list[Missing] = []
        self.quality: dict[str, Mapping[str, float]] = {}
        self.comparisons: list[Comparison] = []

    def took(self, place: str, fitted: Fitted[Part]) -> Part:
        self.deviations |= {f"{place}.{name}": x for name, x in fitted.deviations.items()}
        self.missing += [
            Missing(name=f"{place}.{one.name}", reason=one.reason) for one in fitted.missing
        ]
        self.quality[place] = {**self.quality.get(place, {}), **fitted.quality}
        self.comparisons += fitted.comparisons
        return fitted.value

    def tried(self, place: str, fit: Callable[[], Fitted[Part]], default: Part, said: str) -> Part:
        """The part, or its default where the tables do not tell."""
        try:
            return self.took(place, fit())
        except NotReady as error:
            self.missing.append(Missing(name=place, reason=f"{error}; {said}"))
            return default


def calibrate(tables: Tables, wanted: Wanted, *, told: Told = lambda done: None) -> Calibration:
    """Fit a job model; the same tables and seed give the same model.

    Args:
        tables: What was measured.
        wanted: What the model is to be.
        told: Is told of each draw of the longest bootstrap, `wanted.draws` in all.

    Raises:
        NotReady: Nothing shows a capacity.
        SettingsError: The changes name a method whose path is unknown.
    """
    seen = _Collector()
    rng = np.random.default_rng(wanted.seed)
    by_path = changes_by_path(tables.changes, tables.failures, wanted.paths)
    mine, others = _failures_by_method(tables.failures, wanted.failures_of)
    form = _recovery_form(mine, by_path, wanted, rng)
    if form is not None:
        capacity, failure, recovery = _by_form(seen, form, mine, wanted)
        drains: Mapping[str, Fitted[LogNormal]] = {}
    else:
        fit = _capacity(tables, mine, others, by_path, wanted, rng, told)
        drains = fit.drains
        capacity = seen.took("capacity", fit.capacity)
        failure = _failure(seen, mine, wanted, rng)
        recovery = _recovery(seen, mine, drains, wanted, rng)
    outages = _outages(seen, by_path, drains, wanted, rng)
    recovery = _in_reactive_mode(seen, recovery, outages, wanted)
    model = JobModel.model_validate(
        {
            **wanted.settings,
            "name": wanted.name,
            "source": wanted.source,
            "start": wanted.start,
            "capacity": capacity,
            "cpu": _cpu(seen, tables.series, capacity, wanted, rng),
            "latency": _latency(seen, tables, wanted, rng),
            "outages": outages,
            "failures": {wanted.kind: failure},
            "recovery": recovery,
        }
    )
    _note_the_rest(seen)
    return Calibration(
        model=rounded(model, seen.deviations),
        missing=tuple(seen.missing),
        quality=seen.quality,
        comparisons=tuple(seen.comparisons),
    )


def _failures_by_method(
    failures: pd.DataFrame | None, methods: Sequence[str]
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Those that the model is about, and the others."""
    if failures is None or not methods:
        return failures, None
    mine = failures["method"].isin(methods)
    return failures[mine], failures[~mine]


def _recovery_form(
    failures: pd.DataFrame | None, by_path: PathRows, wanted: Wanted, rng: np.random.Generator
) -> Fitted[RecoveryForm] | None:
    """Where failures tell nothing but how long recoveries took, by load and interval."""
    rows = recovery_rows(failures)
    if rows is None or by_path.rows or rows["resumed_seconds"].notna().any():
        return None
    return fit_recovery_form(rows, draws=wanted.draws, rng=rng)


def _capacity(
    tables: Tables,
    mine: pd.DataFrame | None,
    others: pd.DataFrame | None,
    by_path: PathRows,
    wanted: Wanted,
    rng: np.random.Generator,
    told: Told,
) -> CapacityFit:
    bounds = profile_bounds(tables.profiles, latency_limit=wanted.latency_limit)
    drains = _drains(mine, others, by_path, wanted.start)
    fit = fit_capacity(bounds, drains, draws=wanted.draws, rng=rng, told=told)
    quality, comparisons = capacity_quality(bounds, drains, fit, rng=rng)
    capacity = Fitted(
        value=fit.capacity.value,
        deviations=fit.capacity.deviations,
        missing=fit.capacity.missing,
        quality={**fit.capacity.quality, **quality},
        comparisons=comparisons,
    )
    return replace(fit, capacity=capacity)


def _drains(
    mine: pd.DataFrame | None, others: pd.DataFrame | None, by_path: PathRows, start: Start
) -> Drains:
    parts = []
    for name, failures in ((AFTER_FAILURES, mine), (AFTER_OTHER_FAILURES, others)):
        if failures is not None:
            rows = failures[~failures["disturbed"]]
            parts.append((name, rows, failure_design(rows, start)))
    for path, rows in by_path.rows.items():
        parts.append((path, rows, change_design(rows, start)))
    return joined_drains(parts)


def _failure(
    seen: _Collector, failures: pd.DataFrame | None, wanted: Wanted, rng: np.random.Generator
) -> FailureModel:
    place = f"failures.{wanted.kind}"

    def fit() -> Fitted[FailureModel]:
        if failures is None:
            raise NotReady("there is no table of failures")
        return fit_failures(failures, draws=wanted.draws, rng=rng)

    said = "heartbeats and restarts as usual are assumed"
    return seen.tried(place, fit, defaults.FAILURE, said)


def _recovery(
    seen: _Collector,
    failures: pd.DataFrame | None,
    drains: Mapping[str, Fitted[LogNormal]],
    wanted: Wanted,
    rng: np.random.Generator,
) -> RecoveryModel:
    found: dict[str, LogNormal | float] = {}
    if AFTER_FAILURES in drains:
        found["drain"] = seen.took("recovery.drain", drains[AFTER_FAILURES])
    else:
        reason = "no failure has its drain rate; the default stands"
        seen.missing.append(Missing(name="recovery.drain", reason=reason))

    def fit() -> Fitted[float]:
        if failures is None:
            raise NotReady("there is no table of failures")
        rows = after_failures(failures)
        return _ramp(rows, "a failure", wanted, rng)

    default = defaults.RECOVERY.ramp_seconds
    found["ramp_seconds"] = seen.tried("recovery", fit, default, "the default rise stands")
    if "recovery.ramp_seconds" in seen.deviations:
        found["ramp_from"] = RAMP_FROM
        reason = f"{RAMP_FROM:g} is fixed: only the time lost shows, not the shape of the rise"
        seen.missing.append(Missing(name="recovery.ramp_from", reason=reason))
    return defaults.RECOVERY.model_copy(update=found)


def _in_reactive_mode(
    seen: _Collector, recovery: RecoveryModel, outages: Outages, wanted: Wanted
) -> RecoveryModel:
    """As after changes in place: a lost TaskManager that comes back restarts the job once more.

    Recoveries after failures contain that outage, and do not tell how the speed rises.
    """
    ramp = outages.in_place and outages.in_place.ramp_seconds
    if not wanted.settings.get("reactive_mode") or ramp is None:
        return recovery
    seen.deviations["recovery.ramp_seconds"] = seen.deviations["outages.in_place.ramp_seconds"]
    reason = "recoveries after failures contain a second restart; as after changes in place"
    seen.missing.append(Missing(name="recovery.ramp_seconds", reason=reason))
    return recovery.model_copy(update={"ramp_seconds": ramp, "ramp_from": RAMP_FROM})


def _ramp(rows: CatchUps, after: str, wanted: Wanted, rng: np.random.Generator) -> Fitted[float]:
    limit = defaults.RECOVERY.normal_seconds
    return fit_ramp(rows, after=after, limit=limit, draws=wanted.draws, rng=rng)


def _cpu(
    seen: _Collector,
    series: pd.DataFrame | None,
    capacity: CapacityModel,
    wanted: Wanted,
    rng: np.random.Generator,
) -> CpuModel:
    def fit() -> Fitted[CpuModel]:
        if series is None:
            raise NotReady("there is no series")
        return fit_cpu(series, latency_limit=wanted.latency_limit, draws=wanted.draws, rng=rng)

    said = "CPU in proportion to the load is assumed, 0.8 of it in use at capacity"
    return seen.tried("cpu", fit, defaults.default_cpu(capacity, wanted.start), said)


def _latency(
    seen: _Collector, tables: Tables, wanted: Wanted, rng: np.random.Generator
) -> LatencyModel:
    def fit() -> Fitted[LatencyModel]:
        return fit_latency(
            tables.series,
            tables.failures,
            tables.profiles,
            latency_limit=wanted.latency_limit,
            draws=wanted.draws,
            rng=rng,
        )

    return seen.tried("latency", fit, defaults.LATENCY, "a second is assumed")


def _outages(
    seen: _Collector,
    by_path: PathRows,
    drains: Mapping[str, Fitted[LogNormal]],
    wanted: Wanted,
    rng: np.random.Generator,
) -> Outages:
    found = {
        path: _outage(seen, path, rows, drains.get(path), wanted, rng)
        for path, rows in by_path.rows.items()
    }
    if found:
        return Outages(**found)
    reason = "no change has its outage; a minute with a savepoint is assumed"
    seen.missing.append(Missing(name="outages", reason=reason))
    return defaults.OUTAGES


def _outage(
    seen: _Collector,
    path: str,
    rows: pd.DataFrame,
    drain: Fitted[LogNormal] | None,
    wanted: Wanted,
    rng: np.random.Generator,
) -> OutageModel:
    place = f"outages.{path}"
    fitted = fit_outage(rows, path, drain=drain, draws=wanted.draws, rng=rng)
    model = seen.took(place, fitted)

    def fit() -> Fitted[float | None]:
        recoveries = after_changes(rows)
        found = _ramp(recoveries, f"a change ({path.replace('_', ' ')})", wanted, rng)
        return replace(found, value=found.value)

    ramp = seen.tried(place, fit, None, "ramp_seconds is as after failures")
    return model.model_copy(update={"ramp_seconds": ramp})


def _by_form(
    seen: _Collector, form: Fitted[RecoveryForm], failures: pd.DataFrame | None, wanted: Wanted
) -> tuple[CapacityModel, FailureModel, RecoveryModel]:
    """Capacity, failure and recovery where only recovery times are known."""
    if failures is None:
        raise NotReady("there is no table of failures")
    parts = parts_of_form(form, failures, wanted.start)
    return (
        seen.took("capacity", parts.capacity),
        seen.took(f"failures.{wanted.kind}", parts.failure),
        seen.took("recovery", parts.recovery),
    )


def _note_the_rest(seen: _Collector) -> None:
    """What no table of these forms can tell."""
    seen.missing += [
        Missing(
            name="checkpoints",
            reason="no table holds durations and sizes of checkpoints; the defaults stand",
        ),
        Missing(
            name="busy",
            reason="no table holds busy time as the engine shows it; the defaults stand",
        ),
        Missing(
            name="recovery.normal_seconds",
            reason="it defines when a recovery is over, and is not measured",
        ),
    ]
