"""A job's chain as the stages write it, entry by entry, with figures to reckon by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from horae.control.entries import HORAE, Observation, decision_entry, draft, to_body
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, GuardAnswer, Mode, Verb
from horae.domain.figures import ErrorBudget, Figures
from horae.domain.job import JobPresence
from horae.domain.proposal import Proposal, Reason
from horae.domain.verdict import BrokenRule, Verdict
from horae.ledger.ledger import Ledger
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import Entry, EntryKind
from horae.story.decision.story import DecisionStory
from horae.story.decision.telling import tell_decision

THREE = datetime(2026, 3, 2, 3, tzinfo=UTC)
SMALL = Configuration(
    parallelism=1, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)
LARGE = replace(SMALL, parallelism=4)
LIMIT = 10.0
CORE_HOUR, GB_HOUR = 3.0, 1.0
"""So that a TaskManager of `SMALL` costs 4 an hour."""

PROTECT: Mapping[str, Any] = {
    "protect_chance": 0.8,
    "protect_acts_above": 0.02,
    "protect_look_ahead_seconds": 120.0,
    "protect_peak_load_p95_records_per_second": 500.0,
    "protect_headroom_records_per_second": -300.0,
    "capacity_p05_records_per_second": 200.0,
    "capacity_median_records_per_second": 250.0,
    "overloaded": False,
    "load_records_per_second": 240.0,
    "backlog_age_seconds": 3.0,
    "lag_limit_records": 2_400.0,
}
"""Of a decision to grow: the load may reach 500 records/s, and 200 are sure to be carried."""

CALM: Mapping[str, Any] = {
    **PROTECT,
    "protect_chance": 0.001,
    "protect_peak_load_p95_records_per_second": 150.0,
    "protect_headroom_records_per_second": 50.0,
    "save_gain_money": None,
}

LEVELS = [0.05, 0.5, 0.95]


def a_move(**changes: Any) -> Proposal:
    """From one slot to four by savepoint, since a limit is about to break."""
    return replace(
        Proposal(
            target=LARGE,
            path=RescalePath.SAVEPOINT,
            reason=Reason.PROTECT,
            sentence="The load is about to pass the capacity.",
            urgent=True,
            predicted_outage_seconds=5.0,
            predicted_outage_interval=(2.0, 9.0),
            predicted_catch_up_seconds=40.0,
            benefit_money=2.0,
            evidence={
                "money_per_hour_now": 4.0,
                "money_per_hour_then": 16.0,
                "target_capacity_p05_records_per_second": 800.0,
                "target_capacity_median_records_per_second": 900.0,
            },
        ),
        **changes,
    )


def a_candidate(configuration: Configuration, money: float, risk: float) -> dict[str, Any]:
    """A member of a front, as the ledger has it."""
    return {
        "configuration": to_body(configuration),
        "money_per_hour": money,
        "latency_risk": risk,
        "recovery_seconds": None,
        "capacity": 250.0 * configuration.parallelism,
    }


@dataclass
class Chain:
    """The chain of the job `ysb`, from three in the morning on.

    `seconds` is the time since then; each entry is written at it.
    """

    ledger: Ledger = field(default_factory=MemoryLedger)
    seconds: float = 0.0
    job: str = "ysb"
    mode: Mode = Mode.AUTO

    @property
    def now(self) -> datetime:
        """The time."""
        return THREE + timedelta(seconds=self.seconds)

    def wait(self, seconds: float) -> "Chain":
        """Let time pass."""
        self.seconds += seconds
        return self

    def look(
        self,
        cycle: str = "c1",
        *,
        configuration: Configuration | None = SMALL,
        load: float | None = 240.0,
        latency: float | None = 3.0,
        lag: float | None = 700.0,
        broken: float = 0.0,
        presence: JobPresence | None = JobPresence.RUNNING,
        window: bool = True,
        old: bool = False,
    ) -> Entry:
        """A look; an `old` one is from before looks had figures."""
        seen = Observation(
            job=self.job,
            cycle=cycle,
            presence=presence,
            detail=f"it is {presence}",
            window=f"{self.job}@{cycle}" if window else None,
            job_id="first",
            version="v1",
            configuration=configuration,
            collected_at=self.now,
            unavailable={},
            figures=None if old else self._figures(configuration, load, latency, lag, broken),
        )
        references = {"window": seen.window} if seen.window else {}
        return self.append(EntryKind.WINDOW, cycle, to_body(seen), references)

    def _figures(
        self,
        configuration: Configuration | None,
        load: float | None,
        latency: float | None,
        lag: float | None,
        broken: float,
    ) -> Figures:
        money = None
        if configuration is not None:
            money = configuration.total_cores * CORE_HOUR + configuration.total_memory_gb * GB_HOUR
        return Figures(
            span_seconds=60.0,
            load_records_per_second=load,
            latency_seconds=latency,
            latency_max_seconds=latency,
            lag_records=lag,
            busy_ratio_max=0.9,
            cpu_cores_used=None,
            observed_seconds=60.0,
            broken_seconds=broken,
            restarts=None,
            latency_limit_seconds=LIMIT,
            budget=ErrorBudget(share=0.01, days=30.0),
            money_per_hour=money,
            core_hour=CORE_HOUR,
            gb_hour=GB_HOUR,
            cycle_seconds=60.0,
            mode=self.mode,
        )

    def verdict(self, cycle: str = "c1", broken: tuple[BrokenRule, ...] = ()) -> Entry:
        """What validation says of it; every broken rule that is given blocks or warns as it is."""
        usable = not any(rule.severity == "blocks" for rule in broken)
        body = Verdict(
            job=self.job, window=f"{self.job}@{cycle}", usable=usable, broken=broken, rules=70
        )
        return self.append(EntryKind.VERDICT, cycle, to_body(body))

    def forecast(self, cycle: str = "c1", *, steps: int = 10) -> Entry:
        """A load of 300 records/s for ten minutes, between 250 and 350."""
        body = {
            "forecaster": "ridge",
            "start": self.now.isoformat(),
            "grid_seconds": 60.0,
            "levels": LEVELS,
            "quantiles": [[250.0, 300.0, 350.0]] * steps,
            "trained_on_rows": 100,
        }
        return self.append(EntryKind.FORECAST, cycle, body)

    def model(self, cycle: str = "c1") -> Entry:
        """What is believed."""
        body = {
            "proven_load": 240.0,
            "capacity": {"cpu": "enforced"},
            "outage": {},
            "recovery": {},
        }
        return self.append(EntryKind.MODEL, cycle, body)

    def foreseen(self, cycle: str = "c1") -> dict[str, str]:
        """Look, verdict, forecast and models; the references of what rests on them."""
        self.look(cycle)
        told = {"verdict": self.verdict(cycle), "forecast": self.forecast(cycle)}
        told["model"] = self.model(cycle)
        named = {name: entry.id for name, entry in told.items()}
        return named | {"window": f"{self.job}@{cycle}", "spec": "s1", "code": "0.1.0"}

    def decide(
        self,
        key: str = "c1",
        *,
        references: Mapping[str, str] | None = None,
        front: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Decision:
        """To go from one slot to four, unless `changes` say otherwise."""
        decision = replace(
            Decision(
                id=f"{self.job}-{key}",
                job=self.job,
                decided_at=self.now,
                actor=HORAE,
                verb=Verb.RESCALE,
                execute=True,
                reason=Reason.PROTECT,
                sentence="The load is about to pass the capacity.",
                origin=SMALL,
                proposal=a_move(),
                guards=(
                    GuardAnswer(guard="mode", allowed=True, sentence="The mode is auto."),
                    GuardAnswer(guard="budget", allowed=True, sentence="There is no budget."),
                ),
                evidence=PROTECT,
            ),
            **changes,
        )
        self.ledger.append(decision_entry(decision, references or {}, front))
        return decision

    def hold(self, key: str = "c1", **changes: Any) -> Decision:
        """To leave it as it is, since nothing presses, unless `changes` say otherwise."""
        calm: dict[str, Any] = {
            "verb": Verb.HOLD,
            "execute": False,
            "reason": Reason.BEST_ALREADY,
            "sentence": "Nothing presses.",
            "proposal": None,
            "guards": (),
            "evidence": CALM,
        }
        return self.decide(key, **(calm | changes))

    def begin(self, decision: Decision) -> Entry:
        """Begin its action."""
        body = {
            "action_id": decision.id,
            "sentence": decision.sentence,
            "worst_case_seconds": 90.0,
        }
        return self.append(
            EntryKind.INTENTION, decision.id, body, {"decision": decision.id}, actor=HORAE
        )

    def step(
        self, decision: Decision, number: int, step: str, *, phase: str, failed: bool = False
    ) -> Entry:
        """One end of a step."""
        body = {
            "action_id": decision.id, "number": number, "step": step, "round": 0, "phase": phase,
            "failed": failed, "detail": f"{step} {phase}", "facts": {},
        }  # fmt: skip
        key = f"{decision.id}:{number}:{phase}"
        return self.append(EntryKind.STEP, key, body, {"decision": decision.id})

    def end(self, decision: Decision, **changes: Any) -> Entry:
        """End its action: down for six seconds, and in its target, unless told otherwise."""
        outcome = replace(
            Outcome(
                job=self.job,
                action_id=decision.id,
                result=OutcomeResult.DONE,
                path=RescalePath.SAVEPOINT,
                origin=decision.origin or SMALL,
                target=decision.proposal.target if decision.proposal else LARGE,
                reached=decision.proposal.target if decision.proposal else LARGE,
                outage_seconds=6.0,
                started_at=decision.decided_at,
                ended_at=self.now,
                sentence="The job runs in it.",
            ),
            **changes,
        )
        return self.append(
            EntryKind.OUTCOME, decision.id, to_body(outcome), {"decision": decision.id}
        )

    def carry_out(self, decision: Decision, **changes: Any) -> Entry:
        """Its action within 20 s, with one step."""
        self.wait(5).begin(decision)
        self.wait(1).step(decision, 1, "stop", phase="intended")
        self.wait(4).step(decision, 1, "stop", phase="result")
        self.wait(10)
        return self.end(decision, **changes)

    def append(
        self,
        kind: EntryKind,
        key: str,
        body: Mapping[str, Any],
        references: Mapping[str, str] | None = None,
        actor: str = HORAE,
    ) -> Entry:
        """Any entry, now."""
        return self.ledger.append(
            draft(
                kind,
                job=self.job,
                key=key,
                at=self.now,
                body=body,
                references=references,
                actor=actor,
            )
        )


def told(chain: Chain, key: str = "c1") -> DecisionStory:
    """The story of a decision of it."""
    return tell_decision(chain.ledger, chain.job, f"{chain.job}-{key}")


def of_size(parallelism: int) -> Configuration:
    """The small configuration at another parallelism."""
    return replace(SMALL, parallelism=parallelism)
