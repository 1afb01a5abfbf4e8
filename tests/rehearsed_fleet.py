"""A fleet to look at: real cycles over simulated jobs, in a ledger that ends now.

Nothing on the pages is made up: every entry is one that the stages wrote in a rehearsal, at the
time at which it says that it was written.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from horae.domain.clock import SystemClock
from horae.ledger.ledger import Ledger
from horae.ledger.memory import MemoryLedger
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryDraft, EntryKind
from horae.settings.job_spec import JobSpec
from horae.simulation.backtest.attendance import attend
from horae.simulation.backtest.backtest import look_after
from horae.simulation.backtest.contenders import contender
from horae.simulation.backtest.job_spec_of import Terms, job_spec_of
from horae.simulation.cluster.simulated_job import EndOfTrace, SimulatedJob
from horae.simulation.job.job_model import Start
from horae.simulation.job.models_folder import load_model
from horae.simulation.load.traces import Trace
from horae.simulation.world.worlds import WORLDS
from horae.story.index.keeping import bring_all_up_to_date

CLOCK = SystemClock()
SEASON = 21_600
"""Seconds of a day of these jobs, as in the experiments that their model comes from."""
RISE = 600
"""Seconds before now at which a load begins to rise; it is at its highest after half of them."""
LAST_CYCLE = 40
"""Seconds before now at which the last cycle is due, so that it is over by now."""
FRESH = 1_800
"""Seconds for which a decision may be asked about: an Airflow that starts is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One job of the fleet.

    Attributes:
        name: Its name.
        mode: Mode of its spec.
        mean: Records/s of its load, in the mean.
        policy: Who looks after it.
        hours: For how long it has been looked after.
        parallelism: What it is started in, in the model's shape.
        start: What it is started in; None: as `parallelism` says.
        job_name: Its name in the cluster; None: its own.
        grows: Factor by which its load rises shortly before now.
        seed: Of its chances.
        time: Settings of its clockwork that are its own.
        search: Values of the axes that may be chosen; empty: the model's.
    """

    name: str
    mode: str
    mean: float
    policy: str = "planner"
    hours: float = 0.4
    parallelism: int = 24
    start: Start | None = None
    job_name: str | None = None
    grows: float = 1.0
    seed: int = 1
    time: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def load(self, seconds: int) -> np.ndarray:
        """Records/s of each second until now: a season, noise, and the rise at the end.

        It depends on how long ago a second is, never on the time of day.
        """
        ago = np.arange(seconds, 0, -1)
        noise = np.random.default_rng(self.seed).standard_normal(seconds)[::-1]
        season = np.cos(2 * np.pi * (ago + 1_500 * self.seed) / SEASON)
        rise = np.interp(-ago, [-RISE, -RISE / 2], [1.0, self.grows])
        return np.asarray(self.mean * (1 + 0.45 * season) * (1 + 0.03 * noise) * rise)


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedFleet:
    """Jobs with their specs, and the ledger of how they fared.

    Attributes:
        folder: Where both are kept.
        members: The jobs.
        takes_seconds: How long rehearsing takes. It ends that long after it begins, for all jobs
            alike, so that all were looked at just now.
        connections: Names of the connections that their specs name: Flink's and Kafka's.
    """

    folder: Path
    members: tuple[Member, ...]
    takes_seconds: float = 0.0
    connections: tuple[str, str] = ("flink", "kafka")

    @property
    def ledger_url(self) -> str:
        """Of the ledger."""
        return f"sqlite:///{self.folder / 'ledger.db'}"

    @property
    def jobs(self) -> Path:
        """The folder of specs."""
        return self.folder / "jobs"

    def write_specs(self) -> None:
        """Write the specs, as Airflow's tasks read them."""
        self.jobs.mkdir()
        now = CLOCK.now()
        for member in self.members:
            spec, _ = self._prepared(member, now)
            said = spec.model_dump(mode="json", exclude_unset=True)
            said["engine"] = {"connection": self.connections[0]}
            if member.job_name is not None:
                said["engine"]["job_name"] = member.job_name
            said["kafka"]["connection"] = self.connections[1]
            path = self.jobs / f"{member.name}.yaml"
            path.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")

    def rehearse(self) -> None:
        """Look after every job until now, and keep what came of it in the ledger."""
        until = CLOCK.now() + timedelta(seconds=self.takes_seconds)
        ledger = open_ledger(self.ledger_url)
        try:
            for member in self.members:
                for draft in _drafts(self._looked_after(member, until)):
                    ledger.append(draft)
            CLOCK.wait((until - CLOCK.now()).total_seconds())
            bring_all_up_to_date(ledger)
        finally:
            ledger.close()

    def _prepared(self, member: Member, now: datetime) -> tuple[JobSpec, SimulatedJob]:
        begin = datetime.combine(now.date() - timedelta(days=1), time(), UTC)
        seconds = round((now - begin).total_seconds())
        watched = round(member.hours * 3_600) // 60 * 60 + LAST_CYCLE
        trace = Trace(
            name="rehearsed",
            load=member.load(seconds),
            season_seconds=float(SEASON),
            history_seconds=seconds - watched,
        )
        model = load_model("tsw").model_copy(update={"name": member.name})
        as_ever = model.start.model_copy(update={"parallelism": member.parallelism})
        start = member.start or as_ever
        if member.search:
            model = model.model_copy(update={"search": dict(member.search)})
        model = model.model_copy(update={"start": start})
        made = job_spec_of(model, trace, contender(member.policy), Terms())
        said = made.model_dump(mode="json", exclude_unset=True)
        said["mode"] = member.mode
        said["time"] |= {"stale_seconds": FRESH, "sampling_seconds": 2} | member.time
        job = SimulatedJob(model, WORLDS["published"], trace, seed=member.seed, start_at=begin)
        job.clock.wait(trace.history_seconds)
        return JobSpec.model_validate(said), job

    def _looked_after(self, member: Member, now: datetime) -> MemoryLedger:
        spec, job = self._prepared(member, now)
        attended = attend(job, spec, delay_seconds=10)
        with suppress(EndOfTrace):
            look_after(attended, lambda _: None, end=now)
        return attended.ledger


def _drafts(ledger: Ledger) -> Iterator[EntryDraft]:
    for chain in ledger.heads():
        for entry in ledger.read(chain):
            yield EntryDraft(
                chain=entry.chain,
                kind=entry.kind,
                schema_version=entry.schema_version,
                identity=entry.identity,
                time=entry.time,
                actor=entry.actor,
                references=entry.references,
                body=entry.body,
            )


def to_be_approved(ledger: Ledger, job: str) -> str:
    """Id of the newest decision about a job that a person is to be asked about.

    Raises:
        AssertionError: There is none.
    """
    for entry in ledger.read(job, kinds=[EntryKind.DECISION], newest_first=True):
        if entry.body["approval"]:
            return str(entry.body["id"])
    raise AssertionError(f"no decision about {job} waits for approval")
