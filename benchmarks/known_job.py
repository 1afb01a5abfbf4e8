"""A job whose load and capacity follow a formula, as the benchmarks know it.

Everything around it is real but for the engine and the input, which are in memory.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from horae.control.entries import Observation, draft, to_body
from horae.control.kill_switch import never_halted
from horae.control.understand import Deciding
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, Verb
from horae.domain.job import JobPresence, JobVersion
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.proposal import Proposal, Reason
from horae.domain.window import MetricsWindow
from horae.engines.fake import FakeEngine
from horae.forecasting.forecasters import with_fallback
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.file_window_store import FileWindowStore
from horae.optimisation.exhaustive import ExhaustiveOptimiser
from horae.policy.planner import PlannerPolicy
from horae.settings.job_spec import JobSpec
from horae.settings.policy_settings import PlannerSettings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SLOT = 500.0
"""Records/s that one subtask carries."""
NIGHT, DAY = 0.25, 1.0
"""Least and largest load, as shares of the peak."""
COMFORT = 0.75
"""Utilisation up to which the job was left as it was."""
VERSION = JobVersion(plan_hash="0" * 64, engine_version="fake").id
CHAMPION = "ridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownJob:
    """A job of one size.

    Attributes:
        spec: Its spec.
        peak: Largest load, records/s.
        partitions: Of its input.
    """

    spec: JobSpec
    peak: float
    partitions: int

    def configuration(self, parallelism: int) -> Configuration:
        """What it runs in at a parallelism; the rest is always the same."""
        return Configuration(
            parallelism=parallelism,
            slots=2 if parallelism > 1 else 1,
            cpu_cores=1.0,
            memory_mb=1024,
            checkpoint_interval_seconds=10.0,
        )

    def load(self, seconds: np.ndarray) -> np.ndarray:
        """Records/s at times from a midnight on: a wave a season, with 2 % of noise."""
        noise = np.random.default_rng(1).standard_normal(len(seconds))
        return np.asarray(self._wave(seconds) * (1 + 0.02 * noise))

    def parallelism(self, seconds: np.ndarray) -> np.ndarray:
        """The smallest legal one that was busy at most `COMFORT` of the time."""
        legal = np.array(self.spec.search.parallelism)
        wanted = self._wave(seconds) / (COMFORT * SLOT)
        return legal[np.minimum(np.searchsorted(legal, wanted), len(legal) - 1)]

    def _wave(self, seconds: np.ndarray) -> np.ndarray:
        turns = seconds / self.spec.time.season_seconds
        height = NIGHT + (DAY - NIGHT) * (1 - np.cos(2 * np.pi * turns)) / 2
        return np.asarray(self.peak * height)

    def window(self) -> MetricsWindow:
        """As long as the spec says, up to a third of a season after midnight."""
        time = self.spec.time
        rows = int(time.window_seconds // time.grid_seconds)
        begin = time.season_seconds * math.ceil(time.window_seconds / time.season_seconds)
        seconds = begin + time.season_seconds / 3 - time.grid_seconds * np.arange(rows)[::-1]
        index = pd.date_range(end=NOON, periods=rows, freq=f"{time.grid_seconds:.0f}s")
        parallelism = self.parallelism(seconds)
        frame = pd.DataFrame(np.nan, index=index.as_unit("ms"), columns=list(COLUMNS))
        for name, values in self._columns(self.load(seconds), parallelism).items():
            frame[name] = values
        current = self.configuration(int(parallelism[-1]))
        for name, value in current.to_json().items():
            frame[name] = float(value)
        frame["parallelism"] = parallelism.astype(np.float64)
        return MetricsWindow(
            job=self.spec.name,
            job_id="first",
            version=VERSION,
            configuration=current,
            grid_seconds=time.grid_seconds,
            frame=frame,
            collected_at=NOON,
        )

    def _columns(self, load: np.ndarray, parallelism: np.ndarray) -> dict[str, np.ndarray | float]:
        grid = self.spec.time.grid_seconds
        started = np.r_[True, np.diff(parallelism) != 0]
        first = np.maximum.accumulate(np.where(started, np.arange(len(load)), 0))
        produced = (load * grid).cumsum()
        busy = np.minimum(1.0, load / (SLOT * parallelism))
        return {
            "load_records_per_second": load,
            "produced_records_total": produced,
            "consumed_records_total": produced - (produced - load * grid)[first],
            "consumed_records_per_second": load,
            "position_records_total": produced - 0.2 * load,
            "lag_records": 0.2 * load,
            "processing_latency_seconds": 0.4,
            "busy_ratio_max": busy,
            "busy_ratio_mean": 0.95 * busy,
            "backpressured_ratio_max": 0.0,
            "true_rate_records_per_second": SLOT * parallelism.astype(np.float64),
            "cpu_seconds_total": (0.0002 * load * grid).cumsum(),
            "cpu_cores_used": 0.0002 * load,
            "heap_used_mb": 300.0,
            "checkpoint_duration_seconds": 0.3,
            "checkpoint_size_mb": 40.0,
            "checkpoint_age_seconds": 5.0,
            "checkpoints_failed_total": 0.0,
            "restarts_total": 0.0,
            "running_subtasks_ratio": 1.0,
            "uptime_seconds": (np.arange(len(load)) - first + 0.5) * grid,
            "sample_delay_seconds": 0.1,
            "task_managers": np.ceil(parallelism / np.where(parallelism > 1, 2, 1)),
        }

    def actions(self, window: MetricsWindow) -> Iterator[tuple[Decision, Outcome]]:
        """The rescales that the window shows, as they were decided and went."""
        parallelism = window.frame["parallelism"].astype(int)
        for before, after, at in zip(
            parallelism, parallelism[1:], parallelism.index[1:], strict=False
        ):
            if before != after:
                yield self._action(int(before), int(after), at.to_pydatetime())

    def _action(self, before: int, after: int, at: datetime) -> tuple[Decision, Outcome]:
        origin, target = self.configuration(before), self.configuration(after)
        proposal = Proposal(
            target=target,
            path=RescalePath.IN_PLACE,
            reason=Reason.PROTECT if after > before else Reason.SAVE,
            sentence="By the formula.",
            urgent=after > before,
            predicted_outage_seconds=4.0,
            predicted_catch_up_seconds=5.0,
            benefit_money=None,
        )
        decision = Decision(
            id=f"{self.spec.name}-{at:%Y%m%dT%H%M%SZ}",
            job=self.spec.name,
            decided_at=at - timedelta(seconds=12),
            actor="horae",
            verb=Verb.RESCALE,
            execute=True,
            reason=proposal.reason,
            sentence=proposal.sentence,
            origin=origin,
            proposal=proposal,
        )
        outcome = Outcome(
            job=self.spec.name,
            action_id=decision.id,
            result=OutcomeResult.DONE,
            path=proposal.path,
            origin=origin,
            target=target,
            reached=target,
            outage_seconds=4.0 + 0.1 * after,
            started_at=at - timedelta(seconds=5),
            ended_at=at,
            sentence="Done.",
        )
        return decision, outcome


def demo_job() -> KnownJob:
    """As in the demo: a day of five minutes on a grid of 5 s, 180 rows."""
    return KnownJob(
        spec=JobSpec.model_validate(
            {
                "name": "demo",
                "mode": "auto",
                "kafka": {"topics": ["views"]},
                "time": {
                    "grid_seconds": 5,
                    "sampling_seconds": 20,
                    "window_seconds": 900,
                    "horizon_seconds": 120,
                    "season_seconds": 300,
                    "stale_seconds": 90,
                },
                "search": {
                    "parallelism": [1, 2, 4],
                    "slots": [1, 2],
                    "memory_mb": [768, 1024],
                    "checkpoint_interval_seconds": [5, 10, 20],
                },
                "limits": {"processing_latency_seconds": 10, "latency_confidence": 0.9},
                "policy": {"name": "planner", "step_seconds": 10},
                "guards": {"cooldown_seconds": 60, "return_seconds": 180, "actions_per_day": 6},
            }
        ),
        peak=1_200.0,
        partitions=4,
    )


def production_job() -> KnownJob:
    """Three days of minutes, 4,320 rows; an hour ahead; defaults but for the search space."""
    return KnownJob(
        spec=JobSpec.model_validate(
            {
                "name": "production",
                "mode": "auto",
                "kafka": {"topics": ["orders"]},
                "search": {
                    "parallelism": [1, 2, 3, 4, 6, 8, 12],
                    "slots": [1, 2, 4],
                    "cpu_cores": [1, 2],
                    "memory_mb": [1024, 2048],
                    "checkpoint_interval_seconds": [10, 30, 60],
                },
                "limits": {"processing_latency_seconds": 30, "recovery_seconds": 300},
            }
        ),
        peak=3_600.0,
        partitions=24,
    )


def deciding(job: KnownJob, ledger: Ledger) -> tuple[Deciding, str, MetricsWindow]:
    """What deciding about the job needs, with its past in the ledger; window id and window."""
    window, spec = job.window(), job.spec
    windows = FileWindowStore(f"memory://benchmark/{spec.name}")
    clock = ManualClock(NOON)
    for decision, outcome in job.actions(window):
        remember(ledger, EntryKind.DECISION, spec.name, decision.id, decision, NOON)
        remember(ledger, EntryKind.OUTCOME, spec.name, decision.id, outcome, NOON)
    remember(ledger, EntryKind.PROMOTION, spec.name, "first", {"winner": CHAMPION}, NOON)
    policy = spec.policy
    if not isinstance(policy, PlannerSettings):
        raise TypeError(f"the benchmark's policy is the planner, not {policy.name}")
    parts = Deciding(
        spec=spec,
        engine=FakeEngine(
            clock,
            window.configuration or job.configuration(1),
            job=spec.name,
            maximum_task_managers=12,
        ),
        partitions=lambda: job.partitions,
        windows=windows,
        ledger=ledger,
        forecaster=lambda champion: with_fallback(
            champion or CHAMPION,
            season_seconds=spec.time.season_seconds,
            grid_seconds=spec.time.grid_seconds,
        ),
        optimiser=ExhaustiveOptimiser(),
        policy=PlannerPolicy(
            settings=policy, time=spec.time, minimum_stay_seconds=spec.guards.return_seconds
        ),
        clock=clock,
        lineage={"spec": "benchmark", "code": "benchmark"},
        kill_switch=never_halted,
    )
    return parts, windows.put(window), window


def remember(
    ledger: Ledger, kind: EntryKind, job: str, key: str, value: object, at: datetime
) -> None:
    """Append a value to the job's chain."""
    ledger.append(draft(kind, job=job, key=key, at=at, body=to_body(value)))


def seen(window_id: str, window: MetricsWindow, cycle: str) -> Observation:
    """A look at the job in a cycle."""
    return Observation(
        job=window.job,
        cycle=cycle,
        presence=JobPresence.RUNNING,
        detail="it runs",
        window=window_id,
        job_id=window.job_id,
        version=window.version,
        configuration=window.configuration,
        collected_at=window.collected_at,
        unavailable={},
    )


def other(configuration: Configuration) -> Configuration:
    """A neighbour, for guards to be asked about."""
    return replace(configuration, checkpoint_interval_seconds=30.0)
