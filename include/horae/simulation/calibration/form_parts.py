"""The parts of a job model that follow from recovery times alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from horae.simulation.calibration import defaults
from horae.simulation.calibration.part import Fitted, Missing, log_normal
from horae.simulation.calibration.recovery_form import NEEDED, RecoveryForm, recovery_rows
from horae.simulation.job.job_model import (
    CapacityModel,
    FailureModel,
    LogNormal,
    RecoveryModel,
    Start,
)

VISIBLE = LogNormal(median=1.0)
"""A killed process stops its output at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormParts:
    """What the form tells of each part."""

    capacity: Fitted[CapacityModel]
    failure: Fitted[FailureModel]
    recovery: Fitted[RecoveryModel]


def parts_of_form(form: Fitted[RecoveryForm], failures: pd.DataFrame, start: Start) -> FormParts:
    """Parts of a model from the three parameters of the form.

    Args:
        form: The fit.
        failures: What it was fitted to.
        start: What the job ran in, all the time.
    """
    return FormParts(
        capacity=_capacity(form, start),
        failure=_failure(form, failures),
        recovery=_recovery(form),
    )


def _capacity(form: Fitted[RecoveryForm], start: Start) -> Fitted[CapacityModel]:
    cores = start.configuration().total_cores
    error = form.deviations.get("capacity", 0.0) / form.value.capacity
    one = "all rows ran in one configuration; "
    return Fitted(
        value=CapacityModel(ln_rate=float(np.log(form.value.capacity / cores))),
        deviations={"ln_rate": error},
        missing=(
            Missing(name="cores_exponent", reason=f"{one}it scales linearly with the cores"),
            Missing(name="slots_exponent", reason=f"{one}0"),
            Missing(name="memory_exponent", reason=f"{one}0"),
            Missing(name="misfit", reason=f"{one}0"),
        ),
        quality=form.quality,
        comparisons=form.comparisons,
    )


def _failure(form: Fitted[RecoveryForm], failures: pd.DataFrame) -> Fitted[FailureModel]:
    rows = recovery_rows(failures)
    assert rows is not None  # noqa: S101 (the form was fitted to them)
    load, interval, recovery = (rows[name].to_numpy(dtype=np.float64) for name in NEEDED)
    dark = form.value.dark_of(load, interval, recovery)
    spread = log_normal(dark[dark > 0], floor=VISIBLE.median).deviation
    median = max(form.value.dark_seconds - VISIBLE.median, VISIBLE.median)
    stopped = "only recovery times are known; the output is taken to stop within a second"
    return Fitted(
        value=FailureModel(visible=VISIBLE, dark=LogNormal(median=median, deviation=spread)),
        deviations={"dark.median": form.deviations.get("dark_seconds", 0.0)},
        missing=(
            Missing(name="visible", reason=stopped),
            Missing(name="fails_again", reason="a failed restart is not told from a long one; 0"),
        ),
        quality={"share of the interval that is read again": form.value.replayed_share},
    )


def _recovery(form: Fitted[RecoveryForm]) -> Fitted[RecoveryModel]:
    unbounded = "recoveries fit with the capacity as the only bound of catching up"
    return Fitted(
        value=defaults.RECOVERY.model_copy(
            update={"drain": defaults.UNBOUNDED_DRAIN, "ramp_seconds": 0.0, "ramp_from": 1.0}
        ),
        missing=(
            Missing(name="drain", reason=unbounded),
            Missing(name="ramp_seconds", reason="a slow rise is part of the dark time; 0"),
        ),
    )
