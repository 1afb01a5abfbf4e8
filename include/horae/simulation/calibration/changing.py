"""Outages by own changes: how long, by path and size, and what is read again after them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from horae.errors import Fault, NotReady, SettingsError
from horae.performance.models import Floats
from horae.settings.phrases import one_of
from horae.simulation.calibration.part import (
    Comparison,
    Fitted,
    Missing,
    Places,
    log_normal,
    log_normal_errors,
)
from horae.simulation.job.job_model import LogNormal, OutageModel

PATHS = ("in_place", "savepoint", "pod_restart")
IGNORED = "ignore"
METHOD_PATHS: Mapping[str, str] = {
    **{path: path for path in PATHS},
    "reactive": "in_place",  # Flink's reactive mode restarts the job it has
    "ds2_operator": "pod_restart",  # the operator redeploys from a savepoint
    "operator": "pod_restart",
    "demeter": "pod_restart",
    "static": IGNORED,  # is never changed
}
"""How a job was run to the path of its changes, unless said otherwise."""

RESOLUTION = 0.5
FROM_SNAPSHOT = ("savepoint", "pod_restart")
"""Paths that stop with a snapshot and read nothing again: the first record after the change is as
old as the outage was long, so the peak of the latency tells the outage."""
STEADY_LATENCY = 1.0
"""Seconds of latency without a backlog: taken off the peak."""
OVER_AFTER = 5.0
"""Outages after which a change counts as over where its row does not say: catching up at twice the
load takes as long as the outage, a slow start and a second one are left room."""
FAILURE_OVER_SECONDS = 300.0
"""After which a failure counts as over."""
CLEAR = 2.0
"""Standard errors by which the exponent of size must differ from 0 to be used."""
FEWEST = 8
"""Rows from which on an exponent of size is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a path reads again.

    Attributes:
        median_seconds: Of the peak latency beyond the outage; None where no row shows it.
        rows: That show it.
    """

    median_seconds: float | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRows:
    """Changes by path; every row has its outage.

    Attributes:
        rows: Path to its rows; one that has none is missing.
        left_out: Rows whose outage is unknown, or that something else fell into.
    """

    rows: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    left_out: int = 0


def changes_by_path(
    changes: pd.DataFrame | None, failures: pd.DataFrame | None, paths: Mapping[str, str]
) -> PathRows:
    """Sort changes by path, without those that something else fell into.

    Args:
        changes: In the form of reconfigurations; None: none.
        failures: In the form of failures; None: none.
        paths: How a job was run to a path, or to `ignore`; beyond and before `METHOD_PATHS`.

    Raises:
        SettingsError: Rows name neither a path nor a method of known path.
    """
    if changes is None:
        return PathRows()
    known = {**METHOD_PATHS, **paths}
    said = changes["path"].where(changes["path"] != "", changes["method"])
    unknown = sorted(set(said) - set(known))
    if unknown:
        wanted = f"{', '.join((*PATHS, IGNORED))}; say --path METHOD=PATH"
        faults = [
            Fault(where="method", line=None, value=repr(name), expected=wanted) for name in unknown
        ]
        raise SettingsError("reconfigurations", faults)
    path = said.map(known)
    whole = changes[changes["outage_seconds"].notna()]
    rows = {name: whole[path[whole.index] == name] for name in PATHS}
    rows = {name: isolated(found, failures) for name, found in rows.items() if len(found)}
    return PathRows(rows=rows, left_out=len(changes) - sum(map(len, rows.values())))


def isolated(changes: pd.DataFrame, failures: pd.DataFrame | None) -> pd.DataFrame:
    """Changes that began when the one before was over, and that nothing else fell into.

    All of them where the table does not say when they were, or nothing would be left.
    """
    kept = [
        _apart(rows, _instants(failures, str(run)))
        for run, rows in changes.sort_values("at_seconds", kind="stable").groupby("run")
    ]
    alone = changes.loc[np.concatenate(kept)] if kept else changes.iloc[:0]
    return alone if len(alone) else changes


def _instants(failures: pd.DataFrame | None, run: str) -> Floats:
    if failures is None:
        return np.empty(0)
    found = failures.loc[failures["run"] == run, "at_seconds"].dropna()
    return np.asarray(found, dtype=np.float64)


def _apart(rows: pd.DataFrame, failures: Floats) -> Places:
    """Labels of the rows of one run, in the order of time, that nothing else disturbed."""
    begin = rows["at_seconds"].to_numpy(dtype=np.float64)
    if not np.isfinite(begin).all():
        return rows.index.to_numpy(dtype=np.intp)
    end = begin + rows["normal_seconds"].fillna(OVER_AFTER * rows["outage_seconds"]).to_numpy()
    before = np.concatenate([[-np.inf], end[:-1]]) <= begin
    after = np.concatenate([begin[1:], [np.inf]]) >= end
    struck = (failures[None, :] > begin[:, None] - FAILURE_OVER_SECONDS) & (
        failures[None, :] < end[:, None]
    )
    alone: Places = rows.index.to_numpy(dtype=np.intp)[before & after & ~struck.any(axis=1)]
    return alone


def path_faults(paths: Mapping[str, str]) -> list[Fault]:
    """What is wrong with a mapping of methods to paths."""
    allowed = (*PATHS, IGNORED)
    return [
        Fault(where=f"path of {name}", line=None, value=repr(path), expected=one_of(path, allowed))
        for name, path in paths.items()
        if path not in allowed
    ]


def fit_outage(
    changes: pd.DataFrame,
    path: str,
    *,
    drain: Fitted[LogNormal] | None,
    draws: int,
    rng: np.random.Generator,
) -> Fitted[OutageModel]:
    """Fit one path.

    Args:
        changes: Rows of the path, each with its outage.
        path: Which.
        drain: How fast its backlogs were worked off; None: not known.
        draws: Of the bootstrap.
        rng: Source of chance.

    Raises:
        NotReady: There is no row.
    """
    if changes.empty:
        raise NotReady("no change of this path has its outage")
    seconds = np.maximum(_outages(changes, path), RESOLUTION)
    exponent, error, missing = _size_exponent(changes, seconds, draws, rng)
    sizes = np.where(exponent, changes["task_managers"].to_numpy(dtype=np.float64), 1.0)
    sizes = np.where(np.isfinite(sizes), sizes, np.nanmedian(sizes))
    at_one = seconds / sizes**exponent
    prepare, prepare_errors, unprepared = _prepare(changes, draws, rng)
    model = OutageModel(
        seconds=log_normal(at_one, floor=RESOLUTION / 10),
        size_exponent=exponent,
        prepare=prepare,
        drain=drain.value if drain else None,
    )
    errors = _named(
        "seconds", log_normal_errors(at_one, floor=RESOLUTION / 10, draws=draws, rng=rng)
    )
    errors |= prepare_errors
    errors |= {"size_exponent": error} if exponent else {}
    errors |= _named("drain", drain.deviations) if drain else {}
    missing += unprepared
    missing += () if drain else (Missing(name="drain", reason="no drain rate; as after failures"),)
    missing += (Missing(name="state_exponent", reason="no table holds the size of the state; 0"),)
    replayed = replay(changes)
    quality = {"changes": float(len(changes))}
    if replayed.median_seconds is not None:
        quality["median of what was read again, s"] = replayed.median_seconds
    predicted = np.full(len(seconds), model.seconds.median) * sizes**exponent
    comparison = Comparison(
        title="outage of a change",
        unit="s",
        predicted=predicted,
        measured=seconds,
        logarithmic=True,
        note="The model knows the path and, where it helps, the size; the rest is chance.",
    )
    return Fitted(
        value=model,
        deviations=errors,
        missing=missing,
        quality=quality,
        comparisons=(comparison,) if exponent else (),
    )


def _outages(changes: pd.DataFrame, path: str) -> Floats:
    """From the last record before to the first one after, as `OutageModel` has it."""
    dark = changes["outage_seconds"].to_numpy(dtype=np.float64)
    if path not in FROM_SNAPSHOT:
        return dark
    oldest = changes["peak_latency_seconds"].to_numpy(dtype=np.float64) - STEADY_LATENCY
    longest: Floats = np.fmax(dark, oldest)
    return longest


def replay(changes: pd.DataFrame) -> Replay:
    """How much a path reads again: the peak of the latency beyond the outage.

    A stop with a savepoint reads nothing again, a restart from the newest checkpoint half an
    interval on average; the latency before the change, about a second, is in it.
    """
    beyond = (changes["peak_latency_seconds"] - changes["outage_seconds"]).dropna()
    median = float(beyond.median()) if len(beyond) else None
    return Replay(median_seconds=median, rows=len(beyond))


def _named(name: str, errors: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}.{part}": error for part, error in errors.items()}


def _size_exponent(
    changes: pd.DataFrame, seconds: Floats, draws: int, rng: np.random.Generator
) -> tuple[float, float, tuple[Missing, ...]]:
    """Slope of ln outage over ln TaskManagers, its error, and what to say where it is not used."""
    sizes = changes["task_managers"].to_numpy(dtype=np.float64)
    known = np.isfinite(sizes)
    if known.sum() < FEWEST or np.ptp(np.log(sizes[known])) == 0:
        reason = "too few rows, or none that differ, say how many TaskManagers there were; 0"
        return 0.0, 0.0, (Missing(name="size_exponent", reason=reason),)
    x, y = np.log(sizes[known]), np.log(seconds[known])
    slope = _slope(x, y)
    picks = rng.integers(len(x), size=(max(draws, 2), len(x)))
    error = float(np.std([_slope(x[pick], y[pick]) for pick in picks], ddof=1))
    if abs(slope) < CLEAR * error:
        reason = f"{slope:.2f} with a standard error of {error:.2f} is not told from 0; 0"
        return 0.0, 0.0, (Missing(name="size_exponent", reason=reason),)
    return slope, error, ()


def _slope(x: Floats, y: Floats) -> float:
    centred = x - x.mean()
    return float((centred * (y - y.mean())).sum() / max((centred**2).sum(), 1e-12))


def _prepare(
    changes: pd.DataFrame, draws: int, rng: np.random.Generator
) -> tuple[LogNormal, dict[str, float], tuple[Missing, ...]]:
    given = changes["prepare_seconds"].dropna().to_numpy(dtype=np.float64)
    default: LogNormal = OutageModel.model_fields["prepare"].default
    if not len(given) or np.median(given) < 0:
        found = "no row has it" if not len(given) else "rows ask after the output stopped"
        reason = f"{found}; {default.median:g} s is assumed"
        return default, {}, (Missing(name="prepare", reason=reason),)
    errors = log_normal_errors(given, floor=RESOLUTION, draws=draws, rng=rng)
    fitted = log_normal(given, floor=RESOLUTION)
    return fitted, _named("prepare", errors), ()
