"""One job, one cluster, one ledger, and processes that act on it while everything goes wrong."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from chaos_faults import PERSONS, Event, Kind
from chaos_processes import ChaosProcesses
from chaos_timeline import Killed

from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.engines import fake_harm
from horae.engines.fake import FakeEngine, Fault
from horae.errors import HoraeError, Refused, Unavailable

_TWICE = 2


@dataclass
class ChaosWorld(ChaosProcesses):
    """All of it: the processes, and what goes wrong around them."""

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
