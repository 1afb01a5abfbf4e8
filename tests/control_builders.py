"""A world for the tests of control: one job that is known, everything else as it really is."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from horae.control.acting import Acting
from horae.control.decide import decide
from horae.control.entries import Observation, decision_entry, draft
from horae.control.holding import LeaseTerms
from horae.control.kill_switch import Halted, never_halted
from horae.control.loss import Restarting
from horae.control.observe import Observing, observe
from horae.control.understand import Deciding
from horae.control.validate import Validating, validate
from horae.control.watchdog import Minding
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, Verb
from horae.domain.job import JobDescription, JobPresence, JobVersion
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.proposal import Proposal, Reason
from horae.domain.window import MetricsWindow
from horae.engines.fake import FakeEngine
from horae.errors import ExternalError
from horae.forecasting.forecasters import FALLBACK, with_fallback
from horae.ledger.ledger import Ledger
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import Entry, EntryKind
from horae.metrics.collector import Collected
from horae.metrics.file_window_store import FileWindowStore
from horae.metrics.window_store import WindowStore
from horae.optimisation.exhaustive import ExhaustiveOptimiser
from horae.policy.ds2 import Ds2Policy
from horae.policy.hold import HoldPolicy
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Policy
from horae.policy.threshold import ThresholdPolicy
from horae.settings.job_spec import JobSpec
from horae.settings.policy_settings import Ds2Settings, HoldSettings, ThresholdSettings
from horae.validation.vector_validator import VectorValidator

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


@dataclass
class World:
    """The job `ysb`, and all that surrounds it.

    `collected` is what the next look measures: a window, None for no window yet; `unavailable`
    are the sources that do not answer meanwhile.
    """

    folder: Path
    spec: JobSpec = field(default_factory=a_spec)
    ledger: Ledger = field(default_factory=MemoryLedger)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    halted: Halted = never_halted
    partitions: int | ExternalError = 4
    load: Sequence[float] | np.ndarray = field(default_factory=lambda: ramp(100, 100))
    unavailable: Mapping[str, str] = field(default_factory=dict)
    windows_before: list[MetricsWindow | None] = field(default_factory=list)
    engine: FakeEngine = field(init=False)
    windows: WindowStore = field(init=False)
    tries: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Start the job."""
        self.engine = FakeEngine(self.clock, SMALL, job="ysb")
        self.windows = FileWindowStore(str(self.folder / "windows"))

    def collect(self, seen: JobDescription, before: MetricsWindow | None) -> Collected:
        """What the sources show of the load, in what the job runs in."""
        self.windows_before.append(before)
        window = a_window(
            self.load, end=self.clock.now(), configuration=seen.configuration or SMALL
        )
        return Collected(window=window, unavailable=self.unavailable)

    def observing(self, **changes: Any) -> Observing:
        """What observing needs."""
        return replace(
            Observing(
                spec=self.spec,
                engine=self.engine,
                collect=self.collect,
                windows=self.windows,
                ledger=self.ledger,
                clock=self.clock,
                lineage=LINEAGE,
            ),
            **changes,
        )

    def validating(self) -> Validating:
        """What validating needs."""
        return Validating(
            validator=VectorValidator(times={"ysb": self.spec.time}),
            windows=self.windows,
            ledger=self.ledger,
            clock=self.clock,
            lineage={"ysb": LINEAGE},
        )

    def deciding(self, **changes: Any) -> Deciding:
        """What deciding needs."""
        return replace(
            Deciding(
                spec=self.spec,
                engine=self.engine,
                partitions=self._partitions,
                windows=self.windows,
                ledger=self.ledger,
                forecaster=lambda champion: with_fallback(
                    champion or FALLBACK, season_seconds=300, grid_seconds=GRID
                ),
                optimiser=ExhaustiveOptimiser(),
                policy=self._policy(),
                clock=self.clock,
                lineage=LINEAGE,
                kill_switch=self.halted,
            ),
            **changes,
        )

    def acting(self, **changes: Any) -> Acting:
        """What acting needs."""
        return replace(
            Acting(
                spec=self.spec,
                engine=self.engine,
                ledger=self.ledger,
                clock=self.clock,
                halted=self.halted,
                lineage=LINEAGE,
                lease=LeaseTerms(holder=f"try-{next(self.tries)}", seconds=30.0),
            ),
            **changes,
        )

    def restarting(self) -> Restarting:
        """What starting a lost job again needs."""
        return Restarting.of(self.deciding(), windows=self.windows, halted=self.halted)

    def minding(self) -> Minding:
        """What the watchdog needs."""
        return Minding(acting=self.acting(), windows=self.windows, partitions=self._partitions)

    def record(self, decision: Decision) -> Decision:
        """Have a decision in the ledger."""
        self.ledger.append(decision_entry(decision, {}))
        return decision

    def begin(self, decision: Decision) -> Decision:
        """Have an action in the ledger that began, and whose process is gone."""
        self.record(decision)
        entry = draft(
            EntryKind.INTENTION,
            job="ysb",
            key=decision.id,
            at=self.clock.now(),
            body={"action_id": decision.id, "sentence": decision.sentence},
        )
        self.ledger.append(entry)
        return decision

    def look(self, cycle: str) -> Observation:
        """Observe, and judge what was seen."""
        seen = observe(self.observing(), cycle)
        validate(self.validating(), [seen])
        return seen

    def decide(self, cycle: str) -> Decision:
        """Observe, judge and decide."""
        return decide(self.deciding(), self.look(cycle))

    def entries(self, *kinds: EntryKind) -> list[Entry]:
        """What the ledger has of the job, oldest first."""
        return list(self.ledger.read("ysb", kinds=kinds or None))

    def _partitions(self) -> int:
        if isinstance(self.partitions, ExternalError):
            raise self.partitions
        return self.partitions

    def _policy(self) -> Policy:
        settings = self.spec.policy
        if isinstance(settings, HoldSettings):
            return HoldPolicy()
        if isinstance(settings, ThresholdSettings):
            return ThresholdPolicy(settings=settings)
        if isinstance(settings, Ds2Settings):
            return Ds2Policy(settings=settings)
        stay = self.spec.guards.return_seconds
        return PlannerPolicy(settings=settings, time=self.spec.time, minimum_stay_seconds=stay)
