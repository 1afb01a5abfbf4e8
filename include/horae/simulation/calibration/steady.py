"""What a job is like while nothing waits: CPU in use and processing latency, from its series."""

import numpy as np
import pandas as pd

from horae.errors import NotReady
from horae.performance.models import Floats
from horae.simulation.calibration.part import (
    Comparison,
    Fitted,
    Missing,
    Places,
    log_normal,
    log_normal_errors,
)
from horae.simulation.job.job_model import CheckpointModel, CpuModel, LatencyModel

NEAR_LOAD = 0.1
"""Processed and offered records/s that differ by less count as equal: nothing is caught up."""
SETTLED_SECONDS = 300.0
"""Since the beginning of a run, before anything is believed: caches, compilation."""
BLOCK_SECONDS = 3600.0
"""Of the bootstrap: neighbouring rows share what drives them, so whole hours are drawn."""
FEWEST = 20
"""Rows, or means of them, below which nothing is fitted."""
LEAST_LATENCY = 1e-4
"""Seconds: below what any clock of a cluster resolves."""
INDEPENDENT = 500
"""Rows of the bootstrap at most: neighbouring ones of a long series say the same."""
MEAN_SECONDS = (60.0, 120.0, 300.0, 600.0)
"""Spans of the means that the noise of the CPU is read from: what policies decide on."""


def steady_rows(series: pd.DataFrame, *, latency_limit: float) -> pd.DataFrame:
    """Rows that were wholly measured, in which latency was normal and nothing was caught up."""
    load = series["load"].fillna(series["throughput"])
    settled = series["seconds"] >= SETTLED_SECONDS
    whole = series["present"].fillna(1.0) >= 1.0
    normal = series["latency_seconds"] <= latency_limit
    even = (series["throughput"] - load).abs() <= NEAR_LOAD * load
    return series[settled & whole & normal & even & (series["throughput"] > 0)]


def fit_latency(
    series: pd.DataFrame | None,
    failures: pd.DataFrame | None,
    profiles: pd.DataFrame | None,
    *,
    latency_limit: float,
    draws: int,
    rng: np.random.Generator,
) -> Fitted[LatencyModel]:
    """Fit the latency while nothing waits, from the first table that shows it.

    Args:
        series: In the form of series; None: none.
        failures: In the form of failures: the latency before each.
        profiles: In the form of profiles: the latency of each that kept up.
        latency_limit: Seconds; above, something waits.
        draws: Of the bootstrap.
        rng: Source of chance.

    Raises:
        NotReady: Too few rows in any of them.
    """
    seconds = _latencies(series, failures, profiles, latency_limit)
    if len(seconds) < FEWEST:
        raise NotReady(f"no table has {FEWEST} rows with the latency while nothing waited")
    steady = log_normal(seconds, floor=LEAST_LATENCY)
    few = seconds[:: max(1, len(seconds) // INDEPENDENT)]
    errors = log_normal_errors(few, floor=LEAST_LATENCY, draws=draws, rng=rng)
    reason = "no table shows what the client's gauges remember; the default stands"
    return Fitted(
        value=LatencyModel(steady=steady),
        deviations={f"steady.{name}": error for name, error in errors.items()},
        missing=(Missing(name="client_window_seconds", reason=reason),),
        quality={"steady rows": float(len(seconds))},
    )


def _latencies(
    series: pd.DataFrame | None,
    failures: pd.DataFrame | None,
    profiles: pd.DataFrame | None,
    limit: float,
) -> Floats:
    """Of the first table that has enough; otherwise of the last."""
    rows = [
        None if series is None else steady_rows(series, latency_limit=limit),
        None if failures is None else failures[~failures["disturbed"]],
        None if profiles is None else profiles[~profiles["overloaded"]],
    ]
    found: Floats = np.empty(0)
    for table in rows:
        if table is None:
            continue
        normal = table["latency_seconds"] <= limit
        found = table.loc[normal, "latency_seconds"].to_numpy(dtype=np.float64)
        if len(found) >= FEWEST:
            break
    return found


def fit_checkpoints(
    series: pd.DataFrame, *, draws: int, rng: np.random.Generator
) -> Fitted[CheckpointModel]:
    """Fit how long checkpoints take.

    Args:
        series: In the form of series.
        draws: Of the bootstrap.
        rng: Source of chance.

    Raises:
        NotReady: Too few rows tell.
    """
    seconds = series["checkpoint_seconds"].dropna().to_numpy(dtype=np.float64)
    if len(seconds) < FEWEST:
        raise NotReady(f"no series has {FEWEST} rows with the duration of a checkpoint")
    errors = log_normal_errors(seconds, floor=LEAST_LATENCY, draws=draws, rng=rng)
    unseen = "no table tells what a checkpoint costs, or how large the state is; the default"
    return Fitted(
        value=CheckpointModel(duration=log_normal(seconds, floor=LEAST_LATENCY)),
        deviations={f"duration.{name}": error for name, error in errors.items()},
        missing=tuple(
            Missing(name=name, reason=f"{unseen} stands") for name in ("cost", "state_gb")
        ),
        quality={"rows with a checkpoint": float(len(seconds))},
    )


def fit_cpu(
    series: pd.DataFrame, *, latency_limit: float, draws: int, rng: np.random.Generator
) -> Fitted[CpuModel]:
    """Fit the CPU in use, by least squares over steady rows.

    Args:
        series: In the form of series; several runs are fitted together.
        latency_limit: Seconds; above, something waits.
        draws: Of the bootstrap over hours.
        rng: Source of chance.

    Raises:
        NotReady: Too few steady rows with CPU and cores.
    """
    rows = steady_rows(series, latency_limit=latency_limit)
    rows = rows[rows["cpu_share"].notna() & rows["cores"].notna()]
    if len(rows) < FEWEST:
        raise NotReady(f"only {len(rows)} steady rows with CPU and cores; {FEWEST} are needed")
    per_core = (rows["throughput"] / rows["cores"]).to_numpy(dtype=np.float64)
    hours = rows["seconds"].to_numpy(dtype=np.float64) / 3600
    share = rows["cpu_share"].to_numpy(dtype=np.float64)
    design = np.column_stack([np.ones(len(rows)), per_core, hours])
    unknowns = _least_squares(design, share)
    residuals = share - design @ unknowns
    noise, lasting = _noise(residuals, rows)
    blocks = _blocks(rows)
    drawn = np.array([_redrawn(design, share, blocks, rng) for _ in range(max(draws, 2))])
    errors = drawn.std(axis=0, ddof=1)
    model = CpuModel(
        idle=float(np.clip(unknowns[0], 0, 1)),
        per_record=float(max(0.0, unknowns[1])),
        growth_per_hour=float(unknowns[2]),
        noise=noise,
        noise_seconds=lasting,
    )
    predicted = design @ unknowns
    explained = 1 - float((residuals**2).sum() / ((share - share.mean()) ** 2).sum())
    every = slice(None, None, max(1, len(share) // 400))
    comparison = Comparison(
        title="CPU in use",
        unit="share",
        predicted=predicted[every],
        measured=share[every],
        note="Steady rows; what is left beside the line is the noise of the model.",
    )
    return Fitted(
        value=model,
        deviations=dict(
            zip(("idle", "per_record", "growth_per_hour"), errors.tolist(), strict=True)
        ),
        quality={"steady rows": float(len(rows)), "R2": explained},
        comparisons=(comparison,),
    )


def _least_squares(design: Floats, values: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(design, values, rcond=None)[0], dtype=np.float64)


def _noise(residuals: Floats, rows: pd.DataFrame) -> tuple[float, float]:
    """Standard deviation of what is left, and the seconds after which a deviation is forgotten.

    Both from how the spread of means falls with the span of the mean, from a minute on: shorter
    swings, mostly the line of the checkpoints, are averaged out before anybody sees them. For
    deviations forgotten exponentially with time constant s, the mean over T has the variance
    noise^2 * 2 (s/T)^2 (T/s - 1 + exp(-T/s)).
    """
    spreads = {span: _spread_of_means(residuals, rows, span) for span in MEAN_SECONDS}
    seen = {span: spread for span, spread in spreads.items() if spread > 0}
    if not seen:
        return float(residuals.std()), MEAN_SECONDS[0]
    spans, logs = np.array(list(seen)), np.log(list(seen.values()))
    lasting = np.geomspace(MEAN_SECONDS[0] / 10, MEAN_SECONDS[-1] * 2, 60)
    turns = spans[None, :] / lasting[:, None]
    shape = 0.5 * np.log(2 * (turns - 1 + np.exp(-turns)) / turns**2)
    levels = (logs - shape).mean(axis=1)
    misfits = ((logs - shape - levels[:, None]) ** 2).sum(axis=1)
    best = int(misfits.argmin())
    return float(np.exp(levels[best])), float(lasting[best])


def _spread_of_means(residuals: Floats, rows: pd.DataFrame, span: float) -> float:
    """Of means over spans that were wholly steady; 0 where there are too few."""
    left = pd.Series(residuals, index=rows.index)
    groups = left.groupby([rows["run"], rows["seconds"] // span])
    whole = groups.count() >= 0.9 * groups.count().max()
    means = groups.mean()[whole]
    return float(means.std()) if len(means) >= FEWEST else 0.0


def _blocks(rows: pd.DataFrame) -> list[Places]:
    """Places of the rows of each hour of each run."""
    hour = (rows["seconds"] // BLOCK_SECONDS).astype(int).astype(str)
    names = (rows["run"] + " " + hour).to_numpy()
    return [np.flatnonzero(names == name) for name in dict.fromkeys(names.tolist())]


def _redrawn(
    design: Floats,
    values: Floats,
    blocks: list[Places],
    rng: np.random.Generator,
) -> Floats:
    picked = np.concatenate([blocks[one] for one in rng.integers(len(blocks), size=len(blocks))])
    return _least_squares(design[picked], values[picked])
