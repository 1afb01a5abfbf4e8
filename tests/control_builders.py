"""The job that the tests of control know: its spec, what is seen of it, what is decided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, Verb
from horae.domain.job import JobDescription, JobPresence, JobVersion
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.proposal import Proposal, Reason
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import JobSpec

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GRID = 5.0
SLOT = 250.0  # records/s that a slot of the known job carries
SMALL = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=10.0
)
LINEAGE = {"spec": "spec-1", "code": "0.1.0"}
VERSION = JobVersion(plan_hash="0" * 64, engine_version="fake")


def at(parallelism: int, **changes: float) -> Configuration:
    """The small configuration at another parallelism, changed further."""
    return replace(SMALL, parallelism=parallelism, **changes)


def a_spec(**changes: Any) -> JobSpec:
    """The job `ysb` with a day of five minutes, in mode auto unless `changes` say otherwise."""
    said = {
        "name": "ysb",
        "mode": "auto",
        "kafka": {"topics": ["events"]},
        "time": {
            "grid_seconds": GRID, "sampling_seconds": 20, "window_seconds": 900,
            "horizon_seconds": 120, "season_seconds": 300, "stale_seconds": 90,
        },
        "search": {"parallelism": [1, 2, 4], "checkpoint_interval_seconds": [5, 10, 20]},
        "limits": {"processing_latency_seconds": 10, "latency_confidence": 0.9},
        "prices": {"violation_second": 0.001, "action": 0.001},
        "policy": {"name": "planner", "step_seconds": 10},
        "guards": {"cooldown_seconds": 60, "return_seconds": 180},
    }  # fmt: skip
    return JobSpec.model_validate(said | changes)


def ramp(low: float, high: float, *, seconds: float = 600) -> np.ndarray:
    """A load that rises evenly, records/s a row."""
    return np.linspace(low, high, round(seconds / GRID))


def a_window(
    load: Sequence[float] | np.ndarray,
    *,
    end: datetime = NOON,
    configuration: Configuration = SMALL,
) -> MetricsWindow:
    """What was seen of the known job under `load`: `SLOT` records/s a subtask, the rest waits."""
    offered = np.asarray(load, dtype=np.float64)
    capacity = SLOT * configuration.parallelism
    consumed, lag = _work_off(offered, capacity)
    count = len(offered)
    frame = pd.DataFrame(
        np.nan,
        index=pd.date_range(end=end, periods=count, freq=f"{GRID:.0f}s").as_unit("ms"),
        columns=list(COLUMNS),
    )
    known: dict[str, object] = {
        "load_records_per_second": offered,
        "produced_records_total": (offered * GRID).cumsum(),
        "consumed_records_total": (consumed * GRID).cumsum(),
        "consumed_records_per_second": consumed,
        "lag_records": lag,
        "processing_latency_seconds": 0.5 + lag / capacity,
        "busy_ratio_max": np.minimum(1.0, consumed / capacity),
        "true_rate_records_per_second": capacity,
        "checkpoint_duration_seconds": 0.2,
        "running_subtasks_ratio": 1.0,
        "restarts_total": 0.0,
        "uptime_seconds": 1000.0 + GRID * np.arange(count),
        "task_managers": configuration.task_managers,
        **configuration.to_json(),
    }
    for name, values in known.items():
        frame[name] = np.broadcast_to(np.asarray(values, dtype=np.float64), count)
    return MetricsWindow(
        job="ysb",
        job_id="first",
        version=VERSION.id,
        configuration=configuration,
        grid_seconds=GRID,
        frame=frame,
        collected_at=end,
    )


def _work_off(offered: np.ndarray, capacity: float) -> tuple[np.ndarray, np.ndarray]:
    """Records consumed a second, and records that wait at the end of each row."""
    waiting, consumed, lag = 0.0, [], []
    for rate in offered:
        done = min(rate + waiting / GRID, capacity)
        waiting = max(0.0, waiting + (rate - done) * GRID)
        consumed.append(done)
        lag.append(waiting)
    return np.array(consumed), np.array(lag)


def a_description(
    configuration: Configuration | None = SMALL,
    presence: JobPresence = JobPresence.RUNNING,
    job_id: str | None = "first",
) -> JobDescription:
    """The job as an engine shows it."""
    running = presence is JobPresence.RUNNING
    return JobDescription(
        name="ysb",
        presence=presence,
        detail=f"as the test wants it: {presence}",
        job_id=job_id,
        configuration=configuration if running else None,
        version=VERSION if running else None,
    )


def a_proposal(target: Configuration, **changes: Any) -> Proposal:
    """To go in place, since a limit is about to break."""
    return replace(
        Proposal(
            target=target,
            path=RescalePath.IN_PLACE,
            reason=Reason.PROTECT,
            sentence="The load is about to pass the capacity.",
            urgent=True,
            predicted_outage_seconds=4.0,
            predicted_catch_up_seconds=None,
            benefit_money=None,
        ),
        **changes,
    )


def a_decision(decision_id: str = "ysb-1", **changes: Any) -> Decision:
    """To go from one slot to two, and to do it."""
    return replace(
        Decision(
            id=decision_id,
            job="ysb",
            decided_at=NOON,
            actor="horae",
            verb=Verb.RESCALE,
            execute=True,
            reason=Reason.PROTECT,
            sentence="The load is about to pass the capacity.",
            origin=SMALL,
            proposal=a_proposal(at(2)),
            evidence={"lag_limit_records": 3000.0},
        ),
        **changes,
    )


def an_outcome(action_id: str = "ysb-1", **changes: Any) -> Outcome:
    """Gone from one slot to two within ten seconds, four of them dark."""
    return replace(
        Outcome(
            job="ysb",
            action_id=action_id,
            result=OutcomeResult.DONE,
            path=RescalePath.IN_PLACE,
            origin=SMALL,
            target=at(2),
            reached=at(2),
            outage_seconds=4.0,
            started_at=NOON,
            ended_at=NOON + timedelta(seconds=10),
            sentence="The job runs in it.",
        ),
        **changes,
    )
