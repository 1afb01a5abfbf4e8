"""Recoveries as tables show them, for fitting how a start's speed rises."""

import pandas as pd

from horae.simulation.calibration.changing import STEADY_LATENCY
from horae.simulation.calibration.failing import usable_failures
from horae.simulation.calibration.recovering import CatchUps


def after_failures(failures: pd.DataFrame) -> CatchUps:
    """Recoveries after failures; NaN where a row does not tell."""
    rows = usable_failures(failures)
    steady = rows["latency_seconds"].fillna(STEADY_LATENCY)
    return CatchUps(
        age=(rows["peak_latency_seconds"] - steady).to_numpy(),
        speed=rows["drain"].to_numpy(),
        seconds=(rows["recovery_seconds"] - rows["resumed_seconds"]).to_numpy(),
    )


def after_changes(changes: pd.DataFrame) -> CatchUps:
    """Recoveries after changes of one path; NaN where a row does not tell."""
    prepare = changes["prepare_seconds"].clip(lower=0.0)
    until = changes["normal_seconds"] - prepare - changes["outage_seconds"]
    return CatchUps(
        age=(changes["peak_latency_seconds"] - STEADY_LATENCY).to_numpy(),
        speed=changes["drain"].to_numpy(),
        seconds=until.to_numpy(),
    )
