"""The demo's acts: play the story, settle the account, tell what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import psutil

from horae.control.surroundings import Surroundings
from horae.demo import promises, records
from horae.demo.airflow_client import AirflowClient
from horae.demo.report import Report
from horae.demo.scenario import JOB
from horae.demo.screen import Scene, Screen
from horae.demo.stage import DAGS, Stage
from horae.demo.tally import tally
from horae.demo.watch import Glance, Watcher
from horae.domain.decision import Decision
from horae.errors import LocalStackError
from horae.ledger.ledger import Ledger
from horae.local.account import Account, AccountBooks, settle
from horae.local.stack_status import memory_of
from horae.local.waiting import wait_until
from horae.settings.job_spec import JobSpec

GLANCE_SECONDS = 2.0
MEMORY_EVERY = timedelta(seconds=30)
DRAIN_SECONDS = 60.0
"""Longest wait for the backlog that the story leaves behind."""
REST_SECONDS = 120.0
"""Longest wait for the last cycle and its action: 30 s, 10 s and 20 s on an idle machine."""
SCHEDULER_TURN_SECONDS = 3.0


@dataclass(slots=True)
class Demo:
    """One run.

    Attributes:
        stage: What runs.
        place: Connections and clock for reading the job.
        ledger: Where the DAGs record.
        watcher: Who looks at the job.
        spec: The job's spec.
        screen: Who shows it.
    """

    stage: Stage
    place: Surroundings
    ledger: Ledger
    watcher: Watcher
    spec: JobSpec
    screen: Screen
    glances: list[Glance] = field(default_factory=list)
    memory_gb: list[float] = field(default_factory=list)
    _memory_at: datetime | None = None
    _load_ended_at: datetime | None = None

    def play(self) -> None:
        """Let the story run to its end, looking at it all the while."""
        self.stage.play()
        with self.screen.lit():
            while not self._ended():
                self._look()
                self.place.clock.wait(GLANCE_SECONDS)

    def settle(self) -> Account:
        """Let Horae rest, then settle the exactly-once account."""
        self._let_horae_rest()
        job = self.stage.job
        books = AccountBooks(
            bootstrap=self.stage.stack.broker.address,
            input_topic=job.input_topic,
            output_topic=job.output_topic,
            campaigns=job.campaigns,
            window_seconds=job.window_seconds,
        )
        seen = self.watcher.engine.describe(JOB)
        late = self.stage.stack.late_records(seen.job_id) if seen.job_id else None
        return settle(books, clock=self.place.clock, late=late)

    def report(self, account: Account) -> Report:
        """What came of it."""
        began = self.stage.started
        actions = records.actions(self.ledger, JOB, since=began)
        decided = records.decisions(self.ledger, JOB, since=began)
        scenario, limit = self.stage.scenario, self.spec.limits.processing_latency_seconds
        static = scenario.static_for_peak()
        triggered = records.triggered_by_optimise(self.stage.client)
        return Report(
            promises=(
                promises.scaled_out_and_in(actions),
                promises.every_action_from_optimise(actions, triggered),
                records.nobody_else_acted(self.ledger, JOB, since=began),
                promises.both_paths(actions),
                promises.task_managers_came_and_went(self.glances),
                promises.few_actions(actions),
                promises.no_return(actions),
                records.account_balances(account),
                records.ledger_verifies(self.ledger),
            ),
            actions=actions,
            decisions=decided,
            tally=tally(
                self.glances, limit_seconds=limit, prices=self.spec.prices.prices(), static=static
            ),
            limit_seconds=limit,
            static=static,
            account=account,
            first_decision_seconds=self._first_decision(decided),
            reaction_seconds=records.reactions(self.glances, actions, scenario),
            most_memory_gb=max(self.memory_gb, default=None),
        )

    def _look(self) -> None:
        glance = self.watcher.glance()
        self.glances.append(glance)
        self._weigh(glance.at)
        self.screen.show(
            Scene(
                glance=glance,
                progress=self.stage.progress(),
                decision=records.newest_decision(self.ledger, JOB),
                next_cycle=glance.at.replace(second=0, microsecond=0) + timedelta(minutes=1),
            )
        )

    def _weigh(self, at: datetime) -> None:
        if self._memory_at is not None and at - self._memory_at < MEMORY_EVERY:
            return
        self._memory_at = at
        processes = self.stage.stack.processes
        families = [processes.family(name) for name in processes.running()]
        parts = [memory_of(family) for family in [*families, [psutil.Process()]]]
        if all(part is not None for part in parts):
            self.memory_gb.append(sum(part or 0.0 for part in parts) / 1024)

    def _ended(self) -> bool:
        progress = self.stage.progress()
        if progress is None or progress.state == "running":
            self.stage.require_load()
            return False
        if progress.state == "failed":
            raise LocalStackError(f"the load generator failed: {progress.failed} records refused")
        now = self.place.clock.now()
        self._load_ended_at = self._load_ended_at or now
        lag = self.glances[-1].lag if self.glances else None
        return lag == 0 or now - self._load_ended_at > timedelta(seconds=DRAIN_SECONDS)

    def _let_horae_rest(self) -> None:
        """Let what has begun come to its end, an action included, and begin nothing new."""
        client = self.stage.client
        for dag in ("observe", "retrain"):
            wait_until(
                partial(self._paused_between_runs, client, dag),
                f"a pause between two runs of {dag}",
                clock=self.place.clock,
                seconds=REST_SECONDS,
            )
        wait_until(
            lambda: not self._at_work(client) and self._still_at_rest(client),
            "an end of all DAG runs",
            clock=self.place.clock,
            seconds=REST_SECONDS,
        )

    def _paused_between_runs(self, client: AirflowClient, dag: str) -> bool:
        """Pausing a DAG in the middle of a run would leave that run half done for ever."""
        if self._at_work(client, (dag,)):
            return False
        client.pause(dag, paused=True)
        if not self._at_work(client, (dag,)):
            return True
        client.pause(dag, paused=False)
        return False

    def _at_work(self, client: AirflowClient, dags: Sequence[str] = DAGS) -> bool:
        runs = [run for dag in dags for run in client.runs(dag)]
        return any(run["state"] in ("queued", "running") for run in runs)

    def _still_at_rest(self, client: AirflowClient) -> bool:
        """A run that ended may have started another, which shows a scheduler's turn later."""
        self.place.clock.wait(SCHEDULER_TURN_SECONDS)
        return not self._at_work(client)

    def _first_decision(self, decided: Sequence[Decision]) -> float | None:
        if not decided:
            return None
        return (decided[0].decided_at - self.stage.started).total_seconds()
