"""Where Horae works in the chaos suite, as values that travel between processes."""

from dataclasses import dataclass
from pathlib import Path

from horae.control import adapters
from horae.control.acting import Acting
from horae.control.entries import Observation, draft, to_body
from horae.control.kill_switch import file_switch
from horae.control.loss import Restarting
from horae.control.surroundings import Surroundings
from horae.domain.clock import SystemClock
from horae.domain.job import JobPresence
from horae.domain.verdict import Verdict
from horae.ledger.records import EntryKind
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment

LEASE_SECONDS = 3.0
"""Short, so that the next process need not wait long for the one that was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One job's surroundings.

    Attributes:
        home: Horae's folder, with `connections.json` and `jobs`.
        ledger_url: The ledger.
        job: The job's name.
    """

    home: Path
    ledger_url: str
    job: str

    def surroundings(self) -> Surroundings:
        """What the library is told of it."""
        return Surroundings(
            environment=Environment(
                home=self.home,
                ledger_url=self.ledger_url,
                jobs_folder=self.home / "jobs",
                windows_url=str(self.home / "windows"),
                lease_seconds=LEASE_SECONDS,
            ),
            flink=lambda connection: resolve_flink(connection, {}, self.home),
            kafka=lambda connection: resolve_kafka(connection, {}, self.home),
            halted=lambda job: file_switch(self.home, job),
            clock=SystemClock(),
        )


def record_look(parts: Acting) -> Observation:
    """Look at the job and record it, as `observe` does, without measuring anything.

    Where the job runs, the look counts as usable, as the window of a minute would: a job that runs
    again is known to have come back.

    Raises:
        ExternalError: The engine does not answer.
    """
    seen = parts.engine.describe(parts.spec.engine_job_name)
    now = parts.clock.now()
    runs = seen.presence is JobPresence.RUNNING
    look = Observation(
        job=parts.spec.name,
        cycle=f"look-{now:%Y%m%dT%H%M%S%f}",
        presence=seen.presence,
        detail=seen.detail,
        window=None,
        job_id=seen.job_id if runs else None,
        version=seen.version.id if seen.version else None,
        configuration=seen.configuration,
        collected_at=now,
        unavailable={},
    )
    told = [(EntryKind.WINDOW, to_body(look))]
    if runs:
        verdict = Verdict(job=look.job, window=look.cycle, usable=True, broken=(), rules=0)
        told.append((EntryKind.VERDICT, to_body(verdict)))
    for kind, body in told:
        parts.ledger.append(
            draft(kind, job=look.job, key=look.cycle, at=now, body=body, references=parts.lineage)
        )
    return look


def restarting(place: Place, parts: Acting) -> Restarting:
    """What deciding about a lost job needs."""
    return Restarting.of(
        parts, windows=adapters.window_store(place.surroundings()), halted=parts.halted
    )
