"""Notifiers, deadlines and what-if on the real Airflow, while Flink and Kafka are away."""

import json
import secrets
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from control_builders import a_decision, an_outcome
from deadlines import wait_for
from horae.control.entries import decision_entry, draft, to_body
from horae.control.supposition import what_if_id
from horae.demo.airflow_client import AirflowClient
from horae.demo.airflow_settings import ADMIN, PROJECT, AirflowPorts, AirflowSettings
from horae.domain.action import OutcomeResult
from horae.domain.clock import SystemClock
from horae.domain.decision import Verb
from horae.domain.proposal import Reason
from horae.errors import Unavailable
from horae.ledger.ledger import Ledger
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind
from horae.local.ports import free_ports
from horae.local.processes import Processes
from receiver import Receiver, receiving

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(1_200)]

JOB = "ysb"
OVERDUE_SECONDS = 20
SPEC = """\
name: ysb
kafka: {topics: [events]}
limits: {processing_latency_seconds: 10}
"""
WEBHOOK = "horae_airflow.webhook.WebhookNotifier"


@dataclass
class Place:
    """An Airflow, its ledger, and who listens."""

    client: AirflowClient
    ledger: Ledger
    database: Path
    receiver: Receiver


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Airflow with one job, of which Flink and Kafka are away."""
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / f"{JOB}.yaml").write_text(SPEC)
    database = tmp_path / "ledger.db"
    ledger = open_ledger(f"sqlite:///{database}")
    processes = Processes(tmp_path / "run", SystemClock())
    with receiving() as receiver:
        settings = an_airflow(tmp_path, receiver)
        settings.write()
        client = AirflowClient(settings.url, ADMIN, settings.password)
        processes.start(
            "airflow",
            [str(Path(sys.executable).parent / "airflow"), "standalone"],
            log=tmp_path / "airflow.log",
            env=settings.environment(),
            cwd=PROJECT,
        )
        try:
            wait_for(client.healthy, "Airflow", seconds=240)
            wait_for(lambda: "notify" in client.dags(), "the DAGs", seconds=120)
            yield Place(client=client, ledger=ledger, database=database, receiver=receiver)
        finally:
            client.close()
            ledger.close()
            processes.stop_all()


def an_airflow(folder: Path, receiver: Receiver) -> AirflowSettings:
    """Its settings: one notifier hears of everything; another one, of `acted`, cannot be told."""
    web, workers, triggers, nobody = free_ports(4)
    everything = ["needs_approval", "acted", "rolled_back", "blind", "ledger_broken", "overdue"]
    rules = [
        {"on": everything, "notifier": WEBHOOK, "arguments": {"connection": "receiver"}},
        {"on": ["acted"], "notifier": WEBHOOK, "arguments": {"connection": "missing"}},
    ]
    return AirflowSettings(
        home=folder / "airflow",
        ports=AirflowPorts(web=web, worker_logs=workers, trigger_logs=triggers),
        password=secrets.token_urlsafe(9),
        connections={
            "flink_default": {"conn_type": "flink", "host": "127.0.0.1", "port": nobody},
            "kafka_default": {
                "conn_type": "kafka",
                "extra": {"bootstrap.servers": f"127.0.0.1:{nobody}"},
            },
            "receiver": {"conn_type": "http", "host": receiver.address},
        },
        horae={
            "HORAE_HOME": str(folder),
            "HORAE_JOBS": str(folder / "jobs"),
            "HORAE_LEDGER": f"sqlite:///{folder / 'ledger.db'}",
            "HORAE_OBSERVE_SCHEDULE": "@yearly",
            "HORAE_NOTIFY": json.dumps(rules),
            "HORAE_RESCALE_DEADLINE_SECONDS": str(OVERDUE_SECONDS),
        },
    )


def run(place: Place, dag: str, **conf: Any) -> str:
    """Trigger a run and wait for its end; its id."""
    name = place.client.trigger(dag, conf)
    wait_for(lambda: state(place, dag, name) in ("success", "failed"), f"{dag}", seconds=240)
    return name


def state(place: Place, dag: str, name: str) -> str | None:
    """Of a run; None: Airflow is too busy to tell."""
    try:
        return str(place.client.run(dag, name)["state"])
    except Unavailable:
        return None


def test_people_are_told_and_may_ask(place: Place) -> None:
    """Each kind of event that can be had here reaches the receiver through Airflow itself."""
    for dag in ("notify", "observe", "audit", "what_if"):
        place.client.pause(dag, paused=False)
    overdue = place.client.trigger("rescale", {"job": JOB})  # its DAG is paused: it waits
    a_trial_reaches_the_receiver(place)
    a_notifier_that_fails_keeps_no_other_from_hearing(place)
    a_blind_job_is_told_once(place)
    a_run_that_does_not_end_is_told(place, overdue)
    place.client.pause("rescale", paused=False)
    an_ended_action_is_told(place, OutcomeResult.DONE, "acted", run_ends="success")
    an_ended_action_is_told(place, OutcomeResult.ROLLED_BACK, "rolled_back", run_ends="failed")
    a_broken_ledger_is_told(place)
    a_person_asks_what_if(place)


def a_trial_reaches_the_receiver(place: Place) -> None:
    """As the form has it; the run is green."""
    name = run(place, "notify", event="rolled_back", job=JOB, sentence="Only a trial.")
    assert state(place, "notify", name) == "success"
    (told,) = place.receiver.events("rolled_back")
    assert (told["job"], told["sentence"], told["decision"]) == (JOB, "Only a trial.", None)


def a_notifier_that_fails_keeps_no_other_from_hearing(place: Place) -> None:
    """The one without its connection; the trial says so by its colour."""
    name = run(place, "notify", event="acted", job=JOB, sentence="Only a trial.")
    assert state(place, "notify", name) == "failed"
    assert len(place.receiver.events("acted")) == 1


def a_blind_job_is_told_once(place: Place) -> None:
    """Decided two hours ago, and Flink is away since; two looks, one message, one note of it."""
    long_ago = a_decision(
        "ysb-old",
        decided_at=datetime.now(UTC) - timedelta(hours=2),
        verb=Verb.HOLD,
        execute=False,
        reason=Reason.BEST_ALREADY,
        proposal=None,
    )
    place.ledger.append(decision_entry(long_ago, {}))
    for _ in range(2):
        run(place, "observe")
    wait_for(lambda: bool(place.receiver.events("blind")), "the message", seconds=60)
    (told,) = place.receiver.events("blind")
    assert told["job"] == JOB
    assert "nothing was concluded about ysb for 12" in told["sentence"]  # 120 minutes and some
    notes = list(place.ledger.read(JOB, kinds=[EntryKind.CONTROL]))
    assert [one.body["event"] for one in notes] == ["blind"]


def a_run_that_does_not_end_is_told(place: Place, name: str) -> None:
    """From the triggerer, after the deadline that is set here."""
    wait_for(lambda: bool(place.receiver.events("overdue")), "the message", seconds=120)
    (told,) = place.receiver.events("overdue")
    assert told["job"] == JOB
    assert f"the run {name} of rescale for job ysb was queued 20 s ago" in told["sentence"]


def about(place: Place, event: str, decision: str) -> list[dict[str, Any]]:
    """What was heard of one decision."""
    return [one for one in place.receiver.events(event) if one["decision"] == decision]


def an_ended_action_is_told(
    place: Place, result: OutcomeResult, event: str, *, run_ends: str
) -> None:
    """A second run for an action that has ended gives its outcome, by success or failure.

    That another notifier cannot be told of `acted` does not make the run fail.
    """
    decision = a_decision(f"ysb-{event}", decided_at=datetime.now(UTC))
    outcome = an_outcome(decision.id, result=result)
    place.ledger.append(decision_entry(decision, {}))
    place.ledger.append(
        draft(
            EntryKind.OUTCOME,
            job=JOB,
            key=decision.id,
            at=outcome.ended_at,
            body=to_body(outcome),
        )
    )
    name = run(place, "rescale", job=JOB, decision=decision.id)
    assert state(place, "rescale", name) == run_ends
    wait_for(lambda: bool(about(place, event, decision.id)), "the message", seconds=60)
    (told,) = about(place, event, decision.id)
    assert told["sentence"].startswith(f"{JOB}: {result}: The job runs in it.")
    assert told["address"].endswith(f"/horae/decision/{JOB}/{decision.id}")


def a_broken_ledger_is_told(place: Place) -> None:
    """An entry changed by hand; the audit fails and names it."""
    with sqlite3.connect(place.database) as database:
        database.execute("DROP TRIGGER ledger_entry_refuses_update")
        database.execute("UPDATE ledger_entry SET actor = 'nobody' WHERE number = 1")
    place.client.trigger("audit", {})
    wait_for(lambda: bool(place.receiver.events("ledger_broken")), "the message", seconds=120)
    (told,) = place.receiver.events("ledger_broken")
    assert f"{JOB}:1" in told["sentence"]
    assert told["job"] is None


def a_person_asks_what_if(place: Place) -> None:
    """Of a job that could not be seen there is no answer but why; it is kept with the asker."""
    name = run(place, "what_if", job=JOB, load_records_per_second=600, note="a sale")
    entry = place.ledger.find(JOB, f"what_if:{what_if_id(JOB, name)}")
    assert entry is not None
    assert entry.actor == ADMIN
    assert entry.references["airflow_run"] == f"what_if/{name}"
    assert (entry.body["verb"], entry.body["reason"]) == ("hold", "source-unavailable")
    assert entry.body["supposed"]["note"] == "a sale"
    assert entry.body["execute"] is False
