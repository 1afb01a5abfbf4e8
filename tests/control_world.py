"""A world for the tests of control: one job that is known, everything else as it really is."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from control_builders import GRID, LINEAGE, NOON, SMALL, a_spec, a_window, ramp
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
from horae.domain.clock import ManualClock
from horae.domain.decision import Decision
from horae.domain.job import JobDescription
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
