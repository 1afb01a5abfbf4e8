"""The DAGs on the real Airflow, Kafka and Flink: by schedule, and by a person's form."""

import json
import os
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deadlines import wait_for
from horae.control.unfinished import unfinished_action
from horae.demo.airflow_client import AirflowClient
from horae.demo.airflow_settings import ADMIN, AirflowPorts
from horae.demo.scenario import JOB, Scenario
from horae.demo.stage import DAGS, Stage
from horae.domain.action import OutcomeResult
from horae.domain.clock import SystemClock
from horae.errors import Refused
from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryKind
from horae.local.paths import LocalPaths
from horae.local.ports import Ports, free_ports
from horae.settings.spec_folder import named_job_spec
from receiver import Receiver, receiving

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(900)]

ENDED = {"success", "failed"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Who is told of everything."""
    with receiving() as made:
        yield made


@pytest.fixture
def stage(home: Path, receiver: Receiver) -> Iterator[Stage]:
    """Everything the demo runs, on free ports; one day of 240 s that two slots just carry."""
    web, workers, triggers = free_ports(3)
    made = Stage(
        scenario=Scenario(day_seconds=240, days=1, night=100, noon=400),
        paths=LocalPaths.under(home),
        ports=Ports.free(),
        airflow_ports=AirflowPorts(web=web, worker_logs=workers, trigger_logs=triggers),
        ledger_url=f"sqlite:///{home / 'ledger.db'}",
        clock=SystemClock(),
        tell=lambda _: None,
        started=datetime.now(UTC),
    )
    hook = {"receiver": {"conn_type": "http", "host": receiver.address}}
    rule = {
        "on": ["acted", "ledger_broken"],
        "notifier": "horae_airflow.webhook.WebhookNotifier",
        "arguments": {"connection": "receiver"},
    }
    made.airflow = replace(
        made.airflow,
        connections={**made.airflow.connections, **hook},
        horae={**made.airflow.horae, "HORAE_NOTIFY": json.dumps([rule])},
    )
    yield made
    made.down()


def entries(stage: Stage, kind: EntryKind) -> list[Entry]:
    """Entries of the job's chain of one kind, oldest first."""
    ledger = open_ledger(stage.ledger_url)
    try:
        return list(ledger.read(JOB, kinds=[kind]))
    finally:
        ledger.close()


def ended_run(client: AirflowClient, dag: str, run_id: str) -> str:
    """State of a run, once it has ended."""
    wait_for(lambda: client.run(dag, run_id)["state"] in ENDED, f"the end of {dag}", seconds=120)
    return str(client.run(dag, run_id)["state"])


def by_hand(client: AirflowClient, **fields: Any) -> tuple[str, Mapping[str, str]]:
    """Send the form of `rescale`; the run's state and those of its tasks."""
    run = client.trigger("rescale", {"job": JOB, "reason": "trying it out", **fields})
    return ended_run(client, "rescale", run), client.tasks("rescale", run)


def test_the_dags_rescale_a_job_and_a_person_can_too(stage: Stage, receiver: Receiver) -> None:
    """The DAGs observe, decide and rescale by schedule; the form passes the same guards.

    An entry changed by hand afterwards makes `audit` fail, and nothing of it all is left running.
    """
    stage.up()
    stage.play()
    client = stage.client
    assert set(client.dags()) == set(DAGS)
    assert client.import_errors() == []

    wait_for(lambda: bool(entries(stage, EntryKind.OUTCOME)), "an action", seconds=240)
    run = client.runs("rescale")[0]
    outcome = entries(stage, EntryKind.OUTCOME)[0]
    assert run["run_type"] == "operator_triggered"
    assert run["dag_run_id"] == outcome.body["action_id"]
    assert outcome.body["result"] == OutcomeResult.DONE
    assert ended_run(client, "rescale", run["dag_run_id"]) == "success"

    the_action_is_told(receiver, outcome)
    a_person_asks_what_if(stage, client)

    for dag in DAGS[:2]:
        client.pause(dag, paused=True)
    the_form_refuses_what_makes_no_sense(client)
    a_guard_refuses_too_many_subtasks(stage, client)
    a_dry_run_touches_nothing(stage, client)
    a_killed_task_is_tried_again_and_goes_on(stage, client)
    a_changed_entry_fails_the_audit(stage, client)

    stage.down()
    assert stage.stack.processes.stop_all() == 0


def the_action_is_told(receiver: Receiver, outcome: Entry) -> None:
    """What it came to, and where its decision can be read."""
    wait_for(lambda: bool(receiver.events("acted")), "the message", seconds=60)
    told = receiver.events("acted")[0]
    assert told["decision"] == outcome.body["action_id"]
    assert outcome.body["sentence"] in told["sentence"]
    assert told["address"].endswith(f"/horae/decision/{JOB}/{told['decision']}")


def a_person_asks_what_if(stage: Stage, client: AirflowClient) -> None:
    """At a load that four slots do not carry: the planner answers, and nothing is done."""
    wait_for(
        lambda: "forecast" in the_answer(stage, client).body,
        "an answer from a window that is fresh",
        seconds=240,
    )
    answer = entries(stage, EntryKind.WHAT_IF)[-1]
    assert answer.actor == ADMIN
    assert answer.body["sentence"].startswith("Supposing a load of 5000 records/s from now on: ")
    assert answer.body["forecast"]["quantiles"][0][0] == 5_000
    assert answer.body["front"]["members"]
    assert not answer.body["execute"]
    begun = {one.body["action_id"] for one in entries(stage, EntryKind.INTENTION)}
    assert answer.body["id"] not in begun


def the_answer(stage: Stage, client: AirflowClient) -> Entry:
    """To a person who supposes 5,000 records/s; a busy machine may have no fresh window yet."""
    run = client.trigger("what_if", {"job": JOB, "load_records_per_second": 5_000})
    assert ended_run(client, "what_if", run) == "success"
    return entries(stage, EntryKind.WHAT_IF)[-1]


def the_form_refuses_what_makes_no_sense(client: AirflowClient) -> None:
    """An unknown job or a parallelism of zero never becomes a run."""
    with pytest.raises(Refused, match="nobody"):
        client.trigger("rescale", {"job": "nobody", "parallelism": 2})
    with pytest.raises(Refused, match="0"):
        client.trigger("rescale", {"job": JOB, "parallelism": 0})


def a_guard_refuses_too_many_subtasks(stage: Stage, client: AirflowClient) -> None:
    """64 subtasks on four partitions: the run fails, and the person's wish is in the ledger."""
    state, tasks = by_hand(client, parallelism=64)
    assert state == "failed"
    assert tasks["carry_out"] == "upstream_failed"
    decision = entries(stage, EntryKind.DECISION)[-1]
    assert decision.actor == ADMIN
    assert decision.body["reason"] == "guard-refused"
    assert "Parallelism 64 is not legal" in decision.body["sentence"]


def a_dry_run_touches_nothing(stage: Stage, client: AirflowClient) -> None:
    """The guards are asked and the answer is recorded; nothing is carried out."""
    actions = len(entries(stage, EntryKind.INTENTION))
    by_hand(client, checkpoint_interval_seconds=20, dry_run=True)
    decision = entries(stage, EntryKind.DECISION)[-1]
    assert "trying it out" in decision.body["sentence"]
    assert decision.body["execute"] is False
    assert len(entries(stage, EntryKind.INTENTION)) == actions


def a_killed_task_is_tried_again_and_goes_on(stage: Stage, client: AirflowClient) -> None:
    """Killed once the job is stopped: the next try starts it, and the action ends once."""
    wait_for_a_quiet_job(stage)
    outcomes = entries(stage, EntryKind.OUTCOME)
    before, reached = len(outcomes), outcomes[-1].body["reached"]
    other = 10 if reached["checkpoint_interval_seconds"] == 20 else 20
    run = client.trigger(
        "rescale", {"job": JOB, "reason": "to be killed", "checkpoint_interval_seconds": other}
    )
    wait_for(lambda: steps_begun(stage, run).count("stop") == 1, "the stop", seconds=120)
    kill_who_acts(stage)
    assert ended_run(client, "rescale", run) == "success"
    ended = entries(stage, EntryKind.OUTCOME)[before:]
    assert [one.body["result"] for one in ended] == [OutcomeResult.DONE]
    assert unfinished_action(open_ledger(stage.ledger_url), JOB, datetime.now(UTC)) is None


def wait_for_a_quiet_job(stage: Stage) -> None:
    """Until the cool-down after the last action is over."""
    ended = datetime.fromisoformat(entries(stage, EntryKind.OUTCOME)[-1].body["ended_at"])
    cool_down = named_job_spec(stage.paths.root / "jobs", JOB).guards.cooldown_seconds
    over = ended + timedelta(seconds=cool_down)
    wait_for(lambda: datetime.now(UTC) > over, "the end of the cool-down", seconds=cool_down + 5)


def steps_begun(stage: Stage, run: str) -> list[str]:
    """Steps that the newest action has begun, where it belongs to this run."""
    begun = [one.body for one in entries(stage, EntryKind.STEP) if one.body["phase"] == "intended"]
    return [one["step"] for one in begun if run in one["action_id"]]


def kill_who_acts(stage: Stage) -> None:
    """SIGKILL to the process that holds the job's lease; its name begins with host and number."""
    lease = open_ledger(stage.ledger_url).lease_of(JOB, now=datetime.now(UTC))
    assert lease is not None
    os.kill(int(lease.holder.split("-")[-2]), signal.SIGKILL)


def a_changed_entry_fails_the_audit(stage: Stage, client: AirflowClient) -> None:
    """The first audit is content; after a change by hand the next one fails."""
    assert ended_run(client, "audit", client.trigger("audit", {})) == "success"
    with sqlite3.connect(stage.paths.root / "ledger.db") as database:
        database.execute("DROP TRIGGER ledger_entry_refuses_update")
        database.execute("UPDATE ledger_entry SET actor = 'nobody' WHERE number = 2")
    assert ended_run(client, "audit", client.trigger("audit", {})) == "failed"
