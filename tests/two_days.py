"""Two compressed days of a streaming job as a queue, decided about once a minute by a policy.

A slot carries 500 records/s; forecasts and models are the real ones, learned from what is seen.
"""

import math
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pandas as pd

from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Mode
from horae.domain.job import JobPresence
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.proposal import Proposal
from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.errors import NotReady
from horae.forecasting.seasonal_naive import SeasonalNaive
from horae.optimisation.objectives import evaluate
from horae.optimisation.search_space import Bounds, search_space
from horae.performance.fitting import fit_models
from horae.performance.partitioning import Partitioning
from horae.policy.guard_situation import Approvals, GuardSituation, PastMove
from horae.policy.guards import ask_guards
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Foresight, Situation
from horae.settings.job_spec import JobSpec
from policy_builders import CAPABLE, NOW, SLOT, SMALL

DAY, GRID, CYCLE, DELAY = 300, 5, 60, 95.0
PARTITIONING = Partitioning(partitions=4, key_groups=128)
SPEC = JobSpec.model_validate(
    {
        "name": "ysb",
        "mode": "auto",
        "kafka": {"topics": ["views"]},
        "time": {
            "grid_seconds": GRID,
            "cycle_seconds": CYCLE,
            "horizon_seconds": 120,
            "season_seconds": DAY,
            "window_seconds": 900,
            "stale_seconds": 30,
        },
        "search": {
            "slots": [1, 2],
            "memory_mb": [1024, 1536],
            "checkpoint_interval_seconds": [5, 10, 20, 30],
        },
        "limits": {"processing_latency_seconds": 10},
        # an hour of the compressed day lasts 12.5 s: 24 h / 300 s = 288 times the price
        "prices": {"core_hour": 11.52, "gb_hour": 1.44},
        "policy": {"name": "planner", "step_seconds": 10},
        "guards": {"cooldown_seconds": 90, "return_seconds": 180},
    }
)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A rescale of the toy."""

    at: int
    proposal: Proposal
    origin: Configuration


def offered(second: int) -> float:
    """150 at night, 1,600 records/s at noon: sin^6 of half a turn a day."""
    return 150 + 1450 * math.sin(math.pi * (second % DAY) / DAY) ** 6


@dataclass
class Job:
    """The queue, oldest records first, and what an observer saw of it."""

    rng: np.random.Generator
    configuration: Configuration = SMALL
    queue: list[tuple[int, float]] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)
    running_since: int = -600

    def second(self, now: int) -> None:
        """One second of arrivals and work; dark before `running_since`."""
        load = offered(now) * (1 + 0.02 * self.rng.standard_normal())
        self.queue.append((now, load))
        down = now < self.running_since
        capacity = SLOT * self.configuration.parallelism
        done = 0.0 if down else self._work(capacity)
        self.rows.append(
            {
                "load_records_per_second": load,
                "consumed_records_per_second": done,
                "lag_records": sum(records for _, records in self.queue),
                "processing_latency_seconds": now - self.queue[0][0] + 1 if self.queue else 0.1,
                "busy_ratio_max": math.nan if down else done / capacity,
                "checkpoint_duration_seconds": 0.2,
                "running_subtasks_ratio": 0.0 if down else 1.0,
                "uptime_seconds": math.nan if down else now - self.running_since,
                **self.configuration.to_json(),
            }
        )

    def _work(self, capacity: float) -> float:
        left = capacity
        while self.queue and left > 0:
            arrived, records = self.queue.pop(0)
            if records > left:
                self.queue.insert(0, (arrived, records - left))
            left -= min(left, records)
        return capacity - left

    def window(self) -> MetricsWindow:
        """The last rows on the grid."""
        seconds = pd.DataFrame(self.rows).astype(np.float64)
        seconds = seconds.iloc[len(seconds) % GRID :].reset_index(drop=True)
        grouped = seconds.groupby(seconds.index // GRID)
        frame = grouped.mean()
        newest = ["lag_records", "processing_latency_seconds", "uptime_seconds"]
        newest += ["running_subtasks_ratio", *self.configuration.to_json()]
        frame[newest] = grouped[newest].last()
        end = NOW + timedelta(seconds=len(self.rows))
        frame.index = pd.date_range(end=end, periods=len(frame), freq=f"{GRID}s")
        return MetricsWindow(
            job="ysb",
            job_id="1",
            version="v",
            configuration=self.configuration,
            grid_seconds=float(GRID),
            frame=frame.reindex(columns=list(COLUMNS)),
            collected_at=end,
        )


def live_two_days(*, seed: int, first_cycle: int) -> list[Move]:
    """Run the job for two days under the planner and its guards; what was done."""
    rng = np.random.default_rng(seed)
    job, moves, due = Job(rng), [], None
    for now in range(2 * DAY):
        if due is not None and now >= due.at:
            outage = 4 if due.proposal.path is RescalePath.IN_PLACE else 7
            job.configuration, job.running_since = due.proposal.target, now + outage
            moves.append(due)
            due = None
        job.second(now)
        if due is None and now >= first_cycle and (now - first_cycle) % CYCLE == 0:
            due = _decide(job, moves, now)
    return moves


def _decide(job: Job, moves: list[Move], now: int) -> Move | None:
    try:
        situation = _situation(job, moves, now)
    except NotReady:
        return None
    time, settings = SPEC.time, SPEC.policy
    policy = PlannerPolicy(settings=settings, time=time, minimum_stay_seconds=90.0)
    answer = policy.propose(situation)
    if not isinstance(answer, Proposal):
        return None
    if not all(guard.allowed for guard in ask_guards(_guarded(situation, answer, moves))):
        return None
    return Move(at=now + 20, proposal=answer, origin=job.configuration)


def _situation(job: Job, moves: list[Move], now: int) -> Situation:
    rng, window = np.random.default_rng(now), job.window()
    forecast = SeasonalNaive(season_seconds=DAY, grid_seconds=GRID).forecast(
        window.frame["load_records_per_second"], job="ysb", steps=24, rng=rng
    )
    outcomes = [_outcome(move) for move in moves]
    models = fit_models(window, version="v", outcomes=outcomes, partitioning=PARTITIONING)
    bounds = Bounds(
        current=job.configuration,
        search=SPEC.search,
        capabilities=CAPABLE,
        partitioning=PARTITIONING,
    )
    limits, prices = SPEC.limits.limits(), SPEC.prices.prices()
    admissible = search_space(bounds).configurations
    candidates = evaluate(
        admissible,
        forecast=forecast,
        models=models,
        limits=limits,
        prices=prices,
        rng=rng,
        backlog_records=window.last("lag_records"),
    )
    return Situation(
        now=NOW + timedelta(seconds=now),
        window=window,
        verdict=Verdict(job="ysb", window="w", usable=True, broken=(), rules=1),
        current=job.configuration,
        admissible=admissible,
        capabilities=CAPABLE,
        limits=limits,
        prices=prices,
        outage=models.outage,
        action_delay_seconds=DELAY,
        rng=rng,
        foresight=Foresight(forecast=forecast, models=models, candidates=candidates),
    )


def _outcome(move: Move) -> Outcome:
    started = NOW + timedelta(seconds=move.at)
    return Outcome(
        job="ysb",
        action_id=str(move.at),
        result=OutcomeResult.DONE,
        path=move.proposal.path,
        origin=move.origin,
        target=move.proposal.target,
        reached=move.proposal.target,
        outage_seconds=4.0 if move.proposal.path is RescalePath.IN_PLACE else 7.0,
        started_at=started,
        ended_at=started + timedelta(seconds=10),
        sentence="Done.",
    )


def _guarded(situation: Situation, proposal: Proposal, moves: list[Move]) -> GuardSituation:
    return GuardSituation(
        now=situation.now,
        proposal=proposal,
        manual=False,
        mode=Mode.AUTO,
        settings=SPEC.guards,
        current=situation.current,
        presence=JobPresence.RUNNING,
        verdict=situation.verdict,
        window_age_seconds=0.0,
        stale_seconds=SPEC.time.stale_seconds,
        kill_switch="",
        approvals=Approvals(),
        in_flight=(),
        history=tuple(
            PastMove(
                ended_at=NOW + timedelta(seconds=move.at + 10),
                origin=move.origin,
                target=move.proposal.target,
                urgent=move.proposal.urgent,
                result=OutcomeResult.DONE,
            )
            for move in moves
        ),
        season_seconds=DAY,
        legal=situation.admissible,
        capabilities=CAPABLE,
        prices=situation.prices,
        checkpoints_failing=False,
        failures=(),
        outage_p99_seconds=20.0,
        sink_transactional=True,
        transaction_timeout_seconds=180.0,
    )
