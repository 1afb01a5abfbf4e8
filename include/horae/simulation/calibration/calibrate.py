"""From tables to a job model: every part fitted by itself, and what could not be says why."""

from collections.abc import Sequence
from dataclasses import replace

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
from horae.simulation.calibration.changing import PathRows, changes_by_path
from horae.simulation.calibration.fitting import Fitting
from horae.simulation.calibration.form_parts import parts_of_form
from horae.simulation.calibration.part import Fitted
from horae.simulation.calibration.recovery_form import fit_recovery_form, recovery_rows
from horae.simulation.calibration.restarts import (
    AFTER_FAILURES,
    failure_part,
    outages_part,
    recovery_part,
)
from horae.simulation.calibration.rounding import rounded
from horae.simulation.calibration.steady import fit_checkpoints, fit_cpu, fit_latency
from horae.simulation.calibration.wanted import Calibration, Tables, Wanted
from horae.simulation.job.job_model import (
    CapacityModel,
    CheckpointModel,
    CpuModel,
    FailureModel,
    JobModel,
    LatencyModel,
    Outages,
    RecoveryModel,
)

AFTER_OTHER_FAILURES = "failures of other methods"
Restarting = tuple[CapacityModel, FailureModel, RecoveryModel, Outages]


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
    fitting = Fitting(wanted)
    capacity, failure, recovery, outages = _restarting(fitting, tables, told)
    model = JobModel.model_validate(
        {
            **wanted.settings,
            "name": wanted.name,
            "source": wanted.source,
            "start": wanted.start,
            "capacity": capacity,
            "cpu": _cpu(fitting, tables.series, capacity),
            "latency": _latency(fitting, tables),
            "checkpoints": _checkpoints(fitting, tables.series),
            "outages": outages,
            "failures": {wanted.kind: failure},
            "recovery": recovery,
        }
    )
    _note_the_rest(fitting)
    return Calibration(
        model=rounded(model, fitting.deviations),
        missing=tuple(fitting.missing),
        quality=fitting.quality,
        comparisons=tuple(fitting.comparisons),
    )


def _restarting(fitting: Fitting, tables: Tables, told: Told) -> Restarting:
    """Capacity, failures, recovery and outages, which share the recoveries that were seen."""
    wanted = fitting.wanted
    by_path = changes_by_path(tables.changes, tables.failures, wanted.paths)
    mine, others = _failures_by_method(tables.failures, wanted.failures_of)
    if _tells_only_recoveries(mine, by_path):
        return _by_form(fitting, mine, by_path)
    fit = _capacity(fitting, tables, mine, others, by_path, told)
    capacity = fitting.take("capacity", fit.capacity)
    outages = outages_part(fitting, by_path, fit.drains)
    failure = failure_part(fitting, mine)
    return capacity, failure, recovery_part(fitting, mine, fit.drains, outages), outages


def _failures_by_method(
    failures: pd.DataFrame | None, methods: Sequence[str]
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Those that the model is about, and the others."""
    if failures is None or not methods:
        return failures, None
    mine = failures["method"].isin(methods)
    return failures[mine], failures[~mine]


def _tells_only_recoveries(failures: pd.DataFrame | None, by_path: PathRows) -> bool:
    """Whether failures tell nothing but how long recoveries took, by load and interval."""
    rows = recovery_rows(failures)
    return rows is not None and not by_path.rows and not rows["resumed_seconds"].notna().any()


def _by_form(fitting: Fitting, failures: pd.DataFrame | None, by_path: PathRows) -> Restarting:
    """Capacity, failure and recovery where only recovery times are known."""
    if failures is None:
        raise NotReady("there is no table of failures")
    wanted, place = fitting.wanted, f"failures.{fitting.wanted.kind}"
    form = fit_recovery_form(failures, draws=wanted.draws, rng=fitting.rng(place))
    parts = parts_of_form(form, failures, wanted.start)
    return (
        fitting.take("capacity", parts.capacity),
        fitting.take(place, parts.failure),
        fitting.take("recovery", parts.recovery),
        outages_part(fitting, by_path, {}),
    )


def _capacity(
    fitting: Fitting,
    tables: Tables,
    mine: pd.DataFrame | None,
    others: pd.DataFrame | None,
    by_path: PathRows,
    told: Told,
) -> CapacityFit:
    wanted, rng = fitting.wanted, fitting.rng("capacity")
    bounds = profile_bounds(tables.profiles, latency_limit=wanted.latency_limit)
    drains = _drains(fitting, mine, others, by_path)
    fit = fit_capacity(bounds, drains, draws=wanted.draws, rng=rng, told=told)
    quality, comparisons = capacity_quality(bounds, drains, fit, rng=rng)
    capacity = replace(
        fit.capacity, quality={**fit.capacity.quality, **quality}, comparisons=comparisons
    )
    return replace(fit, capacity=capacity)


def _drains(
    fitting: Fitting, mine: pd.DataFrame | None, others: pd.DataFrame | None, by_path: PathRows
) -> Drains:
    parts, start = [], fitting.wanted.start
    for name, failures in ((AFTER_FAILURES, mine), (AFTER_OTHER_FAILURES, others)):
        if failures is not None:
            rows = failures[~failures["disturbed"]]
            parts.append((name, rows, failure_design(rows, start)))
    for path, rows in by_path.rows.items():
        parts.append((path, rows, change_design(rows, start)))
    return joined_drains(parts)


def _cpu(fitting: Fitting, series: pd.DataFrame | None, capacity: CapacityModel) -> CpuModel:
    wanted = fitting.wanted

    def fit() -> Fitted[CpuModel]:
        if series is None:
            raise NotReady("there is no series")
        limit, rng = wanted.latency_limit, fitting.rng("cpu")
        return fit_cpu(series, latency_limit=limit, draws=wanted.draws, rng=rng)

    said = "CPU in proportion to the load is assumed, 0.8 of it in use at capacity"
    return fitting.attempt("cpu", fit, defaults.default_cpu(capacity, wanted.start), said)


def _latency(fitting: Fitting, tables: Tables) -> LatencyModel:
    def fit() -> Fitted[LatencyModel]:
        return fit_latency(
            tables.series,
            tables.failures,
            tables.profiles,
            latency_limit=fitting.wanted.latency_limit,
            draws=fitting.wanted.draws,
            rng=fitting.rng("latency"),
        )

    return fitting.attempt("latency", fit, defaults.LATENCY, "a second is assumed")


def _checkpoints(fitting: Fitting, series: pd.DataFrame | None) -> CheckpointModel:
    def fit() -> Fitted[CheckpointModel]:
        if series is None:
            raise NotReady("there is no series")
        rng = fitting.rng("checkpoints")
        return fit_checkpoints(series, draws=fitting.wanted.draws, rng=rng)

    return fitting.attempt("checkpoints", fit, CheckpointModel(), "the defaults stand")


def _note_the_rest(fitting: Fitting) -> None:
    """What no table of these forms can tell."""
    reason = "no table holds busy time as the engine shows it; the defaults stand"
    fitting.lack("busy", reason)
    reason = "it defines when a recovery is over, and is not measured"
    fitting.lack("recovery.normal_seconds", reason)
