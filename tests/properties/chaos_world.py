"""One job, one cluster, one ledger, and processes that act on it while everything goes wrong."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chaos_faults import PERSONS, Event, Kind
from chaos_timeline import Killed, SharedClock, Timeline
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
from horae.domain.job import JobPresence
from horae.engines import fake_harm
from horae.engines.engine import Snapshot
from horae.engines.fake import FakeCluster, FakeEngine, Fault, Incarnation
from horae.engines.fake_output import Output
from horae.errors import HoraeError, NotReady, Refused, Unavailable
from horae.ledger.memory import MemoryLedger

LEASE_SECONDS = 30.0
CYCLE_SECONDS = 60.0
LONGEST = timedelta(hours=6)
_TWICE = 2
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


class WatchedCluster(FakeCluster):
    """A cluster that notes each start from a state that is not the newest.

    Whoever starts the job without state wants everything counted again: from its first state on,
    that incarnation's results replace those before it, and no state before it may be used.

    Attributes:
        stale_starts: What was noted.
        afresh: Ids of the incarnations that a person has started without state.
    """

    stale_starts: list[str]
    afresh: set[str]

    def submit(self, configuration: Configuration, job_id: str, location: str | None) -> None:
        """See FakeCluster."""
        life = self._present_life()
        newest = max((one.position for one in life), default=0)
        state = self.storage.states.get(location)
        super().submit(configuration, job_id, location)
        if job_id in self.afresh:
            return
        of_this_life = state is not None and state.job_id in {one.job_id for one in life}
        if self.incarnations[-1].position < newest or not of_this_life:
            self.stale_starts.append(f"{job_id} from {location}")

    def _present_life(self) -> list[Incarnation]:
        """Incarnations since the last one that began without state and has completed some."""
        begun = [
            number
            for number, one in enumerate(self.incarnations)
            if one.restored is None and one.completed
        ]
        return self.incarnations[begun[-1] if begun else 0 :]

    def _store(self, one: Incarnation, location: str, *, stopped: bool = False) -> Snapshot:
        if one.job_id in self.afresh and not one.completed:
            self.storage.output = Output()
        return super()._store(one, location, stopped=stopped)


@dataclass
class Windows:
    """No window is ever stored."""

    def expire(self, *_: object, **__: object) -> None:
        """Nothing."""


def _no_window(*_: object) -> Any:
    raise NotReady("nothing is measured here")


@dataclass
class ChaosWorld:
    """All of it.

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

    # --- processes -----------------------------------------------------------------------------

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

    # --- what happens --------------------------------------------------------------------------

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
        {
            Kind.DIES: self._die,
            Kind.IS_TERMINATED: self._terminate,
            Kind.PAUSES: lambda one: self.timeline.pause(one.seconds),
            Kind.NO_ANSWER: lambda _: self._arm(Fault(Unavailable("no answer"))),
            Kind.LOST_REPLY: lambda _: self._arm(Fault(Unavailable("lost"), done_first=True)),
            Kind.LATE: lambda one: self._arm(Fault(None, late_seconds=min(one.seconds, 25.0))),
            Kind.SAYS_NO: lambda _: self._arm(Fault(Refused("told to refuse"))),
            Kind.JOB_MANAGER: lambda one: self._kill_job_manager(one, False),
            Kind.JOB_MANAGER_HA: lambda one: self._kill_job_manager(one, True),
            Kind.TASK_MANAGER: self._kill_task_manager,
            Kind.STORAGE: self._break_storage,
            Kind.LEDGER: self._take_ledger_away,
            Kind.LEDGER_REPLY: self._lose_ledger_reply,
            Kind.SAME_AGAIN: lambda _: self._spawn_acting("ysb-1"),
            Kind.RIVAL: lambda _: self._spawn("rival", self._rival),
            Kind.CANCELS: self._cancel_by_person,
            Kind.RESIZES: self._resize_by_person,
            Kind.RESTARTS: self._restart_by_person,
            Kind.STARTS_AFRESH: self._start_afresh_by_person,
            Kind.HALTS: self._halt,
            Kind.UNFIT: self._make_unfit,
            Kind.FEWER: self._give_fewer,
            Kind.LAGS: self._let_lag,
            Kind.FAILS: lambda _: fake_harm.fail_job(self.cluster),
        }[event.kind](event)

    def _arm(self, fault: Fault) -> None:
        self._next_fault = fault

    def _die(self, event: Event) -> None:
        current = self.timeline.current()
        if current is not None:
            current.killed = True
        raise Killed

    def _terminate(self, event: Event) -> None:
        raise Killed

    def _trouble_for(self, seconds: float) -> None:
        """Do not think it quiet before then."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.troubled_until = max(self.troubled_until, until)

    def _for_a_while(self, seconds: float, end: Callable[[], object]) -> None:
        self._trouble_for(seconds)

        def wait() -> None:
            self.timeline.sleep(seconds)
            end()

        self._spawn("trouble", wait, helper=True)

    def _kill_job_manager(self, event: Event, kept: bool) -> None:
        fake_harm.kill_job_manager(
            self.cluster, high_availability=kept, away_seconds=min(event.seconds, 80.0)
        )

    def _kill_task_manager(self, event: Event) -> None:
        fake_harm.kill_task_manager(self.cluster, back_after_seconds=event.seconds)
        self._trouble_for(event.seconds)

    def _break_storage(self, event: Event) -> None:
        fake_harm.break_storage(self.cluster)
        self._for_a_while(
            event.seconds, lambda: fake_harm.break_storage(self.cluster, broken=False)
        )

    def _take_ledger_away(self, event: Event) -> None:
        self._trouble_for(event.seconds)
        self.ledger.away_until = self.clock.now() + timedelta(seconds=event.seconds)

    def _lose_ledger_reply(self, event: Event) -> None:
        self.ledger.loses_next_reply = True

    def _by_person(self, do: Callable[[], bool]) -> None:
        """Let a person do something as soon as there is a JobManager to do it with."""

        def act_on_it() -> None:
            while (away := self.cluster.away_until - self.clock.now()) > timedelta(0):
                self.timeline.sleep(away.total_seconds())
            self.ended_by_person = do()

        if self.clock.now() < self.cluster.away_until:
            self._spawn("person", act_on_it, helper=True)
        else:
            self.ended_by_person = do()

    def _cancel_by_person(self, event: Event) -> None:
        def cancel() -> bool:
            fake_harm.person_cancels(self.cluster)
            return True

        self._by_person(cancel)

    def _resize_by_person(self, event: Event) -> None:
        def resize() -> bool:
            fake_harm.person_resizes(self.cluster, event.amount + 1)
            return self.ended_by_person

        self._by_person(resize)

    def _restart_by_person(self, event: Event) -> None:
        name = f"person-{self.timeline.points}"
        self._by_person(lambda: fake_harm.person_restarts(self.cluster, name) is None)

    def _start_afresh_by_person(self, event: Event) -> None:
        name = f"person-{self.timeline.points}"
        self.cluster.afresh.add(name)

        def start() -> bool:
            fake_harm.person_starts_afresh(self.cluster, name)
            return False

        self._by_person(start)

    def _halt(self, event: Event) -> None:
        self._trouble_for(event.seconds)
        self.halted_until = self.clock.now() + timedelta(seconds=event.seconds)

    def _make_unfit(self, event: Event) -> None:
        self.cluster.unfit.add(self.order.target)

        def mend() -> None:
            self.cluster.unfit.clear()
            self.cluster.catch_up()
            self.cluster.fit_to_slots()

        self._for_a_while(event.seconds, mend)

    def _give_fewer(self, event: Event) -> None:
        self.cluster.reachable_parallelism = 1 + event.amount // 2

        def mend() -> None:
            self.cluster.reachable_parallelism = 128
            self.cluster.catch_up()
            self.cluster.fit_to_slots()

        self._for_a_while(400.0, mend)

    def _let_lag(self, event: Event) -> None:
        self._set_lag(5_000.0)
        self._for_a_while(400.0, lambda: self._set_lag(0.0))

    def _set_lag(self, records: float) -> None:
        self.lag = records
        for engine in self._engines:
            engine.lag_records = records

    # --- what is seen --------------------------------------------------------------------------

    def unseen_by_horae(self) -> bool:
        """Whether a person started a job that was glimpsed once at most as long as it lived.

        Nobody can know of its state then, so that it cannot be gone on from: whoever glimpsed it
        may have died, or lost it again, before anything could be recorded.
        """
        return any(
            one.job_id.startswith("person") and one.completed and self.seen[one.job_id] < _TWICE
            for one in self.cluster.incarnations
        )

    @property
    def kinds(self) -> set[Kind]:
        """What has happened."""
        return {event.kind for _, event, _ in self.happened}

    @property
    def persons(self) -> set[Kind]:
        """What persons did."""
        return self.kinds & PERSONS

    def running(self) -> Configuration | None:
        """What the one live incarnation runs in; None: none, or two, or not yet."""
        with suppress(HoraeError):
            shown = FakeEngine.on(self.cluster).describe("ysb")
            if shown.presence is JobPresence.RUNNING:
                return shown.configuration
        return None
