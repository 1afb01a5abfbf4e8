"""The parts of a model that are about being down and coming back."""

from collections.abc import Mapping

import pandas as pd

from horae.errors import NotReady
from horae.simulation.calibration import defaults
from horae.simulation.calibration.catch_ups import after_changes, after_failures
from horae.simulation.calibration.changing import PathRows, fit_outage
from horae.simulation.calibration.failing import fit_failures
from horae.simulation.calibration.fitting import Fitting
from horae.simulation.calibration.part import Fitted
from horae.simulation.calibration.recovering import RAMP_FROM, CatchUps, fit_ramp
from horae.simulation.job.job_model import (
    FailureModel,
    LogNormal,
    OutageModel,
    Outages,
    RecoveryModel,
)

Drains = Mapping[str, Fitted[LogNormal]]
"""Group of recoveries to how fast they were, over their load."""
AFTER_FAILURES = "failures"
"""Group of the recoveries after the failures that the model is about."""


def failure_part(fitting: Fitting, failures: pd.DataFrame | None) -> FailureModel:
    """The one kind of failure, or what is usual."""
    place = f"failures.{fitting.wanted.kind}"

    def fit() -> Fitted[FailureModel]:
        if failures is None:
            raise NotReady("there is no table of failures")
        return fit_failures(failures, draws=fitting.wanted.draws, rng=fitting.rng(place))

    said = "heartbeats and restarts as usual are assumed"
    return fitting.attempt(place, fit, defaults.FAILURE, said)


def recovery_part(
    fitting: Fitting, failures: pd.DataFrame | None, drains: Drains, outages: Outages
) -> RecoveryModel:
    """How a backlog is worked off after a failure."""
    found: dict[str, LogNormal | float] = {}
    if AFTER_FAILURES in drains:
        found["drain"] = fitting.take("recovery.drain", drains[AFTER_FAILURES])
    else:
        fitting.lack("recovery.drain", "no failure has its drain rate; the default stands")
    ramp = _ramp_after_failures(fitting, failures, outages)
    if ramp is not None:
        found |= {"ramp_seconds": ramp, "ramp_from": RAMP_FROM}
        reason = f"{RAMP_FROM:g} is fixed: only the time lost shows, not the shape of the rise"
        fitting.lack("recovery.ramp_from", reason)
    return defaults.RECOVERY.model_copy(update=found)


def outages_part(fitting: Fitting, by_path: PathRows, drains: Drains) -> Outages:
    """Outages of the paths that were seen, or of what is usual."""
    found = {
        path: _outage(fitting, path, rows, drains.get(path)) for path, rows in by_path.rows.items()
    }
    if found:
        return Outages(**found)
    fitting.lack("outages", "no change has its outage; a minute with a savepoint is assumed")
    return defaults.OUTAGES


def _ramp_after_failures(
    fitting: Fitting, failures: pd.DataFrame | None, outages: Outages
) -> float | None:
    """Seconds; None where nothing tells.

    In reactive mode a lost TaskManager that comes back restarts the job once more: recoveries
    after failures contain that outage, and those after changes must tell.
    """
    place, name = "recovery", "recovery.ramp_seconds"
    in_place = outages.in_place.ramp_seconds if outages.in_place else None
    if fitting.wanted.settings.get("reactive_mode") and in_place is not None:
        fitting.deviations[name] = fitting.deviations["outages.in_place.ramp_seconds"]
        reason = "recoveries after failures contain a second restart; as after changes in place"
        fitting.lack(name, reason)
        return in_place

    def fit() -> Fitted[float | None]:
        if failures is None:
            raise NotReady("there is no table of failures")
        return _ramp(fitting, place, after_failures(failures), "a failure")

    return fitting.attempt(place, fit, None, "the default rise stands")


def _outage(
    fitting: Fitting, path: str, rows: pd.DataFrame, drain: Fitted[LogNormal] | None
) -> OutageModel:
    place = f"outages.{path}"
    fitted = fit_outage(
        rows, path, drain=drain, draws=fitting.wanted.draws, rng=fitting.rng(place)
    )
    model = fitting.take(place, fitted)

    def fit() -> Fitted[float | None]:
        said = f"a change ({path.replace('_', ' ')})"
        return _ramp(fitting, place, after_changes(rows), said)

    ramp = fitting.attempt(place, fit, None, "ramp_seconds is as after failures")
    return model.model_copy(update={"ramp_seconds": ramp})


def _ramp(fitting: Fitting, place: str, rows: CatchUps, after: str) -> Fitted[float | None]:
    return fit_ramp(
        rows,
        after=after,
        limit=defaults.RECOVERY.normal_seconds,
        draws=fitting.wanted.draws,
        rng=fitting.rng(f"{place}.ramp_seconds"),
    )
