"""Processes that act on one job, on one cluster, with one ledger."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chaos_cluster import WatchedCluster
from chaos_faults import Event
from chaos_timeline import SharedClock, Timeline
from chaos_wrappers import PointedEngine, PointedLedger

from control_builders import LINEAGE, NOON, SMALL, a_decision, a_proposal, a_spec
from horae.control.act import act
from horae.control.acting import Acting
from horae.control.entries import decision_entry
from horae.control.holding import LeaseTerms
from horae.control.lost import Restarting, decide_on_loss
from horae.control.observe import Observing, observe
from horae.control.unfinished import unfinished_action
from horae.domain.action import RescalePath
from horae.domain.clock import ManualClock
from horae.domain.configuration import Configuration
from horae.engines.fake import FakeEngine, Fault
from horae.errors import HoraeError, NotReady
from horae.ledger.memory import MemoryLedger

LEASE_SECONDS = 30.0
CYCLE_SECONDS = 60.0
LONGEST = timedelta(hours=6)
ORIGIN = replace(SMALL, parallelism=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done, and in which surroundings.

    Attributes:
        path: The way.
        target: Where to.
        savepoint_seconds: What a savepoint takes.
        may_use_checkpoint: See `Rescale`.
    """

    path: RescalePath
    target: Configuration
    savepoint_seconds: float
    may_use_checkpoint: bool


@dataclass
class Windows:
    """No window is ever stored."""

    def expire(self, *_: object, **__: object) -> None:
        """Nothing."""


def _no_window(*_: object) -> Any:
    raise NotReady("nothing is measured here")


@dataclass
class ChaosProcesses:
    """The job, and whoever acts on it, up to the points at which something may happen.

    Attributes:
        order: What the first decision orders.
        plan: What is still to happen.
        happened: What has happened, when and at which point.
        crashes: Errors of processes that are no error of Horae's.
    """

    order: Order
    plan: list[Event]
    happened: list[tuple[datetime, Event, str]] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Build it; the job has run for an hour, and counts some hundred checkpoints."""
        clock = ManualClock(NOON - timedelta(hours=1))
        self.timeline = Timeline(clock, self._at_point)
        self.clock = SharedClock(self.timeline)
        self.cluster = WatchedCluster(self.clock, ORIGIN, job="ysb", maximum_task_managers=8)
        self.cluster.stale_starts, self.cluster.afresh = [], set()
        self.cluster.savepoint_seconds = self.order.savepoint_seconds
        clock.time = NOON
        self.ledger = PointedLedger(MemoryLedger(), self.timeline)
        self.spec = a_spec(
            engine={
                "restart_lost": True,
                "checkpoint_fallback": self.order.may_use_checkpoint,
                "program": {"kind": "sql", "script": str(Path(__file__))},
            }
        )
        self.halted_until = self.troubled_until = NOON
        self.lag = 0.0
        self.ended_by_person = False
        self.seen: Counter[str] = Counter()
        self._engines: list[FakeEngine] = []
        self._next_fault: Fault | None = None
        self._since = 0
        self._cycles = self._spawned = 0
        self._busy = True

    def run(self) -> None:
        """Decide and act, let everything happen, and cycle until nothing is left to do."""
        self._observe()
        self.decide("ysb-1", ORIGIN, self.order.target, self.order.path)
        self._spawn_acting("ysb-1")
        quiet = 0
        while quiet < 3 and self.timeline.clock.now() < NOON + LONGEST:
            self._busy, before = False, len(self.happened)
            if not any(one.name.startswith("cycle") for one in self.timeline.processes):
                self._spawn("cycle", self._cycle)
            self.timeline.run(self.timeline.clock.now() + timedelta(seconds=CYCLE_SECONDS))
            working = self._busy or self.timeline.processes or len(self.happened) > before
            quiet = 0 if working else quiet + 1
        self.plan.clear()
        self.timeline.run(self.timeline.clock.now() + timedelta(seconds=CYCLE_SECONDS))

    def close(self) -> None:
        """Kill what still runs."""
        self.timeline.kill_all()

    def decide(
        self, decision_id: str, origin: Configuration, target: Configuration, path: RescalePath
    ) -> None:
        """Put a decision into the ledger."""
        decision = replace(
            a_decision(decision_id),
            decided_at=self.clock.now(),
            origin=origin,
            proposal=a_proposal(target, path=path, predicted_outage_interval=(2.0, 5.0)),
        )
        self.ledger.inner.append(decision_entry(decision, {}))

    def _spawn(self, name: str, do: Callable[[], object], *, helper: bool = False) -> None:
        self._spawned += 1

        def run() -> None:
            try:
                do()
            except HoraeError as error:
                self._note(f"{name} ends with {type(error).__name__}: {error}")
            except Exception as error:
                self.crashes.append(f"{name} at {self.clock.now()}: {error!r}")
                raise

        self.timeline.spawn(f"{name} {self._spawned}", run, is_keeper=helper)

    def _spawn_acting(self, decision_id: str) -> None:
        self._spawn("actor", lambda: self._act(decision_id))

    def _acting(self) -> Acting:
        current = self.timeline.current()
        return Acting(
            spec=self.spec,
            engine=self._engine(),  # type: ignore[arg-type]
            ledger=self.ledger,  # type: ignore[arg-type]
            clock=self.clock,
            halted=self._halted,
            lineage=LINEAGE,
            lease=LeaseTerms(holder=current.name if current else "", seconds=LEASE_SECONDS),
        )

    def _act(self, decision_id: str) -> None:
        outcome = act(self._acting(), decision_id)
        self._note(f"{decision_id} {outcome.result}: {outcome.sentence}")

    def _observe(self) -> Any:
        self._cycles += 1
        return observe(
            Observing(
                spec=self.spec,
                engine=self._engine(),  # type: ignore[arg-type]
                collect=_no_window,
                windows=Windows(),  # type: ignore[arg-type]
                ledger=self.ledger,  # type: ignore[arg-type]
                clock=self.clock,
                lineage=LINEAGE,
            ),
            f"c{self._cycles}",
        )

    def _cycle(self) -> None:
        """What each cycle does: go on with what was left, or start a lost job again."""
        self._busy = True
        seen = self._observe()
        unfinished = unfinished_action(self.ledger, "ysb", self.clock.now())  # type: ignore[arg-type]
        if unfinished is not None:
            self._act(unfinished)
            return
        decision = decide_on_loss(
            Restarting.of(
                self._acting(),
                windows=Windows(),  # type: ignore[arg-type]
                halted=self._halted,
            ),
            seen,
        )
        if decision is not None:
            self._note(f"{decision.id}: {decision.sentence}")
        if decision is not None and decision.execute:
            self._act(decision.id)
            return
        in_flight = self.ledger.inner.lease_of("ysb", now=self.clock.now()) is not None
        self._busy = seen.presence is None or in_flight or self._in_trouble()

    def _rival(self) -> None:
        """Decide something else about the job as it is now, and act on it."""
        shown = self._engine().describe("ysb").configuration
        if shown is None:
            return
        decision_id = f"ysb-rival-{self._spawned}"
        other = replace(shown, parallelism=shown.parallelism % 4 + 1, vertices=())
        self.decide(decision_id, shown, other, RescalePath.SAVEPOINT)
        self._act(decision_id)

    def _engine(self) -> PointedEngine:
        inner = FakeEngine.on(self.cluster)
        inner.lag_records = self.lag
        self._engines.append(inner)
        return PointedEngine(inner, self.timeline, self._armed, self.seen)

    def _armed(self) -> Fault | None:
        fault, self._next_fault = self._next_fault, None
        return fault

    def _halted(self) -> str | None:
        return "maintenance" if self.clock.now() < self.halted_until else None

    def _in_trouble(self) -> bool:
        return self.clock.now() < max(self.troubled_until, self.cluster.away_until)

    def _note(self, text: str) -> None:
        self.log.append(f"{self.clock.now():%H:%M:%S} {text}")

    def _at_point(self, label: str) -> None:
        self._since += 1
        while self.plan and self._since > self.plan[0].gap:
            event = self.plan.pop(0)
            self._since = 0
            current = self.timeline.current()
            self.happened.append((self.clock.now(), event, label))
            self._note(
                f"{event.kind} ({event.seconds:g}) at {label} of {current and current.name}"
            )
            self._happen(event)

    def _happen(self, event: Event) -> None:
        """Let it come about."""
        raise NotImplementedError
