"""Chains for the tests of what is told from the ledger: looks with figures, decisions, actions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from control_builders import NOON, SMALL, VERSION, a_decision, an_outcome, at
from horae.control.entries import Observation, decision_entry, draft, to_body
from horae.domain.action import Outcome
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, Mode, Verb
from horae.domain.figures import ErrorBudget, Figures
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryKind
from horae.ledger.sql import SqlLedger
from horae.story.fleet import fleet_row
from horae.story.fleet_row import FleetRow

FIGURES = Figures(
    span_seconds=60.0,
    load_records_per_second=100.0,
    latency_seconds=1.0,
    latency_max_seconds=2.0,
    lag_records=50.0,
    busy_ratio_max=0.4,
    cpu_cores_used=0.5,
    observed_seconds=60.0,
    broken_seconds=0.0,
    restarts=0,
    latency_limit_seconds=10.0,
    budget=ErrorBudget(share=0.01, days=30),
    money_per_hour=2.0,
    core_hour=2.0,
    gb_hour=0.0,
    cycle_seconds=60.0,
    mode=Mode.AUTO,
)
"""A quiet minute, at a price of 2 for a core: the small configuration has one."""

NOTHING_NEW: Mapping[str, None] = dict.fromkeys(
    (
        "span_seconds",
        "load_records_per_second",
        "latency_seconds",
        "latency_max_seconds",
        "lag_records",
        "busy_ratio_max",
        "cpu_cores_used",
        "observed_seconds",
        "broken_seconds",
        "restarts",
    )
)
"""Figures of a look that measured nothing."""


def minute(number: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=number)


@dataclass
class Book:
    """The chain of one job, written by hand."""

    ledger: SqlLedger
    job: str = "ysb"

    @classmethod
    def in_folder(cls, folder: Path, job: str = "ysb") -> "Book":
        """In a new ledger."""
        return cls(open_ledger(f"sqlite:///{folder / 'ledger.db'}"), job)

    def put(self, kind: EntryKind, key: str, at: datetime, body: Any, **more: Any) -> Entry:
        """Any entry."""
        return self.ledger.append(draft(kind, job=self.job, key=key, at=at, body=body, **more))

    def look(
        self,
        at_minute: float,
        *,
        configuration: Configuration | None = SMALL,
        presence: JobPresence | None = JobPresence.RUNNING,
        cycle: str | None = None,
        figures: Figures | None = FIGURES,
        **changed: Any,
    ) -> Entry:
        """A look, at a minute after noon; `changed` are figures that differ."""
        cycle = cycle or f"c{at_minute:g}"
        seen = Observation(
            job=self.job,
            cycle=cycle,
            presence=presence,
            detail=f"as the test wants it: {presence}",
            window=None,
            job_id="first",
            version=VERSION.id,
            configuration=configuration if presence is JobPresence.RUNNING else None,
            collected_at=minute(at_minute),
            unavailable={},
            figures=figures and replace(figures, **changed),
        )
        return self.put(EntryKind.WINDOW, cycle, minute(at_minute), to_body(seen))

    def decide(self, decision: Decision, **references: str) -> Entry:
        """A decision."""
        return self.ledger.append(decision_entry(replace(decision, job=self.job), references))

    def hold(
        self, at_minute: float, reason: Reason = Reason.BEST_ALREADY, **changes: Any
    ) -> Entry:
        """A decision to do nothing, at a minute after noon."""
        decision = a_decision(
            f"{self.job}-c{at_minute:g}",
            decided_at=minute(at_minute),
            verb=Verb.HOLD,
            execute=False,
            reason=reason,
            sentence="Nothing presses.",
            proposal=None,
        )
        return self.decide(replace(decision, **changes))

    def decide_in(self, run: str, at_minute: float) -> Entry:
        """A decision to do nothing, made by a run of Airflow."""
        decision = a_decision(
            f"{self.job}-c{at_minute:g}",
            decided_at=minute(at_minute),
            verb=Verb.HOLD,
            execute=False,
            sentence="Nothing presses.",
            proposal=None,
        )
        return self.decide(decision, airflow_run=run)

    def act(
        self, at_minute: float, target: Configuration | None = None, **outcome: Any
    ) -> Outcome:
        """A decision to rescale, its action, and ten seconds later its outcome."""
        began, ended = minute(at_minute), minute(at_minute) + timedelta(seconds=10)
        target = target or at(2)
        name = f"{self.job}-move-{at_minute:g}"
        decision = a_decision(name, decided_at=began)
        assert decision.proposal is not None
        told = {"predicted_outage_interval": (1.0, 5.0), "predicted_catch_up_seconds": 30.0}
        proposal = replace(decision.proposal, target=target, **told)
        self.decide(replace(decision, proposal=proposal))
        self.put(EntryKind.INTENTION, name, began, {"action_id": name, "sentence": "It begins."})
        came = replace(
            an_outcome(name, target=target, reached=target, started_at=began, ended_at=ended),
            **outcome,
        )
        self.put(EntryKind.OUTCOME, name, ended, to_body(came))
        return came


def row(book: Book, at_minute: float = 100) -> FleetRow:
    """The job's row, so many minutes after noon."""
    found = fleet_row(book.ledger, book.job, now=minute(at_minute))
    assert found is not None
    return found
