"""A ledger of many entries, as a fleet leaves it: hashes and links are right, bodies are whole.

Appending a million entries one by one takes half an hour; here the bodies follow from templates,
and whole pages of them are put in at once.
"""

import json
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from horae.control.entries import Observation, to_body
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.candidate import Candidate, Front
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, GuardAnswer, Mode, Verb
from horae.domain.figures import ErrorBudget, Figures
from horae.domain.job import JobPresence
from horae.domain.proposal import Proposal, Reason
from horae.domain.verdict import Verdict
from horae.ledger.canonical import canonical_json, time_text
from horae.ledger.hash_chain import GENESIS
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind
from horae.ledger.sql import SqlLedger
from horae.ledger.stored_entry import digest
from horae.ledger.tables import entries, heads

END = datetime(2026, 3, 31, tzinfo=UTC)
CYCLE = timedelta(minutes=1)
LONG_JOB = "job-0000"
LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
STEPS = 12
FORM = "3"
"""Of what is made here; another number makes it anew."""

ACTION_EVERY = 60
"""Cycles between two actions: one an hour."""
_STEP_NAMES = ("check", "snapshot", "stop", "provision", "start", "verify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a ledger is.

    Attributes:
        jobs: Number of jobs.
        entries: At least so many in all.
        long_cycles: Cycles of the first job.
    """

    jobs: int
    entries: int
    long_cycles: int

    def cycles(self, job: int) -> int:
        """Cycles of a job: five entries each; those of its actions come on top."""
        if job == 0:
            return self.long_cycles
        return math.ceil((self.entries / 5 - self.long_cycles) / (self.jobs - 1))


def ledger_of(size: Size) -> SqlLedger:
    """The ledger, made now or by an earlier call, without an index."""
    name = f"horae-pages-{FORM}-{size.jobs}-{size.entries}-{size.long_cycles}"
    folder = Path(tempfile.gettempdir()) / name
    file = folder / "ledger.db"
    if not file.exists():
        folder.mkdir(exist_ok=True)
        part = folder / f"{file.name}.part"
        part.unlink(missing_ok=True)
        made = open_ledger(f"sqlite:///{part}")
        for job in range(size.jobs):
            with made.database.writing() as connection:
                _fill(connection, f"job-{job:04}", size.cycles(job))
        with made.database.outside_transactions() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        made.close()
        part.rename(file)
    return open_ledger(f"sqlite:///{file}")


def _fill(connection: Connection, job: str, cycles: int) -> None:
    number, before, rows = 0, GENESIS, []
    for told in _told(job, cycles):
        number += 1
        columns = {"chain": job, "number": number, **told, "previous_hash": before}
        before = digest(columns)
        rows.append(columns | {"hash": before})
        if len(rows) == 5_000:
            connection.execute(insert(entries), rows)
            rows = []
    if rows:
        connection.execute(insert(entries), rows)
    connection.execute(insert(heads), {"chain": job, "count": number, "last_hash": before})


def _told(job: str, cycles: int) -> Iterator[dict[str, Any]]:
    """What each entry of a job tells, in order."""
    sizes = (2, 4)
    size = 0
    for cycle in range(cycles):
        at = END - (cycles - cycle) * CYCLE
        load = 700 + 500 * math.sin(2 * math.pi * at.timestamp() / 86_400)
        key = f"{at:%Y%m%dT%H%M%SZ}"
        acts = cycle % ACTION_EVERY == ACTION_EVERY - 1
        values = _values(job, key, at, load, sizes[size], sizes[1 - size])
        for kind in ("window", "verdict", "forecast", "model"):
            yield _entry(kind, f"{kind}:{key}", at, values)
        yield _entry("move" if acts else "decision", f"decision:{job}-{key}", at, values)
        if acts:
            size = 1 - size
            yield from _action(job, key, at, values)


def _action(job: str, key: str, at: datetime, values: dict[str, str]) -> Iterator[dict[str, Any]]:
    yield _entry("intention", f"intention:{job}-{key}", at, values)
    for number, step in enumerate(_STEP_NAMES, start=1):
        for phase in ("intended", "result"):
            told = values | {'"@number@"': str(number), "@step@": step, "@phase@": phase}
            yield _entry("step", f"step:{job}-{key}:{number}:{phase}", at, told)
    yield _entry("outcome", f"outcome:{job}-{key}", at + timedelta(seconds=20), values)


def _values(
    job: str, key: str, at: datetime, load: float, parallelism: int, target: int
) -> dict[str, str]:
    return {
        "@job@": job,
        "@key@": key,
        "@at@": at.isoformat().replace("+00:00", "Z"),
        "@start@": (at + CYCLE).isoformat().replace("+00:00", "Z"),
        "@ended@": (at + timedelta(seconds=20)).isoformat().replace("+00:00", "Z"),
        '"@load@"': json.dumps(round(load, 3)),
        '"@capacity@"': json.dumps(500.0 * parallelism),
        '"@low@"': json.dumps(450.0 * parallelism),
        '"@parallelism@"': str(parallelism),
        '"@target@"': str(target),
        '"@quantiles@"': json.dumps(
            [[round(load * (0.7 + level * 0.6), 3) for level in LEVELS]] * STEPS,
            separators=(",", ":"),
        ),
    }


def _entry(name: str, identity: str, at: datetime, values: dict[str, str]) -> dict[str, Any]:
    kind, body = _TEMPLATES[name]
    for token, value in values.items():
        body = body.replace(token, value)
    return {
        "kind": kind.value,
        "schema_version": 1,
        "identity": identity,
        "time": time_text(at),
        "actor": "horae",
        "references": canonical_json(
            {
                "airflow_run": f"optimise/scheduled__{values['@key@']}",
                "code": "0.1.0",
                "spec": "8a697148e3359a24",
                "window": "job@" + 64 * "0",
            }
        ),
        "body": body,
    }


def _templates() -> dict[str, tuple[EntryKind, str]]:
    """Kind and body of each entry, with tokens for what differs."""
    decision = _decision()
    bodies: dict[str, tuple[EntryKind, Any]] = {
        "window": (EntryKind.WINDOW, _look()),
        "verdict": (EntryKind.VERDICT, _verdict()),
        "forecast": (EntryKind.FORECAST, _FORECAST),
        "model": (EntryKind.MODEL, _MODEL),
        "decision": (EntryKind.DECISION, decision),
        "move": (EntryKind.DECISION, decision | _move()),
        "intention": (
            EntryKind.INTENTION,
            {"action_id": "@job@-@key@", "sentence": _SENTENCE, "worst_case_seconds": 900.0},
        ),
        "step": (EntryKind.STEP, _STEP),
        "outcome": (EntryKind.OUTCOME, _outcome()),
    }
    return {name: (kind, canonical_json(body)) for name, (kind, body) in bodies.items()}


_SENTENCE = (
    "Nothing presses: within 102 s the load stays below 680 records/s (95 %), and the present "
    "capacity is at least 928 records/s (95 %); the chance of overload is 0%, and one acts above "
    "50%. The nearest saving is parallelism 1 on 1 TaskManager (2 slots, 1 core, 768 MB each), "
    "checkpoint every 10 s: expected gain 0.0283, with 90 % certainty at least -1.75."
)
_CONFIGURATION = Configuration(
    parallelism=2, slots=2, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)
_FORECAST = {
    "forecaster": "ridge",
    "grid_seconds": 60.0,
    "levels": list(LEVELS),
    "quantiles": "@quantiles@",
    "start": "@start@",
    "trained_on_rows": 4320,
}
_MODEL = {
    "capacity": {f"figure_{number}": number / 7 for number in range(16)},
    "outage": {f"figure_{number}": number / 7 for number in range(16)},
    "recovery": {f"figure_{number}": number / 7 for number in range(5)},
    "proven_load": "@load@",
}
_STEP = {
    "action_id": "@job@-@key@",
    "number": "@number@",
    "step": "@step@",
    "round": 0,
    "phase": "@phase@",
    "failed": False,
    "detail": "It went as it was to go.",
    "facts": {},
}


def _in_configuration(body: dict[str, Any], *names: str, sign: str) -> dict[str, Any]:
    return body | {name: body[name] | {"parallelism": sign} for name in names}


def _look() -> dict[str, Any]:
    seen = Observation(
        job="@job@",
        cycle="@key@",
        presence=JobPresence.RUNNING,
        detail="job 27d45473e07c5fe1ac84c83668765703 is RUNNING",
        window="job@" + 64 * "0",
        job_id="27d45473e07c5fe1ac84c83668765703",
        version="43ca653b9158-2.3.0",
        configuration=_CONFIGURATION,
        collected_at=END,
        unavailable={},
        figures=Figures(
            span_seconds=60.0,
            load_records_per_second=1.0,
            latency_seconds=0.6,
            latency_max_seconds=0.9,
            lag_records=120.0,
            busy_ratio_max=0.71,
            cpu_cores_used=1.62,
            observed_seconds=60.0,
            broken_seconds=0.0,
            restarts=0,
            latency_limit_seconds=10.0,
            budget=ErrorBudget(share=0.01, days=30),
            money_per_hour=0.09,
            core_hour=0.04,
            gb_hour=0.005,
            cycle_seconds=60.0,
            mode=Mode.AUTO,
        ),
    )
    body = to_body(seen) | {"collected_at": "@at@"}
    body["figures"] |= {"load_records_per_second": "@load@"}
    return _in_configuration(body, "configuration", sign="@parallelism@")


def _verdict() -> dict[str, Any]:
    window = "job@" + 64 * "0"
    return to_body(Verdict(job="@job@", window=window, usable=True, broken=(), rules=70))


def _decision() -> dict[str, Any]:
    evidence = {f"figure_{number}": number / 7 for number in range(22)}
    evidence |= {"lag_limit_records": 3000.0}
    hold = Decision(
        id="@job@-@key@",
        job="@job@",
        decided_at=END,
        actor="horae",
        verb=Verb.HOLD,
        execute=False,
        reason=Reason.NOT_PROVEN,
        sentence=_SENTENCE,
        origin=_CONFIGURATION,
        evidence=evidence,
    )
    candidate = Candidate(
        configuration=_CONFIGURATION,
        money_per_hour=0.09,
        latency_risk=0.03,
        recovery_seconds=77.1,
        capacity=971.5,
    )
    front = Front(members=(candidate,) * 5, evaluated=36, peak_load=408.6)
    body = to_body(hold) | {"decided_at": "@at@", "front": to_body(front), "excluded": []}
    body |= {"fixed": {}}
    body["evidence"] |= {
        "capacity_median_records_per_second": "@capacity@",
        "capacity_p05_records_per_second": "@low@",
    }
    return _in_configuration(body, "origin", sign="@parallelism@")


def _move() -> dict[str, Any]:
    proposal = to_body(
        Proposal(
            target=_CONFIGURATION,
            path=RescalePath.IN_PLACE,
            reason=Reason.PROTECT,
            sentence=_SENTENCE,
            urgent=True,
            predicted_outage_seconds=4.5,
            predicted_catch_up_seconds=19.3,
            predicted_outage_interval=(1.2, 17.5),
            benefit_money=0.7,
        )
    )
    guard = GuardAnswer(guard="mode", allowed=True, sentence="The mode is auto.")
    return {
        "verb": "rescale",
        "execute": True,
        "reason": "protect",
        "guards": [to_body(guard)] * 16,
        "proposal": _in_configuration(proposal, "target", sign="@target@"),
    }


def _outcome() -> dict[str, Any]:
    done = Outcome(
        job="@job@",
        action_id="@job@-@key@",
        result=OutcomeResult.DONE,
        path=RescalePath.IN_PLACE,
        origin=_CONFIGURATION,
        target=_CONFIGURATION,
        reached=replace(_CONFIGURATION),
        outage_seconds=6.2,
        started_at=END,
        ended_at=END,
        sentence="The job runs in it.",
    )
    body = to_body(done) | {"started_at": "@at@", "ended_at": "@ended@"}
    moved = _in_configuration(body, "target", "reached", sign="@target@")
    return _in_configuration(moved, "origin", sign="@parallelism@")


_TEMPLATES = _templates()
