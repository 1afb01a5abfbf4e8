"""A job's own ledger and windows as tables: what it ran through instead of experiments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from horae.control.history import History, PastAction
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.window import MetricsWindow
from horae.errors import NotReady
from horae.ledger.ledger import Ledger
from horae.metrics.window_store import WindowStore
from horae.performance.evidence import Kind, Observation, read_evidence
from horae.performance.interruptions import unasked_interruptions
from horae.performance.partitioning import Partitioning
from horae.simulation.calibration.forms import CHANGES, FAILURES, PROFILES, SERIES, TableForm
from horae.simulation.calibration.forms import Kind as CellKind
from horae.simulation.calibration.wanted import Tables
from horae.simulation.job.job_model import Start

PATHS = {
    RescalePath.IN_PLACE: "in_place",
    RescalePath.SAVEPOINT: "savepoint",
    RescalePath.CHECKPOINT: "savepoint",
}
"""A restart of a lost job is a failure's outage, not a change's."""
MOST_ACTIONS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTables:
    """What a job's ledger tells.

    Attributes:
        tables: In the forms of calibration.
        start: What the job ran in at first, as far as the window goes back.
        span_seconds: Length of the window.
    """

    tables: Tables
    start: Start
    span_seconds: float


def own_tables(
    ledger: Ledger, windows: WindowStore, job: str, *, partitioning: Partitioning
) -> OwnTables:
    """Read what a job's newest window and its past actions tell.

    Sustained loads become profiles that kept up, overload and saturation profiles that did not;
    own actions become changes, interruptions that nobody asked for failures.

    Args:
        ledger: Where the job's history is.
        windows: Where its windows are.
        job: The job's name.
        partitioning: How its input is spread.

    Raises:
        NotReady: There is no window of the job yet.
        Unavailable: The window is gone.
    """
    history = History(ledger, job)
    window_id = history.last_window()
    if window_id is None:
        raise NotReady(f"job {job} has no window yet; `horae cycle --job {job}` makes one")
    window = windows.get(window_id)
    actions = history.past_actions(limit=MOST_ACTIONS)
    tables = Tables(
        profiles=_profiles(window, partitioning),
        failures=_failures(window, actions),
        changes=_changes(window, actions),
        series=_series(window),
    )
    span = (window.end - window.start).total_seconds() + window.grid_seconds
    return OwnTables(tables=tables, start=_start(window), span_seconds=span)


def _profiles(window: MetricsWindow, partitioning: Partitioning) -> pd.DataFrame | None:
    evidence = read_evidence(
        window.frame, grid_seconds=window.grid_seconds, partitioning=partitioning
    )
    return _table(PROFILES, [_profile(seen) for seen in evidence.observations])


def _profile(seen: Observation) -> dict[str, object] | None:
    """A row; None for a busy time, which tells the capacity only up to a bias."""
    if seen.kind is Kind.BUSY_TIME:
        return None
    return {
        **_shape(seen.configuration),
        "load": seen.records_per_second,
        "throughput": seen.records_per_second,
        "overloaded": seen.kind is Kind.OVERLOADED,
        "capacity_run": seen.kind is Kind.SATURATED,
    }


def _failures(window: MetricsWindow, actions: Sequence[PastAction]) -> pd.DataFrame | None:
    own = [(one.outcome.started_at, one.outcome.ended_at) for one in actions]
    dark = unasked_interruptions(window.frame, grid_seconds=window.grid_seconds, own=own)
    return _table(FAILURES, [{"visible_seconds": 0.0, "resumed_seconds": one} for one in dark])


def _changes(window: MetricsWindow, actions: Sequence[PastAction]) -> pd.DataFrame | None:
    return _table(CHANGES, [_change(window, one) for one in reversed(actions)])


def _change(window: MetricsWindow, action: PastAction) -> dict[str, object] | None:
    """A row; None for one that did not go through or interrupted nothing."""
    outcome = action.outcome
    path = PATHS.get(outcome.path)
    done = outcome.result is OutcomeResult.DONE
    if not done or path is None or not outcome.outage_seconds:
        return None
    return {
        **_shape(outcome.target),
        "run": window.job,
        "path": path,
        "load": _load_at(window, outcome.started_at),
        "at_seconds": (outcome.started_at - window.start).total_seconds(),
        "task_managers": float(outcome.target.task_managers),
        "outage_seconds": outcome.outage_seconds,
    }


def _load_at(window: MetricsWindow, moment: datetime) -> float:
    """The load measured last before a moment; NaN where the window does not reach back to it."""
    load = window.frame["load_records_per_second"]
    before = load[load.index <= moment].dropna()
    return float(before.iloc[-1]) if len(before) else float("nan")


def _series(window: MetricsWindow) -> pd.DataFrame | None:
    frame = window.frame
    cores = frame["task_managers"] * frame["cpu_cores"]
    seconds = np.arange(len(frame)) * window.grid_seconds
    # Rows while subtasks were missing are no steady running.
    whole = (frame["running_subtasks_ratio"].fillna(1.0) >= 1).astype(float)
    known = {
        "seconds": seconds,
        "load": frame["load_records_per_second"].to_numpy(),
        "throughput": frame["consumed_records_per_second"].to_numpy(),
        "latency_seconds": frame["processing_latency_seconds"].to_numpy(),
        "cores": cores.to_numpy(),
        "task_managers": frame["task_managers"].to_numpy(),
        "cpu_share": (frame["cpu_cores_used"] / cores).to_numpy(),
        "checkpoint_seconds": frame["checkpoint_duration_seconds"].to_numpy(),
        "present": whole.to_numpy(),
    }
    rows = [dict(zip(known, row, strict=True)) for row in zip(*known.values(), strict=True)]
    return _table(SERIES, [{"run": window.job, **row} for row in rows])


def _shape(configuration: Configuration) -> dict[str, object]:
    return {
        "parallelism": float(configuration.parallelism),
        "slots": float(configuration.slots),
        "cpu_cores": configuration.cpu_cores,
        "memory_mb": float(configuration.memory_mb),
        "checkpoint_interval_seconds": configuration.checkpoint_interval_seconds,
    }


def _table(form: TableForm, rows: Sequence[dict[str, object] | None]) -> pd.DataFrame | None:
    """Rows under all columns of a form; None without any."""
    given = pd.DataFrame([row for row in rows if row is not None])
    if given.empty:
        return None
    empty: dict[CellKind, object] = {CellKind.TEXT: "", CellKind.FLAG: False}
    return pd.DataFrame(
        {
            name: given[name]
            if name in given
            else pd.Series([empty.get(column.kind, np.nan)] * len(given))
            for name, column in form.columns.items()
        }
    )


def _start(window: MetricsWindow) -> Start:
    """The first configuration that the window knows.

    Raises:
        NotReady: It knows none.
    """
    names = list(Start.model_fields)
    known = window.frame[names].dropna()
    if known.empty:
        raise NotReady(f"the newest window of {window.job} knows no configuration of it")
    first = {name: float(value) for name, value in known.iloc[0].items()}
    whole = ("parallelism", "slots", "memory_mb")
    return Start.model_validate(first | {name: round(first[name]) for name in whole})
