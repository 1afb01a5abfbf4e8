"""Failures: until the output stops, until the processing resumes, and restarts that fail."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.errors import NotReady
from horae.performance.models import Floats
from horae.simulation.calibration.part import Fitted, Missing, log_normal, log_normal_errors
from horae.simulation.job.job_model import FailureModel, LogNormal

RESOLUTION = 0.5
"""Seconds: half of what tables of whole seconds resolve."""
FENCE = 1.5
"""Interquartile ranges beyond the upper quartile of the dark time past which a restart failed
once (Tukey's fence) ..."""
LONGER = 1.5
"""... if it took at least so many times the median: with durations of whole seconds that hardly
differ, the fence alone would call 4 s instead of 3 s a failed restart."""


def fit_failures(
    failures: pd.DataFrame, *, draws: int, rng: np.random.Generator
) -> Fitted[FailureModel]:
    """Fit one kind of failure.

    Args:
        failures: In the form of failures; disturbed rows are left out, and so are rows whose
            processing resumed after latency was normal: that was another restart.
        draws: Of the bootstrap.
        rng: Source of chance.

    Raises:
        NotReady: No row has both times.
    """
    rows = usable_failures(failures)
    if rows.empty:
        raise NotReady(
            "no undisturbed failure tells when the output stopped and when the processing resumed"
        )
    visible = rows["visible_seconds"].to_numpy()
    dark = (rows["resumed_seconds"] - rows["visible_seconds"]).to_numpy()
    failed = _failed_again(dark)
    again = dark[failed] - np.median(dark[~failed])
    model = FailureModel(
        visible=log_normal(visible, floor=RESOLUTION),
        dark=log_normal(dark[~failed], floor=RESOLUTION),
        fails_again=float(failed.mean()),
        again=log_normal(again, floor=RESOLUTION) if len(again) else LogNormal(median=0.0),
    )
    errors = {"fails_again": _share_error(int(failed.sum()), len(failed))}
    spans = [("visible", visible), ("dark", dark[~failed])]
    spans += [("again", again)] if len(again) > 1 else []
    for name, seconds in spans:
        found = log_normal_errors(seconds, floor=RESOLUTION, draws=draws, rng=rng)
        errors |= {f"{name}.{part}": error for part, error in found.items()}
    quality = {
        "failures": float(len(rows)),
        "left out": float(len(failures) - len(rows)),
        "restarts that failed": float(failed.sum()),
    }
    return Fitted(value=model, deviations=errors, missing=_missing(again), quality=quality)


def usable_failures(failures: pd.DataFrame) -> pd.DataFrame:
    """Rows in which nothing else happened, and whose times are in order."""
    ordered = failures["resumed_seconds"] >= failures["visible_seconds"]
    ended = ~(failures["resumed_seconds"] > failures["recovery_seconds"])
    return failures[ordered & ended & ~failures["disturbed"]]


def replayed_seconds(failures: pd.DataFrame) -> Floats:
    """Age of the state that was restored, seconds: one entry for each usable row that shows it.

    It is what the peak of the latency exceeds the time until the processing resumed by.
    """
    rows = usable_failures(failures)
    steady = rows["latency_seconds"].fillna(0.0)
    age = rows["peak_latency_seconds"] - rows["resumed_seconds"] - steady
    return age.dropna().to_numpy(dtype=np.float64)


def _failed_again(dark: Floats) -> NDArray[np.bool_]:
    low, high = np.quantile(dark, (0.25, 0.75))
    beyond = dark > high + FENCE * (high - low)
    longer = dark > LONGER * max(float(np.median(dark)), RESOLUTION)
    return np.asarray(beyond & longer)


def _share_error(count: int, of: int) -> float:
    """Standard deviation of the share after a uniform prior: not 0 where none was seen."""
    a, b = count + 1.0, of - count + 1.0
    return float(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))))


def _missing(again: Floats) -> tuple[Missing, ...]:
    if len(again) > 1:
        return ()
    seen = "no restart failed" if not len(again) else "one restart failed"
    return (Missing(name="again", reason=f"{seen}; how long more it takes rests on that"),)
